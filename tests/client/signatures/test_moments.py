"""Timestamps as providers write them."""

import pytest

from client.signatures.moments import moment, window
from client.signatures.verdict import Reason


@pytest.mark.parametrize(
    ("text", "unit", "seconds"),
    [
        (b"1700000000", "s", 1_700_000_000.0),
        (b"1700000000000", "ms", 1_700_000_000.0),
        (b"1700000000.5", "s", 1_700_000_000.5),
        (b"2023-11-14T22:13:20Z", "iso8601", 1_700_000_000.0),
        (b"2023-11-14T15:13:20-07:00", "iso8601", 1_700_000_000.0),
        (b"2023-11-14T22:13:20", "iso8601", 1_700_000_000.0),
        (b"2023-11-14T22:13:20.123456789Z", "iso8601", 1_700_000_000.123456),
    ],
)
def test_moment_in_each_unit(text: bytes, unit: str, seconds: float) -> None:
    """Seconds, milliseconds and RFC 3339 in its forms give Unix seconds."""
    assert moment(text, unit) == pytest.approx(seconds)


@pytest.mark.parametrize("text", [b"", b"hello", b"1e9", b"inf", b"nan", b"0x10", b"1_000", b"\xff", b"9" * 41, b"1.x"])
@pytest.mark.parametrize("unit", ["s", "ms", "iso8601"])
def test_text_that_is_no_moment(text: bytes, unit: str) -> None:
    """What providers never write is no time, and no exception."""
    assert moment(text, unit) is None


@pytest.mark.parametrize(
    ("age", "reason"),
    [
        (300.0, None),
        (301.0, Reason.TIMESTAMP_TOO_OLD),
        (-300.0, None),
        (-301.0, Reason.TIMESTAMP_IN_FUTURE),
        (float("nan"), None),
    ],
)
def test_window_is_open_at_both_ends(age: float, reason: Reason | None) -> None:
    """Exactly the tolerance still counts, a second more does not."""
    assert window(age, 300, "s", 1_700_000_000.0) == reason


def test_milliseconds_where_seconds_are_due() -> None:
    """A time a thousand times too late is a matter of units, not of clocks."""
    assert window(-1.7e12, 300, "s", 1.7e12) is Reason.TIMESTAMP_UNIT
    assert window(1.7e9, 300, "ms", 1.7e6) is Reason.TIMESTAMP_UNIT


def test_scheme_without_a_window_takes_any_age() -> None:
    """Where no window is stated none is judged."""
    assert window(1e9, None, "s", 7e8) is None
