"""Searches contents from end to end in spans of the list: each is one reading, so that others come in between."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol, TypeVar

from client.deliveries import reading
from client.deliveries.filter import Query
from client.views import DeliverySummary, Scanned

T = TypeVar("T")

SPAN = 4_000
"""Places of the list in one reading: 10 to 20 ms at 3 KB each."""

_ENDS = "SELECT coalesce(min(seq), 1), coalesce(max(seq), 0) FROM deliveries"


class Reads(Protocol):
    """Runs a reading in a thread."""

    def __call__(self, reading: Callable[[sqlite3.Connection], T], /, *, slow: bool) -> Awaitable[T]:
        """Give what the reading gives."""
        ...


async def scan(
    read: Reads, query: Query, *, before: int | None = None, after: int | None = None, limit: int
) -> AsyncIterator[Scanned]:
    """Search span by span until `limit` deliveries were found or there is nothing left.

    Args:
        read: runs readings.
        query: what matches.
        before: only smaller `seq`.
        after: only larger `seq`, and then the oldest first; the newest first without.
        limit: deliveries.

    Raises:
        StoreUnusable: the history cannot be read.
    """
    first, last = await read(lambda connection: connection.execute(_ENDS).fetchone(), slow=False)
    low = first if after is None else max(first, after + 1)
    high = last if before is None else min(last, before - 1)
    total = max(high - low + 1, 0)
    condition, params = query.sql()
    done = found = 0
    while done < total and found < limit:
        size = min(SPAN, total - done)
        start = low + done if after is not None else high - done - size + 1
        wanted = limit - found

        def span(
            connection: sqlite3.Connection, start: int = start, end: int = start + size, most: int = wanted
        ) -> list[DeliverySummary]:
            """Read one span, in a thread."""
            ascending = after is not None
            return reading.span(connection, condition, params, start=start, end=end, ascending=ascending, limit=most)

        rows = await read(span, slow=True)
        done += size
        found += len(rows)
        yield Scanned(tuple(rows), done, total)
