"""A parsed filter: one tree, two ways to ask it."""

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from client.deliveries.filter.predicate import holds
from client.deliveries.filter.scans import Head
from client.deliveries.filter.sql import where
from client.deliveries.filter.tree import And, Cost, Node, cost
from client.views import DeliverySummary


class Row(msgspec.Struct, frozen=True):
    """A delivery as the predicate sees it. What a query does not read may be left out: see `Query.cost`."""

    summary: DeliverySummary
    kinds: frozenset[str] = frozenset()
    """Of all its attempts."""
    truncated: bool = False
    """Some content of some attempt was not captured whole."""
    head: Head = Head()
    request_content: bytes = b""
    """As it was received."""
    response_content: bytes = b""
    """Of the newest attempt."""


@dataclass(frozen=True, slots=True)
class Query:
    """A filter."""

    text: str
    """As it was typed."""
    tree: Node
    clock: Callable[[], float] = field(compare=False, repr=False)
    """Gives Unix seconds; `age:` is measured from it when the query is asked."""

    @property
    def cost(self) -> Cost:
        """How much the query reads: `scan` belongs in the background."""
        return cost(self.tree)

    @property
    def everything(self) -> bool:
        """True when the filter is empty."""
        return self.tree == And(())

    def sql(self) -> tuple[str, list[object]]:
        """Give the condition over table `deliveries` and its parameters.

        The connection needs the functions of `install_functions` where the cost is above `indexed`.
        """
        return where(self.tree, self.clock())

    def matches(self, row: Row) -> bool:
        """Say whether a delivery belongs to what `sql` would find."""
        return holds(self.tree, row, self.clock())
