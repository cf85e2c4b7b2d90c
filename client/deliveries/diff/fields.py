"""Compares field sections: order, case and repetition count, unless order is to be ignored."""

from collections import Counter
from difflib import SequenceMatcher

from client.deliveries.diff.model import Change, clip, clipped

Pairs = tuple[tuple[str, str], ...]


def compare_fields(before: Pairs, after: Pairs, *, ignore_order: bool = False) -> tuple[list[Change], int]:
    """Give the changes, and how many fields are the same.

    A field that is removed and added with the same name is a changed one; with the same value too, it has moved.
    """
    if ignore_order:
        removed, added, same = _unordered(before, after)
        moved: list[tuple[str, str]] = []
    else:
        removed, added, same = _ordered(before, after)
        moved = list((Counter(removed) & Counter(added)).elements())
        for field in moved:
            removed.remove(field)
            added.remove(field)
    changes = [Change("moved", name, clip(value), clip(value)) for name, value in moved]
    for name, value in removed:
        place = next((i for i, (other, _) in enumerate(added) if other.lower() == name.lower()), None)
        if place is None:
            changes.append(Change("removed", name, _shown(name, value, name)))
        else:
            other, new = added.pop(place)
            old, new = clipped(_shown(name, value, other), _shown(other, new, name))
            changes.append(Change("changed", name, old, new))
    changes.extend(Change("added", name, None, clip(value)) for name, value in added)
    return changes, same


def _shown(name: str, value: str, other: str) -> str:
    """Give the value, with the name where only its case differs from the other's."""
    return value if name == other else f"{name}: {value}"


def _unordered(before: Pairs, after: Pairs) -> tuple[list[tuple[str, str]], list[tuple[str, str]], int]:
    old, new = Counter(before), Counter(after)
    return list((old - new).elements()), list((new - old).elements()), (old & new).total()


def _ordered(before: Pairs, after: Pairs) -> tuple[list[tuple[str, str]], list[tuple[str, str]], int]:
    removed: list[tuple[str, str]] = []
    added: list[tuple[str, str]] = []
    same = 0
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            same += j - i
        else:
            removed.extend(before[i:j])
            added.extend(after[k:m])
    return removed, added, same
