"""What a delivery is called."""

from client.tui.model.spans import text_of
from client.tui.model.title import header_line, title_line
from client.wording import UNICODE, day, time_of_day
from tests.client.tui.fake import BEGAN, delivery

AT = time_of_day(BEGAN + 1, fraction=True)


def test_title_in_a_border() -> None:
    """Number, provider and event at the left, the exact time at the right."""
    assert (
        text_of(title_line(delivery(), now=BEGAN, width=50, signs=UNICODE))
        == f"#1 talkifai call.ended ────────────── {AT}"
    )


def test_title_of_another_day() -> None:
    """What came on another day says which."""
    old = text_of(title_line(delivery(), now=BEGAN + 400 * 86_400, width=60, signs=UNICODE))
    assert old.endswith(f"─ {day(BEGAN + 1)} {AT}")


def test_header_of_a_screen() -> None:
    """The way back, the name, and the outcome."""
    detail = delivery(status=500)
    text = text_of(header_line(detail, detail.attempts[0], now=BEGAN, width=80, signs=UNICODE))
    assert text.startswith(f" ← #1 talkifai call.ended  {AT}")
    assert text.endswith("✗ 500 · sig ok · 38 ms ")


def test_title_of_nothing() -> None:
    """Without a delivery there is none; without a provider or a duration they are left out."""
    plain = delivery(provider="", status=None)
    assert (
        title_line(None, now=BEGAN, width=9, signs=UNICODE),
        header_line(None, None, now=BEGAN, width=9, signs=UNICODE),
    ) == ((), ())
    text = text_of(header_line(plain, plain.attempts[0], now=BEGAN, width=80, signs=UNICODE))
    assert text.endswith("◌ … · sig ok ")
