"""A query as an immutable tree: what both back ends read, and nothing that only one of them understands."""

from dataclasses import dataclass
from typing import Literal

import msgspec

Operator = Literal[">", ">=", "<", "<=", "="]
NumberColumn = Literal[
    "seq", "status", "duration_seconds", "size_bytes", "received_at", "attempts", "healthy", "pinned"
]
TextColumn = Literal["id", "endpoint", "method", "target", "provider", "event_type", "event_id"]
WordColumn = Literal["signature", "state", "kind", "failure"]


@dataclass(frozen=True, slots=True)
class Compare:
    """A number against a value; a missing number never matches."""

    column: NumberColumn
    operator: Operator
    value: float


@dataclass(frozen=True, slots=True)
class Age:
    """The time since a delivery was received, in seconds, when the query is asked."""

    operator: Operator
    seconds: float


@dataclass(frozen=True, slots=True)
class Is:
    """A column that holds exactly this word."""

    column: WordColumn
    word: str


@dataclass(frozen=True, slots=True)
class Equal:
    """A text that equals another, ASCII letters of either case alike."""

    column: TextColumn
    text: str


@dataclass(frozen=True, slots=True)
class Contains:
    """A text with another inside, ASCII letters of either case alike."""

    column: TextColumn
    text: str


@dataclass(frozen=True, slots=True)
class Like:
    """A text that fits a pattern as a whole: `*` is any run of characters, `?` any one; ASCII case does not count."""

    column: TextColumn
    pattern: str


@dataclass(frozen=True, slots=True)
class Matches:
    """A text in which a regular expression is found."""

    column: TextColumn
    pattern: str
    ignore_case: bool


@dataclass(frozen=True, slots=True)
class Made:
    """A delivery that has an attempt of one of these kinds."""

    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Truncated:
    """A delivery of which some content was not captured whole."""


class TextTest(msgspec.Struct, frozen=True, tag="text"):
    """Content or a value with a text inside, or, when `whole`, equal to it; ASCII case does not count."""

    text: str
    whole: bool = False


class LikeTest(msgspec.Struct, frozen=True, tag="like"):
    """A value that fits a pattern as a whole."""

    pattern: str


class PatternTest(msgspec.Struct, frozen=True, tag="pattern"):
    """Content or a value in which a regular expression is found."""

    pattern: str
    ignore_case: bool


class NumberTest(msgspec.Struct, frozen=True, tag="number"):
    """A JSON number against a value."""

    operator: Operator
    value: float


class LiteralTest(msgspec.Struct, frozen=True, tag="literal"):
    """JSON's `true`, `false` or `null`."""

    value: bool | None


ValueTest = TextTest | LikeTest | PatternTest | NumberTest | LiteralTest


class HeaderTest(msgspec.Struct, frozen=True, tag="header"):
    """A field of the received request: there at all, or with a value of which the test holds."""

    name: str
    """Lower case."""
    test: ValueTest | None = None


class HostTest(msgspec.Struct, frozen=True, tag="host"):
    """The host that the sender called."""

    test: ValueTest


class ReasonTest(msgspec.Struct, frozen=True, tag="reason"):
    """The code of the reason why the newest attempt's signature is not valid."""

    code: str


class ContentTest(msgspec.Struct, frozen=True, tag="content"):
    """A content as a whole."""

    test: ValueTest


class JsonTest(msgspec.Struct, frozen=True, tag="json"):
    """A value inside a JSON content: there at all, or one of which the test holds."""

    path: tuple[str, ...]
    """Names of members, and numbers of items."""
    test: ValueTest | None = None


HeadSpec = HeaderTest | HostTest | ReasonTest
BodySpec = ContentTest | JsonTest


@dataclass(frozen=True, slots=True)
class ScanHead:
    """A test for which the heads of a row must be read."""

    spec: HeadSpec


@dataclass(frozen=True, slots=True)
class ScanContent:
    """A test for which a content must be read: the received request's, or the newest response's."""

    side: Literal["request", "response"]
    spec: BodySpec


@dataclass(frozen=True, slots=True)
class Not:
    """What its part is not."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """All parts; without parts: everything."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any part; without parts: nothing."""

    parts: tuple["Node", ...]


Node = (
    Compare | Age | Is | Equal | Contains | Like | Matches | Made | Truncated | ScanHead | ScanContent | Not | And | Or
)

Cost = Literal["indexed", "column", "scan"]
"""How much a query reads: numbers of the narrow table, its texts, or the heads and contents behind it."""


def cost(node: Node) -> Cost:
    """Give the cost of the dearest test in the tree."""
    match node:
        case And(parts) | Or(parts):
            found = {cost(part) for part in parts}
            return "scan" if "scan" in found else "column" if "column" in found else "indexed"
        case Not(part):
            return cost(part)
        case ScanHead() | ScanContent():
            return "scan"
        case Equal() | Contains() | Like() | Matches():
            return "column"
        case _:
            return "indexed"
