"""A delivery as a row."""

import pytest

from client.tui.model.row_line import brief, columns, head_line, missing_line, row_line
from client.tui.model.spans import text_of, width_of
from client.wording import ASCII, UNICODE, day
from tests.client.tui.evil import EVIL
from tests.client.tui.fake import BEGAN, delivery


@pytest.mark.parametrize(
    ("width", "minimal", "head"),
    [
        (78, False, "TIME SOURCE EVENT RESULT SIG TOOK SIZE"),
        (56, False, "TIME SOURCE EVENT RESULT SIG"),
        (44, False, "TIME EVENT RESULT SIG"),
        (44, True, "TIME EVENT RESULT"),
    ],
)
def test_columns_by_width(width: int, *, minimal: bool, head: str) -> None:
    """Columns give way from the least telling one; head and row have the same width."""
    shape = columns(width, minimal=minimal)
    line = row_line(delivery(clock="x").summary, shape, now=BEGAN, selected=True, signs=UNICODE)
    assert " ".join(text_of(head_line(shape)).split()) == head
    assert width_of(line) == width


def test_row_of_a_delivery() -> None:
    """Marker, time, source, event, result, signature, duration, size."""
    row = delivery(body=b"x" * 1_412).summary
    text = text_of(row_line(row, columns(78), now=BEGAN, selected=True, signs=UNICODE))
    assert text[:2] == "▌ "
    assert text.split()[2:] == ["talkifai", "call.ended", "✓", "200", "ok", "38", "ms", "1.4", "KB"]


def test_row_of_another_day() -> None:
    """What came on another day has the day where today's have their time, and the columns stay."""
    row = delivery().summary
    line = row_line(row, columns(78), now=BEGAN + 400 * 86_400, selected=False, signs=UNICODE)
    assert text_of(line)[2:12] == f"{day(row.received_at)} "
    assert width_of(line) == 78


def test_row_without_event_shows_the_request() -> None:
    """A delivery that is nobody's event is known by its request line; an unanswered one has no duration."""
    row = delivery(event_type="", provider="", status=None, target="/a?b").summary
    text = text_of(row_line(row, columns(78), now=BEGAN, selected=False, signs=UNICODE))
    assert text.split()[1:] == ["·", "POST", "/a?b", "◌", "…", "ok", "0", "B"]


@pytest.mark.parametrize(
    ("attempts", "pinned", "badge"), [(1, False, "   "), (3, False, " ↻2"), (30, True, "★↻+"), (1, True, "★  ")]
)
def test_row_says_that_it_is_kept_and_was_tried_again(attempts: int, *, pinned: bool, badge: str) -> None:
    """At the end stand the pin and how often it was tried again."""
    row = delivery(attempts=attempts, pinned=pinned).summary
    assert text_of(row_line(row, columns(60), now=BEGAN, selected=False, signs=UNICODE)).endswith(badge)


def test_row_in_ascii() -> None:
    """The other alphabet keeps the columns."""
    row = delivery(attempts=2).summary
    line = row_line(row, columns(60), now=BEGAN, selected=True, signs=ASCII)
    assert text_of(line).isascii()
    assert width_of(line) == 60


def test_row_of_hostile_text() -> None:
    """Nothing in a row steers the terminal or moves a column."""
    row = delivery(event_type=EVIL, provider=EVIL).summary
    line = row_line(row, columns(70), now=BEGAN, selected=False, signs=UNICODE)
    assert text_of(line).isprintable()
    assert width_of(line) == 70
    assert brief(row).isprintable()


def test_row_that_is_still_fetched() -> None:
    """A row that is not at hand has its place."""
    assert text_of(missing_line(selected=False, signs=UNICODE)) == "  ········"
