"""Reads durations, sizes and moments as people write them."""

import re
from datetime import datetime, timedelta

_QUANTITY = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)\s*([A-Za-z]*)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
_BYTES = {
    "": 1,
    "b": 1,
    "k": 1024,
    "kb": 1024,
    "kib": 1024,
    "m": 1024**2,
    "mb": 1024**2,
    "mib": 1024**2,
    "g": 1024**3,
    "gb": 1024**3,
}
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_DAYS = {"today": 0, "yesterday": 1}


class BadQuantity(ValueError):  # noqa: N818 - reads as the sentence it is
    """A quantity that cannot be read; its text says what was expected."""

    def __init__(self, sentence: str, suggestion: str = "") -> None:
        super().__init__(sentence)
        self.suggestion = suggestion


def seconds(text: str) -> float:
    """Read `500ms`, `1.5s`, `5m`, `2h`, `7d`.

    Raises:
        BadQuantity: no number, or no unit of time.
    """
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise BadQuantity("a duration was expected: 500ms, 2s, 5m, 1h, 7d")
    unit = match[2].lower()
    if unit not in _SECONDS:
        raise BadQuantity("a duration needs a unit: ms, s, m, h or d", suggestion=f"{match[1]}ms" if not unit else "")
    return float(match[1]) * _SECONDS[unit]


def size(text: str) -> float:
    """Read `512`, `10k`, `1.5mb`; a k has 1,024 bytes.

    Raises:
        BadQuantity: no number, or no unit of size.
    """
    match = _QUANTITY.fullmatch(text)
    if match is None or match[2].lower() not in _BYTES:
        raise BadQuantity("a size was expected: 512, 10k, 2m")
    return float(match[1]) * _BYTES[match[2].lower()]


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
        if _QUANTITY.fullmatch(text) is not None and not text.isdecimal():
            return now.timestamp() - seconds(text)
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo is not None else at.replace(tzinfo=now.tzinfo)).timestamp()
    except BadQuantity:
        raise
    except (ValueError, OverflowError, OSError):
        raise BadQuantity("a time was expected: 14:00, 2026-11-24, 2026-11-24T09:30, yesterday, 30m") from None
