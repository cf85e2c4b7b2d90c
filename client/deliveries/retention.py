"""Forgets the oldest deliveries in small slices, each shorter than an exchange."""

import sqlite3
from collections.abc import Callable

import msgspec

from client.deliveries.schema import ATTEMPT_BITS

SLICE_DELIVERIES = 50
"""Deliveries in one slice, about half a millisecond."""

SLICE_PARTS = 16
"""Parts of long contents in one slice: about 1 MiB."""

SLICE_BYTES = 64 * 1024
"""About what a slice adds to the write-ahead log."""

SURVEYED_DELIVERIES = 5_000

_OLDEST = "SELECT seq, received_at FROM deliveries ORDER BY seq LIMIT ?"
_NTH_OLDEST = "SELECT seq FROM deliveries ORDER BY seq LIMIT 1 OFFSET ?"
_SLICE_END = "SELECT max(seq) FROM (SELECT seq FROM deliveries WHERE seq <= ? ORDER BY seq LIMIT ?)"
_FORGET_PARTS = "DELETE FROM parts WHERE rowid IN (SELECT rowid FROM parts WHERE attempt < ? LIMIT ?)"


class Limits(msgspec.Struct, frozen=True):
    """What may be kept; the oldest deliveries go first."""

    deliveries: int = 100_000
    age_seconds: float = 30 * 86_400.0
    size_bytes: int = 2 * 1024**3
    """Of the file in use, with its indexes."""


class Retention:
    """Keeps the history within its limits: `survey` finds what has to go, `forget` takes it out slice by slice."""

    def __init__(self, limits: Limits, *, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._until = 0
        """Up to this `seq` deliveries have to go."""

    def survey(self, connection: sqlite3.Connection) -> bool:
        """Look for what has to go, some thousand deliveries at a time; True when there is something.

        Raises:
            sqlite3.Error: the file cannot be read now.
        """
        (count,) = connection.execute("SELECT count(*) FROM deliveries").fetchone()
        surplus = min(count - self._limits.deliveries, SURVEYED_DELIVERIES)
        if surplus > 0:
            self._until = connection.execute(_NTH_OLDEST, (surplus - 1,)).fetchone()[0]
        horizon = self._clock() - self._limits.age_seconds
        for seq, received_at in connection.execute(_OLDEST, (SURVEYED_DELIVERIES,)):
            if received_at >= horizon:
                break
            self._until = max(self._until, seq)
        if count and self._used_bytes(connection) > self._limits.size_bytes:
            self._until = max(self._until, connection.execute(_NTH_OLDEST, (0,)).fetchone()[0])
        return bool(self._until)

    def forget(self, connection: sqlite3.Connection) -> bool:
        """Take one slice out; True when there is more of what `survey` found.

        Raises:
            sqlite3.Error: it could not be taken out now.
        """
        slice_end = connection.execute(_SLICE_END, (self._until, SLICE_DELIVERIES)).fetchone()[0]
        if slice_end is None:
            self._until = 0
            return False
        beyond = (slice_end + 1) << ATTEMPT_BITS
        connection.execute("BEGIN IMMEDIATE")
        try:
            if not connection.execute(_FORGET_PARTS, (beyond, SLICE_PARTS)).rowcount:
                connection.execute("DELETE FROM attempts WHERE key < ?", (beyond,))
                connection.execute("DELETE FROM deliveries WHERE seq <= ?", (slice_end,))
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return True

    def _used_bytes(self, connection: sqlite3.Connection) -> int:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (free,) = connection.execute("PRAGMA freelist_count").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        return int((pages - free) * size)
