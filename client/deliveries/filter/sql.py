"""The back end for the history file: a condition over table `deliveries`, every value a bound parameter."""

import sqlite3
from collections.abc import Callable
from typing import Any, assert_never

from client.deliveries.attempt import decode_facts
from client.deliveries.filter.patterns import found
from client.deliveries.filter.scans import SCANNED_BYTES, Head, content_holds, decoded, encoded, head_holds
from client.deliveries.filter.texts import escaped, fold, like_parameter
from client.deliveries.filter.tree import (
    Age,
    And,
    Compare,
    Contains,
    ContentTest,
    Equal,
    HeaderTest,
    HostTest,
    Is,
    JsonTest,
    Like,
    Made,
    Matches,
    Node,
    Not,
    Or,
    ReasonTest,
    ScanContent,
    ScanHead,
    Truncated,
)
from client.deliveries.schema import ATTEMPT_BITS, REQUEST_SIDE, RESPONSE_SIDE

_FIRST = f"(deliveries.seq << {ATTEMPT_BITS} | 1)"
_NEWEST = f"(deliveries.seq << {ATTEMPT_BITS} | deliveries.attempts)"
_ATTEMPTS = f"SELECT 1 FROM attempts WHERE key BETWEEN {_FIRST} AND {_NEWEST}"  # noqa: S608 - constants alone
_FIRST_FACTS = f"SELECT facts FROM attempts WHERE key = {_FIRST}"  # noqa: S608 - constants alone
_NEWEST_FACTS = f"SELECT facts FROM attempts WHERE key = {_NEWEST}"  # noqa: S608 - constants alone


def _content(column: str, key: str, side: int) -> str:
    """Give the expression for a content: what stands in the row, or else its first parts."""
    inline = f"SELECT {column} FROM attempts WHERE key = {key}"  # noqa: S608 - constants alone
    place = f"attempt = {key} AND side = {side} AND start < {SCANNED_BYTES} ORDER BY start"
    parts = f"SELECT hookline_joined(bytes) FROM (SELECT bytes FROM parts WHERE {place})"  # noqa: S608 - constants alone
    return f"coalesce(({inline}), ({parts}))"


_REQUEST = _content("request_content", _FIRST, REQUEST_SIDE)
_RESPONSE = _content("response_content", _NEWEST, RESPONSE_SIDE)

Where = tuple[str, list[object]]


def where(node: Node, now: float) -> Where:
    """Give the condition and its parameters; it is 0 or 1, never NULL, so that it can be negated."""
    match node:
        case And(parts):
            return _joined(" AND ", parts, now) if parts else ("1", [])
        case Or(parts):
            return _joined(" OR ", parts, now) if parts else ("0", [])
        case Not(part):
            condition, values = where(part, now)
            return f"NOT {condition}", values
        case Compare(column, operator, value):
            return f"({column} IS NOT NULL AND {column} {operator} ?)", [value]
        case Age(operator, seconds):
            return f"(? {operator} received_at)", [now - seconds]
        case Is() | Equal() | Contains() | Like() | Matches():
            return _text(node)
        case _:
            return _attempts(node)


def _text(node: Is | Equal | Contains | Like | Matches) -> Where:
    match node:
        case Is(column, word):
            return f"({column} = ?)", [word]
        case Equal(column, text):
            return f"({column} = ? COLLATE NOCASE)", [text]
        case Contains(column, text) if "\0" in text:
            return f"(instr(lower({column}), ?) > 0)", [fold(text)]
        case Contains(column, text):  # in half the time of the former; the text ends with a NUL in it
            return f"({column} LIKE ? ESCAPE '\\')", [f"%{escaped(text)}%"]
        case Like(column, pattern):
            return f"({column} LIKE ? ESCAPE '\\')", [like_parameter(pattern)]
        case Matches(column, pattern, ignore_case):
            return f"hookline_found(?, ?, {column})", [pattern, ignore_case]
        case _:
            assert_never(node)


def _attempts(node: Made | Truncated | ScanHead | ScanContent) -> Where:
    match node:
        case Made(kinds):
            marks = ", ".join("?" * len(kinds))
            return f"EXISTS ({_ATTEMPTS} AND kind IN ({marks}))", list(kinds)
        case Truncated():
            return (
                f"EXISTS ({_ATTEMPTS} AND (request_captured < request_bytes OR response_captured < response_bytes))",
                [],
            )
        case ScanHead(spec):
            facts = _NEWEST_FACTS if isinstance(spec, ReasonTest) else _FIRST_FACTS
            return f"hookline_head(?, ({facts}))", [encoded(spec)]
        case ScanContent(side, spec):
            return f"hookline_content(?, {_REQUEST if side == 'request' else _RESPONSE})", [encoded(spec)]
        case _:
            assert_never(node)


def _joined(operator: str, parts: tuple[Node, ...], now: float) -> Where:
    made = [where(part, now) for part in parts]
    return f"({operator.join(condition for condition, _ in made)})", [value for _, values in made for value in values]


def install_functions(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that conditions use."""

    def create(name: str, count: int, function: Callable[..., bool]) -> None:
        connection.create_function(name, count, function, deterministic=True)

    create("hookline_found", 3, _found)
    create("hookline_head", 2, _head)
    create("hookline_content", 2, _content_of)
    joined: Any = _Joined  # typeshed knows aggregates of whole numbers alone
    connection.create_aggregate("hookline_joined", 1, joined)


def _found(pattern: str, ignore_case: int, text: str) -> bool:
    return found(pattern, text, ignore_case=bool(ignore_case))


def _head(spec: str, facts: bytes | None) -> bool:
    test = decoded(spec)
    if facts is None or not isinstance(test, HeaderTest | HostTest | ReasonTest):
        return False
    read = decode_facts(facts)
    return head_holds(test, Head(read.request.fields, read.delivery.public_url, read.signature.reason))


def _content_of(spec: str, content: bytes | None) -> bool:
    test = decoded(spec)
    return isinstance(test, ContentTest | JsonTest) and content_holds(test, content or b"")


class _Joined:
    """The aggregate that puts parts of a content together."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def step(self, part: bytes, /) -> None:
        self._parts.append(part)

    def finalize(self) -> bytes:
        return b"".join(self._parts)
