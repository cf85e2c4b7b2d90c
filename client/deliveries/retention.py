"""Forgets the oldest deliveries in small slices, each shorter than an exchange."""

import sqlite3
import time
from collections.abc import Callable

import msgspec

from client.deliveries.removal import Slices, pending

SURVEYED_DELIVERIES = 5_000

_COUNT = "SELECT count(*) - (SELECT count(*) FROM deliveries WHERE pinned = 1) FROM deliveries"
_OLDEST = "SELECT seq, received_at FROM deliveries WHERE pinned = 0 ORDER BY seq LIMIT ?"
_NTH_OLDEST = "SELECT seq FROM deliveries WHERE pinned = 0 ORDER BY seq LIMIT 1 OFFSET ?"
_SLICE = "SELECT seq FROM deliveries WHERE pinned = 0 AND seq <= ? ORDER BY seq LIMIT ?"


class Limits(msgspec.Struct, frozen=True):
    """What may be kept; the oldest deliveries go first, those that are pinned never."""

    deliveries: int = 100_000
    age_seconds: float = 30 * 86_400.0
    size_bytes: int = 2 * 1024**3
    """Of the file in use, with its indexes."""


class Retention:
    """Keeps the history within its limits: `survey` finds what has to go, `forget` takes it out slice by slice."""

    def __init__(
        self, limits: Limits, *, clock: Callable[[], float], timer: Callable[[], float] = time.perf_counter
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._slices = Slices(timer=timer)
        self.until = 0
        """Up to this `seq` deliveries have to go; 0: none."""

    def survey(self, connection: sqlite3.Connection) -> int:
        """Look for what has to go, some thousand deliveries at a time; give up to which `seq`, 0 for none.

        It counts the whole list, which takes as long as some exchanges: it belongs beside the loop.

        Args:
            connection: any, it only reads.

        Raises:
            sqlite3.Error: the file cannot be read now.
        """
        until = 0
        (count,) = connection.execute(_COUNT).fetchone()
        surplus = min(count - self._limits.deliveries, SURVEYED_DELIVERIES)
        if surplus > 0:
            until = _nth_oldest(connection, surplus)
        horizon = self._clock() - self._limits.age_seconds
        for seq, received_at in connection.execute(_OLDEST, (SURVEYED_DELIVERIES,)):
            if received_at >= horizon:
                break
            until = max(until, seq)
        if count and _used_bytes(connection) > self._limits.size_bytes:
            until = max(until, _nth_oldest(connection, 1))
        return until

    def forget(self, connection: sqlite3.Connection) -> list[int] | None:
        """Take one slice out and give what is gone with it; None: nothing up to `until` is left.

        Raises:
            sqlite3.Error: it could not be taken out now.
        """
        busy = pending(connection)
        found = connection.execute(_SLICE, (self.until, self._slices.deliveries))
        seqs = [seq for (seq,) in found if seq not in busy]
        if not seqs:
            self.until = 0
            return None
        return seqs if self._slices.remove(connection, seqs) else []


def _nth_oldest(connection: sqlite3.Connection, number: int) -> int:
    found: int = connection.execute(_NTH_OLDEST, (number - 1,)).fetchone()[0]
    return found


def _used_bytes(connection: sqlite3.Connection) -> int:
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    return int((pages - free) * size)
