"""Forgets the oldest deliveries in small slices, each shorter than an exchange."""

import sqlite3
from collections.abc import Callable

import msgspec

from client.deliveries.schema import ATTEMPT_BITS

SLICE_DELIVERIES = 50
"""Deliveries in one slice, about half a millisecond."""

SLICE_PARTS = 16
"""Parts of long contents in one slice: about 1 MiB."""


class Limits(msgspec.Struct, frozen=True):
    """What may be kept; the oldest deliveries go first."""

    deliveries: int = 100_000
    age_seconds: float = 30 * 86_400.0
    size_bytes: int = 2 * 1024**3
    """Of the file in use, with its indexes."""


class Retention:
    """Keeps the history within its limits."""

    def __init__(self, limits: Limits, *, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._going = 0
        """Up to this `seq` contents are being taken out, and the rows go with the last of them."""

    def surplus(self, connection: sqlite3.Connection) -> int:
        """Give the highest `seq` that has to go, 0 where all may stay."""
        if self._going:
            return self._going
        (count,) = connection.execute("SELECT count(*) FROM deliveries").fetchone()
        if not count:
            return 0
        skipped = min(max(count - self._limits.deliveries, 0), SLICE_DELIVERIES)
        if not skipped and self._used_bytes(connection) > self._limits.size_bytes:
            skipped = 1
        oldest = connection.execute(
            "SELECT seq, received_at FROM deliveries ORDER BY seq LIMIT ?", (SLICE_DELIVERIES,)
        ).fetchall()
        horizon = self._clock() - self._limits.age_seconds
        last = 0
        for position, (seq, received_at) in enumerate(oldest):
            if position >= skipped and received_at >= horizon:
                break
            last = seq
        return int(last)

    def forget(self, connection: sqlite3.Connection, last: int) -> None:
        """Take one slice of what is up to `seq` `last` out.

        Raises:
            sqlite3.Error: it could not be taken out now.
        """
        beyond = (last + 1) << ATTEMPT_BITS
        connection.execute("BEGIN IMMEDIATE")
        try:
            parts = connection.execute(
                "DELETE FROM parts WHERE rowid IN (SELECT rowid FROM parts WHERE attempt < ? LIMIT ?)",
                (beyond, SLICE_PARTS),
            ).rowcount
            if not parts:
                connection.execute("DELETE FROM attempts WHERE key < ?", (beyond,))
                connection.execute("DELETE FROM deliveries WHERE seq <= ?", (last,))
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._going = last if parts else 0

    def _used_bytes(self, connection: sqlite3.Connection) -> int:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (free,) = connection.execute("PRAGMA freelist_count").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        return int((pages - free) * size)
