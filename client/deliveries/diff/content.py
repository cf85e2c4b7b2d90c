"""Compares contents in the form that says most: as JSON, as text by line, or as bytes."""

import hashlib
from difflib import SequenceMatcher

import msgspec

from client.deliveries.diff.model import Change, Form, clip, clipped, first_difference
from client.deliveries.diff.structure import NotComparable, compare_values

MOST_ALIGNED_LINES = 2_000
"""Lines that differ and are aligned; beyond, the first differing line is named alone."""
MOST_JSON_BYTES = 16 * 1024**2
_NEARBY_BYTES = 16


def compare_content(before: bytes, after: bytes, *, ignore_order: bool = False) -> tuple[Form, list[Change], int]:
    """Give the form in which two contents were compared, the changes, and how many of its pieces are the same."""
    if before == after:
        return "bytes", [], 1
    found = _as_json(before, after, ignore_order=ignore_order)
    if found is not None:
        return "json", *found
    try:
        old, new = before.decode(), after.decode()
    except UnicodeDecodeError:
        old = new = "\0"
    if "\0" in old or "\0" in new:
        return "bytes", _as_bytes(before, after), 0
    return "text", *_as_text(old, new)


def _as_json(before: bytes, after: bytes, *, ignore_order: bool) -> tuple[list[Change], int] | None:
    if max(len(before), len(after)) > MOST_JSON_BYTES:
        return None
    try:
        old, new = msgspec.json.decode(before), msgspec.json.decode(after)
        changes, same = compare_values(old, new, ignore_order=ignore_order)
    except (msgspec.DecodeError, RecursionError, NotComparable, UnicodeError):
        return None
    if not changes:
        at = first_difference(before, after)
        what = "other white space, order or spelling of the same JSON: a signature over the bytes no longer fits"
        changes = [Change("rewritten", f"byte {at}", None, what)]
    return changes, same


def _as_text(before: str, after: str) -> tuple[list[Change], int]:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    head = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(len(old), len(new)) > MOST_ALIGNED_LINES:
        sizes = f"{len(old):,} lines differ from here", f"{len(new):,} lines differ from here"
        return [Change("changed", f"line {head + 1}", *sizes)], head + tail
    changes: list[Change] = []
    same = head + tail
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            same += j - i
        else:
            changes.extend(_lines(old[i:j], new[k:m], (head + i + 1, head + k + 1)))
    return changes, same


def _lines(old: list[str], new: list[str], starts: tuple[int, int]) -> list[Change]:
    pairs = min(len(old), len(new))
    changes = [Change("changed", f"line {starts[1] + i}", *clipped(old[i], new[i])) for i in range(pairs)]
    changes += [Change("removed", f"line {starts[0] + i}", clip(old[i])) for i in range(pairs, len(old))]
    changes += [Change("added", f"line {starts[1] + i}", None, clip(new[i])) for i in range(pairs, len(new))]
    return changes


def _as_bytes(before: bytes, after: bytes) -> list[Change]:
    at = first_difference(before, after)
    return [
        Change("changed", "length and hash", _summary(before), _summary(after)),
        Change("changed", f"byte {at}", _nearby(before, at), _nearby(after, at)),
    ]


def _summary(data: bytes) -> str:
    return f"{len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()}"


def _nearby(data: bytes, at: int) -> str:
    part = data[at : at + _NEARBY_BYTES]
    return f"{part.hex(' ')}{' …' if at + _NEARBY_BYTES < len(data) else ''}" if part else "(the end)"
