"""Compares JSON by structure: members by name whatever their order, items by what they are."""

import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import cast

import msgspec

from client.deliveries.diff.model import Change, clip, clipped

MOST_ALIGNED = 1_000
"""Items of a list that are aligned; longer lists are compared item by item."""
MOST_DEPTH = 200

_PLAIN = re.compile(r"[^\s.\[\]\"]+")
_encode = msgspec.json.Encoder().encode


class NotComparable(Exception):  # noqa: N818 - says what the values are
    """Values that are nested too deeply to be walked."""


def compare_values(before: object, after: object, *, ignore_order: bool = False) -> tuple[list[Change], int]:
    """Give the changes with their paths, as `data.object.amount`, and how many leaves are the same.

    Args:
        before: decoded JSON.
        after: decoded JSON.
        ignore_order: lists with the same items in another order are the same.

    Raises:
        NotComparable: nested more than 200 deep.
    """
    walk = _Walk(ignore_order=ignore_order)
    return list(walk.compare("", before, after, 0)), walk.same


def _text(value: object) -> str:
    return _encode(value).decode()


def _member(path: str, name: str) -> str:
    step = name if _PLAIN.fullmatch(name) else _text(name)
    return f"{path}.{step}" if path else step


class _Walk:
    """One comparison; counts what is the same on the way."""

    def __init__(self, *, ignore_order: bool) -> None:
        self._ignore_order = ignore_order
        self.same = 0

    def compare(self, path: str, before: object, after: object, depth: int) -> Iterator[Change]:
        if depth > MOST_DEPTH:
            raise NotComparable
        if isinstance(before, dict) and isinstance(after, dict):
            yield from self._members(path, cast("dict[str, object]", before), cast("dict[str, object]", after), depth)
        elif isinstance(before, list) and isinstance(after, list):
            items = self._unordered if self._ignore_order else self._items
            yield from items(path, before, after, depth)
        elif type(before) is type(after) and before == after:
            self.same += 1
        else:
            yield Change("changed", path or "(all)", *clipped(_text(before), _text(after)))

    def _members(self, path: str, before: dict[str, object], after: dict[str, object], depth: int) -> Iterator[Change]:
        for name, value in before.items():
            place = _member(path, name)
            if name in after:
                yield from self.compare(place, value, after[name], depth + 1)
            else:
                yield Change("removed", place, clip(_text(value)))
        for name, value in after.items():
            if name not in before:
                yield Change("added", _member(path, name), None, clip(_text(value)))

    def _items(self, path: str, before: list[object], after: list[object], depth: int) -> Iterator[Change]:
        if max(len(before), len(after)) > MOST_ALIGNED:
            yield from self._replaced(path, before, after, (0, 0), depth)
            return
        old, new = [_encode(one) for one in before], [_encode(one) for one in after]
        for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if tag == "equal":
                self.same += j - i
            else:
                yield from self._replaced(path, before[i:j], after[k:m], (i, k), depth)

    def _replaced(
        self, path: str, before: list[object], after: list[object], starts: tuple[int, int], depth: int
    ) -> Iterator[Change]:
        """Compare runs of items pairwise; what is left over was removed or added."""
        pairs = min(len(before), len(after))
        for number in range(pairs):
            yield from self.compare(f"{path}[{starts[1] + number}]", before[number], after[number], depth + 1)
        for number in range(pairs, len(before)):
            yield Change("removed", f"{path}[{starts[0] + number}]", clip(_text(before[number])))
        for number in range(pairs, len(after)):
            yield Change("added", f"{path}[{starts[1] + number}]", None, clip(_text(after[number])))

    def _unordered(self, path: str, before: list[object], after: list[object], depth: int) -> Iterator[Change]:
        """Take out what is in both lists, as often as it is in both, and compare the rest in its order."""
        both = Counter(map(canonical, before)) & Counter(map(canonical, after))
        self.same += both.total()
        yield from self._replaced(path, _without(before, both), _without(after, both), (0, 0), depth)


def canonical(value: object) -> bytes:
    """Give JSON in one form: members sorted, no white space."""
    return msgspec.json.encode(value, order="deterministic")


def _without(items: list[object], taken: Counter[bytes]) -> list[object]:
    left = Counter(taken)
    rest: list[object] = []
    for item in items:
        key = canonical(item)
        if left[key]:
            left[key] -= 1
        else:
            rest.append(item)
    return rest
