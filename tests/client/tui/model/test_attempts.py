"""The table of attempts."""

import msgspec

from client.tui.model.attempts import HEAD, attempt_line, attempt_notes
from client.tui.model.spans import text_of
from client.wording import UNICODE, time_of_day
from tests.client.tui.fake import BEGAN, delivery

DETAIL = delivery(status=500)


def test_attempt_row_stands_under_its_head() -> None:
    """Number, time, kind, result, signature, duration and place; the one that is shown is marked."""
    row = text_of(attempt_line(DETAIL.attempts[0], now=BEGAN, width=80, signs=UNICODE, shown=True))
    at = time_of_day(BEGAN + 1)
    assert row.split() == ["●", "1", at, "received", "✗", "500", "ok", "38", "ms", ":3000"]
    head = text_of(HEAD)
    assert [row.index(word) for word in (at, "received", "✗", "ok", "38", ":3000")] == [
        head.index(word) for word in ("WHEN", "WHAT", "RESULT", "SIG", "TOOK", "WHERE")
    ]


def test_attempt_notes_give_the_providers_clock() -> None:
    """Below the table stands what the provider makes of each attempt, and how to try again."""
    clocked = msgspec.structs.replace(DETAIL.attempts[0], clock="answered 500 in 38 ms: it will retry in 30 s")
    notes = attempt_notes(msgspec.structs.replace(DETAIL, attempts=(clocked,)), width=40)
    assert [text_of(line).strip() for line in notes] == [
        "",
        "1  answered 500 in 38 ms: it will",
        "retry in 30 s",
        "",
        "[r] sends the same bytes to your app again",
    ]


def test_attempt_notes_may_be_none() -> None:
    """An attempt that is still going on has nothing below it."""
    assert attempt_notes(delivery(status=None), width=40) == []
