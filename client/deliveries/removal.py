"""Takes deliveries out of the file in small slices, each shorter than an exchange."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence

from client.deliveries.schema import ATTEMPT_BITS

SLICE_SECONDS = 0.001
"""What a slice may take of the loop's time. One that took longer, on a slow disk or with long contents, is followed by
a smaller one."""

FIRST_DELIVERIES = 10
"""Deliveries in the first slice, before anything was measured."""

MOST_DELIVERIES = 400

FIRST_PARTS = 2
"""Parts of long contents in the first slice of them, 64 KiB each."""

MOST_PARTS = 64

SLICE_BYTES = 64 * 1024
"""About what a slice adds to the write-ahead log."""

_PARTS = "SELECT rowid FROM parts WHERE attempt >= ? AND attempt < ? LIMIT ?"
_REPEATS = f"SELECT key FROM attempts WHERE key >= ? AND key < ? AND key & {(1 << ATTEMPT_BITS) - 1} > 1 LIMIT ?"  # noqa: S608 - a number of ours
_PENDING = "SELECT key FROM attempts WHERE state = 'pending'"


class Portion:
    """An amount that grows and shrinks until handling so much of something takes about `SLICE_SECONDS`."""

    def __init__(self, first: int, *, most: int) -> None:
        self.amount = first
        self._most = most

    def took(self, seconds: float) -> None:
        """Learn how long it took with the whole `amount`."""
        if seconds > SLICE_SECONDS:
            self.amount = max(1, int(self.amount * max(SLICE_SECONDS / seconds, 0.1)))
        elif seconds < SLICE_SECONDS / 2:
            self.amount = min(self._most, self.amount * 2)


class Slices:
    """Takes deliveries out, slice by slice, each as large as this disk and these deliveries allow."""

    def __init__(self, *, timer: Callable[[], float] = time.perf_counter) -> None:
        self._timer = timer
        self._deliveries = Portion(FIRST_DELIVERIES, most=MOST_DELIVERIES)
        self._parts = Portion(FIRST_PARTS, most=MOST_PARTS)

    @property
    def deliveries(self) -> int:
        """How many deliveries the next slice may have."""
        return self._deliveries.amount

    def remove(self, connection: sqlite3.Connection, seqs: Sequence[int]) -> bool:
        """Take deliveries out, or a part of what they have many of; True when they are gone.

        Args:
            connection: the one that writes; outside a transaction.
            seqs: in ascending order, at most `deliveries` of them.

        Raises:
            sqlite3.Error: they could not be taken out now.
        """
        began = self._timer()
        connection.execute("BEGIN IMMEDIATE")
        try:
            portion = self._remove(connection, seqs)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        if portion is None:
            if len(seqs) >= self.deliveries or self._timer() - began > SLICE_SECONDS:
                self._deliveries.took(self._timer() - began)
            return True
        portion.took(self._timer() - began)
        return False

    def _remove(self, connection: sqlite3.Connection, seqs: Sequence[int]) -> Portion | None:
        """Give what bounded this slice, None where nothing did and all is gone."""
        spans = [(low << ATTEMPT_BITS, (high + 1) << ATTEMPT_BITS) for low, high in runs(seqs)]
        if parts := _some(connection, _PARTS, spans, self._parts.amount):
            connection.executemany("DELETE FROM parts WHERE rowid = ?", parts)
            return self._parts
        most = self._deliveries.amount
        if len(repeats := _some(connection, _REPEATS, spans, most)) == most:
            connection.executemany("DELETE FROM attempts WHERE key = ?", repeats)
            return self._deliveries
        connection.executemany("DELETE FROM attempts WHERE key >= ? AND key < ?", spans)
        connection.executemany("DELETE FROM deliveries WHERE seq = ?", [(seq,) for seq in seqs])
        return None


def found(connection: sqlite3.Connection, *, where: str, params: Sequence[object], pinned: bool = False) -> list[int]:
    """Give which deliveries may be removed, in ascending order: not those that are being answered.

    Args:
        connection: any, it only reads.
        where: an SQL condition over table `deliveries`, from a parsed filter, never from a user's text.
        params: its bound parameters.
        pinned: pinned ones too.
    """
    kept = "" if pinned else " AND pinned = 0"
    statement = f"SELECT seq FROM deliveries WHERE ({where}){kept} ORDER BY seq"  # noqa: S608 - values are bound
    seqs = [seq for (seq,) in connection.execute(statement, tuple(params))]
    busy = pending(connection)
    return [seq for seq in seqs if seq not in busy]


def pending(connection: sqlite3.Connection) -> set[int]:
    """Give the deliveries that are being answered: their rows are still to be written."""
    return {key >> ATTEMPT_BITS for (key,) in connection.execute(_PENDING)}


def runs(seqs: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Give first and last of each run of numbers without a gap."""
    first = last = None
    for seq in seqs:
        if first is None or last is None:
            first = seq
        elif seq != last + 1:
            yield first, last
            first = seq
        last = seq
    if first is not None and last is not None:
        yield first, last


def _some(
    connection: sqlite3.Connection, statement: str, spans: Sequence[tuple[int, int]], most: int
) -> list[tuple[int]]:
    found: list[tuple[int]] = []
    for low, high in spans:
        found += connection.execute(statement, (low, high, most - len(found))).fetchall()
        if len(found) >= most:
            break
    return found
