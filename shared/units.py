"""Durations, sizes and counts as people write them: `30s`, `1h30m`, `64KiB`, `1000`."""

import re
from typing import Self

from shared.errors import TunnelError

SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
BYTES = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "k": 2**10,
    "m": 2**20,
    "g": 2**30,
}

_PART = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)(ms|s|m|h|d|w)", re.ASCII)
_DURATION = re.compile(rf"(?:{_PART.pattern})+", re.ASCII)
_COUNT = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,9})?) ?([a-z]{0,3})", re.ASCII)


class UnitError(TunnelError):
    """Text that is no duration, no size or no count; says what one looks like."""


class Duration(float):
    """A length of time in seconds; in a file it is text such as `30s`, or a number of seconds."""


class Size(int):
    """A number of bytes; in a file it is text such as `64KiB`, or a number of bytes."""


class Count(int):
    """How many there may be: at least one."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a whole number.

        Raises:
            UnitError: it is none, or less than one.
        """
        if _COUNT.fullmatch(text.strip()) is None:
            raise UnitError(f"{text!r} is no number of them: write a whole number of at least 1, such as 1000")
        return cls(text)


def parse_duration(text: str) -> Duration:
    """Give the seconds that `text` says: `500ms`, `30s`, `5m`, `1h30m`, `30d`, `2w`.

    Raises:
        UnitError: it is no duration.
    """
    stripped = text.strip()
    if stripped == "0":
        return Duration(0)
    if not _DURATION.fullmatch(stripped):
        raise UnitError(f"{text!r} is no duration: write a number with ms, s, m, h, d or w, such as 30s or 1h30m")
    return Duration(sum(float(number) * SECONDS[unit] for number, unit in _PART.findall(stripped)))


def parse_size(text: str) -> Size:
    """Give the bytes that `text` says: `512`, `64KiB`, `10MB`, `1.5 GiB`; `K`, `M` and `G` are binary.

    Raises:
        UnitError: it is no size.
    """
    match = _SIZE.fullmatch(text.strip().lower())
    if match is None or match[2] not in BYTES:
        raise UnitError(f"{text!r} is no size: write a number with B, KiB, MiB or GiB (or KB, MB, GB), such as 64KiB")
    return Size(float(match[1]) * BYTES[match[2]])
