"""Reads timestamps as providers write them, and judges how far they are from the time of receipt."""

import math
from datetime import UTC, datetime

from client.signatures.verdict import Reason

_MOST_DIGITS = 20
_LATEST = 4e9
"""Seconds: the year 2096. A timestamp in seconds beyond it is one in milliseconds."""


def moment(text: bytes, unit: str) -> float | None:
    """Give a timestamp in Unix seconds, or None: it is not one.

    Args:
        text: as received.
        unit: `s`, `ms` or `iso8601`.
    """
    if len(text) > 2 * _MOST_DIGITS:
        return None
    try:
        written = text.decode("ascii")
    except UnicodeDecodeError:
        return None
    if unit == "iso8601":
        return _iso(written)
    whole, _, fraction = written.partition(".")
    if not whole.removeprefix("-").isdigit() or (fraction and not fraction.isdigit()):
        return None
    seconds = float(written)
    return seconds / 1000 if unit == "ms" else seconds


def _iso(written: str) -> float | None:
    try:
        when = datetime.fromisoformat(written)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def window(age_seconds: float, tolerance_seconds: float | None, unit: str, stamp: float) -> Reason | None:
    """Judge a timestamp whose signature holds.

    Args:
        age_seconds: time of receipt minus timestamp.
        tolerance_seconds: how far that may be from 0; None: any age is accepted.
        unit: how the scheme writes it.
        stamp: the timestamp in Unix seconds as that unit makes it.
    """
    if tolerance_seconds is None or not math.isfinite(age_seconds) or abs(age_seconds) <= tolerance_seconds:
        return None
    if (unit == "s" and stamp > _LATEST) or (unit == "ms" and 0 < stamp < _LATEST / 1000):
        return Reason.TIMESTAMP_UNIT
    return Reason.TIMESTAMP_TOO_OLD if age_seconds > 0 else Reason.TIMESTAMP_IN_FUTURE
