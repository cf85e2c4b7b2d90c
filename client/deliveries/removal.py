"""Takes deliveries out of the file in small slices, each shorter than an exchange."""

import sqlite3
from collections.abc import Iterator, Sequence

from client.deliveries.schema import ATTEMPT_BITS

SLICE_DELIVERIES = 50
"""Deliveries in one slice, about a quarter of a millisecond."""

SLICE_PARTS = 16
"""Parts of long contents in one slice: about 1 MiB."""

SLICE_BYTES = 64 * 1024
"""About what a slice adds to the write-ahead log."""

_PARTS = "SELECT rowid FROM parts WHERE attempt >= ? AND attempt < ? LIMIT ?"
_PENDING = "SELECT key FROM attempts WHERE state = 'pending'"


def remove_slice(connection: sqlite3.Connection, seqs: Sequence[int]) -> bool:
    """Take at most `SLICE_DELIVERIES` deliveries out, or some parts of their contents; True when they are gone.

    Args:
        connection: the one that writes; outside a transaction.
        seqs: in ascending order.

    Raises:
        sqlite3.Error: they could not be taken out now.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        spans = [(low << ATTEMPT_BITS, (high + 1) << ATTEMPT_BITS) for low, high in runs(seqs)]
        parts = _some_parts(connection, spans)
        if parts:
            connection.executemany("DELETE FROM parts WHERE rowid = ?", parts)
        else:
            connection.executemany("DELETE FROM attempts WHERE key >= ? AND key < ?", spans)
            connection.executemany("DELETE FROM deliveries WHERE seq = ?", [(seq,) for seq in seqs])
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return not parts


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


def _some_parts(connection: sqlite3.Connection, spans: Sequence[tuple[int, int]]) -> list[tuple[int]]:
    found: list[tuple[int]] = []
    for low, high in spans:
        found += connection.execute(_PARTS, (low, high, SLICE_PARTS - len(found))).fetchall()
        if len(found) >= SLICE_PARTS:
            break
    return found
