"""Reads durations, sizes and moments as people write them."""

import re
from datetime import datetime, timedelta

from shared.units import UnitError, parse_duration, parse_size

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_AGO = re.compile(r"(?:[\d.]+[a-z]{1,2})+")
_DAYS = {"today": 0, "yesterday": 1}


class BadQuantity(ValueError):  # noqa: N818 - reads as the sentence it is
    """A quantity that cannot be read; its text says what was expected."""

    def __init__(self, sentence: str, suggestion: str = "") -> None:
        super().__init__(sentence)
        self.suggestion = suggestion


def seconds(text: str) -> float:
    """Read `500ms`, `1.5s`, `1h30m`, `7d`.

    Raises:
        BadQuantity: no duration, or one without a unit.
    """
    try:
        return parse_duration(text.lower())
    except UnitError:
        suggestion = f"{text}ms" if text.isdecimal() and text.isascii() else ""
        raise BadQuantity("a duration was expected: 500ms, 2s, 1h30m, 7d", suggestion) from None


def size(text: str) -> float:
    """Read `512`, `10k`, `1.5MB`; K, M and G are binary.

    Raises:
        BadQuantity: no size.
    """
    try:
        return parse_size(text)
    except UnitError:
        raise BadQuantity("a size was expected: 512, 10k, 2MiB") from None


def moment(text: str, now: datetime) -> float:
    """Read `14:00` (the last time it was that), `2026-11-24`, `2026-11-24T09:30`, `today`, `yesterday`, or `30m` ago.

    Args:
        text: what was written.
        now: with its zone, which is that of times without one.

    Raises:
        BadQuantity: none of these.
    """
    lower = text.lower()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if lower in _DAYS:
        return (midnight - timedelta(days=_DAYS[lower])).timestamp()
    try:
        clock = _CLOCK.fullmatch(text)
        if clock is not None:
            at = midnight.replace(hour=int(clock[1]), minute=int(clock[2]), second=int(clock[3] or 0))
            return (at if at <= now else at - timedelta(days=1)).timestamp()
        if _AGO.fullmatch(lower):
            return now.timestamp() - seconds(text)
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo is not None else at.replace(tzinfo=now.tzinfo)).timestamp()
    except BadQuantity:
        raise
    except (ValueError, OverflowError, OSError):
        raise BadQuantity("a time was expected: 14:00, 2026-11-24, 2026-11-24T09:30, yesterday, 30m") from None
