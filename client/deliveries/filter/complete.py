"""Completion: what could stand at the cursor, each with its meaning."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from client.deliveries.filter.keys import KEYS, Key

_WORD = re.compile(r"[^\s()|&]*$")
_ENUMERATED = frozenset({"source", "type", "method", "route", "event", "host", "path", "header"})
"""Keys for which values seen so far are worth offering."""
MOST_CANDIDATES = 50


class Candidate(NamedTuple):
    """Something to be put in place of what stands between `start` and `end`."""

    text: str
    meaning: str
    start: int
    end: int


def complete(text: str, cursor: int, seen: Mapping[str, Sequence[str]] | None = None) -> list[Candidate]:
    """Give what could stand at the cursor.

    Args:
        text: the expression so far.
        cursor: a position in it, in characters.
        seen: values that occurred, by key, the most frequent first.
    """
    cursor = max(0, min(cursor, len(text)))
    before = text[:cursor]
    if before.count('"') % 2:
        return []
    match = _WORD.search(before)
    word = "" if match is None else match[0]
    bare = word.lstrip("-!")
    name, colon, value = bare.partition(":")
    if not colon:
        return _keys(bare.lower(), cursor - len(bare), cursor)
    key = KEYS.get(name.lower())
    if key is None:
        return []
    part = value.rpartition(",")[2]
    return _values(key, part, cursor - len(part), cursor, (seen or {}).get(key.name, ()))


def _keys(part: str, start: int, end: int) -> list[Candidate]:
    return [
        Candidate(f"{key.name}:", f"{key.meaning}, as {' '.join(key.examples[:1])}", start, end)
        for key in KEYS.values()
        if key.name.startswith(part)
    ]


def _values(key: Key, part: str, start: int, end: int, seen: Sequence[str]) -> list[Candidate]:
    lower = part.lower()
    found = [Candidate(one.name, one.meaning, start, end) for one in key.choices if one.name.startswith(lower)]
    if key.name in _ENUMERATED:
        found.extend(
            Candidate(_written(value), "seen", start, end)
            for value in seen
            if value.lower().startswith(lower.lstrip('"'))
        )
    if not part:
        known = {one.text for one in found}
        examples = (example.partition(":")[2] for example in key.examples)
        found.extend(Candidate(value, "for example", start, end) for value in examples if value not in known)
    return found[:MOST_CANDIDATES]


def _written(value: str) -> str:
    """Give a value so that the parser reads it as that."""
    if value and re.search(r'[\s(),|&"*?]|^[/<>=]', value) is None:
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
