"""The back end for a delivery in memory."""

from typing import TYPE_CHECKING, assert_never

from client.deliveries.filter.patterns import found
from client.deliveries.filter.scans import compare, content_holds, head_holds
from client.deliveries.filter.texts import contains, fold, like
from client.deliveries.filter.tree import (
    Age,
    And,
    Compare,
    Contains,
    Equal,
    Is,
    Like,
    Made,
    Matches,
    Node,
    Not,
    NumberColumn,
    Or,
    ScanContent,
    ScanHead,
    Truncated,
)
from client.views import DeliverySummary

if TYPE_CHECKING:
    from client.deliveries.filter.query import Row


def holds(node: Node, row: "Row", now: float) -> bool:
    """Say whether the tree holds of a delivery at `now`, in Unix seconds."""
    match node:
        case And(parts):
            return all(holds(part, row, now) for part in parts)
        case Or(parts):
            return any(holds(part, row, now) for part in parts)
        case Not(part):
            return not holds(part, row, now)
        case Compare(column, operator, value):
            number = _number(row.summary, column)
            return number is not None and compare(operator, number, value)
        case Age(operator, seconds):
            return compare(operator, now - seconds, row.summary.received_at)
        case Is() | Equal() | Contains() | Like() | Matches():
            return _text_holds(node, getattr(row.summary, node.column))
        case _:
            return _attempts_hold(node, row)


def _text_holds(node: Is | Equal | Contains | Like | Matches, value: str) -> bool:
    match node:
        case Is(_, word):
            return value == word
        case Equal(_, text):
            return fold(value) == fold(text)
        case Contains(_, text):
            return contains(text, value)
        case Like(_, pattern):
            return like(pattern, value)
        case Matches(_, pattern, ignore_case):
            return found(pattern, value, ignore_case=ignore_case)
        case _:
            assert_never(node)


def _attempts_hold(node: Made | Truncated | ScanHead | ScanContent, row: "Row") -> bool:
    match node:
        case Made(kinds):
            return not row.kinds.isdisjoint(kinds)
        case Truncated():
            return row.truncated
        case ScanHead(spec):
            return head_holds(spec, row.head)
        case ScanContent(side, spec):
            return content_holds(spec, row.request_content if side == "request" else row.response_content)
        case _:
            assert_never(node)


def _number(summary: DeliverySummary, column: NumberColumn) -> float | None:
    value: float | None = getattr(summary, column)
    return value
