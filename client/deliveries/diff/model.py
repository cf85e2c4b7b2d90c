"""What two messages differ in, as values."""

from typing import Literal

import msgspec

ChangeKind = Literal["changed", "added", "removed", "moved", "rewritten"]
"""`moved`: a field at another place; `rewritten`: other bytes that say the same, as JSON with other white space."""

PartName = Literal["request line", "request fields", "request body", "outcome", "response fields", "response body"]
Form = Literal["line", "fields", "json", "text", "bytes"]

MOST_SHOWN = 400
"""Characters of a value that a change carries, from shortly before the first difference."""
_BEFORE_DIFFERENCE = 40


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """One difference."""

    kind: ChangeKind
    place: str
    """`method`, a field's name, `data.object.amount`, `line 12`, `byte 4096`."""
    before: str | None = None
    after: str | None = None


class Part(msgspec.Struct, frozen=True):
    """One part of the messages, and how it was compared."""

    name: PartName
    form: Form
    changes: tuple[Change, ...]
    same: int = 0
    """Fields, members or lines that are the same."""
    left_out: int = 0
    """Changes beyond those that are listed."""

    @property
    def count(self) -> int:
        """All changes."""
        return len(self.changes) + self.left_out


class Diff(msgspec.Struct, frozen=True):
    """Everything that two exchanges differ in; parts without a change are there too."""

    parts: tuple[Part, ...]

    @property
    def count(self) -> int:
        """All changes of all parts."""
        return sum(part.count for part in self.parts)


class Message(msgspec.Struct, frozen=True):
    """A request or response, as it is compared."""

    line: tuple[tuple[str, str], ...]
    """Names and values of what the first line says, as `method` and `POST`."""
    fields: tuple[tuple[str, str], ...] = ()
    content: bytes = b""
    whole: bool = True
    """False: the capture was cut, so that equal bytes prove nothing."""


def clipped(before: str, after: str) -> tuple[str, str]:
    """Give two long values from shortly before where they begin to differ."""
    if len(before) <= MOST_SHOWN and len(after) <= MOST_SHOWN:
        return before, after
    start = max(0, first_difference(before, after) - _BEFORE_DIFFERENCE)
    return _clip(before, start), _clip(after, start)


def clip(text: str) -> str:
    """Give the beginning of a long value."""
    return _clip(text, 0)


def _clip(text: str, start: int) -> str:
    part = text[start : start + MOST_SHOWN]
    return ("…" if start else "") + part + ("…" if start + MOST_SHOWN < len(text) else "")


def first_difference(before: str | bytes, after: str | bytes) -> int:
    """Give the first place at which two texts differ: the shorter one's length where one begins the other."""
    low, high = 0, min(len(before), len(after))
    while low < high:
        middle = (low + high + 1) // 2
        if before[low:middle] == after[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
