"""Finds the delivery that an attempt belongs to: the provider's retries and the user's replays of it."""

import sqlite3
from collections.abc import Iterable
from itertools import islice

import msgspec

from client.deliveries.attempt import Attempt
from client.deliveries.schema import MOST_ATTEMPTS, attempt_key

IMPORTED = "import"
"""The source of a delivery that was taken in from a file."""

REPLAYS = frozenset({"replay", "edit", "resigned"})

REMEMBERED_EVENTS = 50_000
"""Events whose retry is recognised. A look-up here costs 0.1 µs; an index over random ids costs each row 5 µs."""

REMEMBERED_GROUPS = 512

RETRIES_GROUPED = 1_000
"""After so many attempts an event begins a new delivery: it is a load test, not a provider."""


_REPLAYS = "SELECT count(*) FROM attempts WHERE key > ? AND key < ? AND kind IN ('replay', 'edit', 'resigned')"


class Group(msgspec.Struct, eq=False):
    """A delivery with more than one attempt."""

    seq: int
    attempts: int
    """The highest number given so far."""
    received: int
    """How many of them the provider sent."""


class Groups:
    """What is known of recent deliveries, beside the file."""

    def __init__(self) -> None:
        self._events: dict[tuple[str, str, str], int] = {}
        self._groups: dict[int, Group] = {}
        self.fresh_from = 1
        """From this `seq` on deliveries are not in the file yet: they belong to the commit that is being made."""

    def load(self, connection: sqlite3.Connection) -> None:
        """Know the newest events of the file."""
        rows = connection.execute(
            "SELECT endpoint, provider, event_id, seq FROM deliveries"
            " WHERE event_id <> '' AND signature <> 'invalid' ORDER BY seq DESC LIMIT ?",
            (REMEMBERED_EVENTS,),
        ).fetchall()
        self._events = {(endpoint, provider, event): seq for endpoint, provider, event, seq in reversed(rows)}
        self._groups = {}

    def forget_counts(self) -> None:
        """Read counts again: another process may have written."""
        self._groups.clear()

    def forget(self, seqs: Iterable[int]) -> None:
        """Know that deliveries are no longer in the file."""
        for seq in seqs:
            self._groups.pop(seq, None)

    def read_again(self, connection: sqlite3.Connection, seq: int) -> None:
        """Have the delivery's row read from the file when it changes: more of it than its attempts tell was written."""
        self._group(connection, seq)

    def single(self, seq: int) -> bool:
        """True while the delivery has no further attempt and nothing else is known of it."""
        return seq not in self._groups

    def find(self, connection: sqlite3.Connection, attempt: Attempt) -> Group | None:
        """Give the group that the attempt joins, or None where it begins a delivery."""
        if attempt.kind in REPLAYS or attempt.delivery.attempt > 1:
            return self.by_id(connection, attempt.delivery.id)
        if not groupable(attempt):
            return None
        seq = self._events.get((attempt.delivery.endpoint, attempt.provider, attempt.event_id))
        group = None if seq is None else self._group(connection, seq)
        return None if group is None or group.attempts >= RETRIES_GROUPED else group

    def by_id(self, connection: sqlite3.Connection, delivery_id: str) -> Group | None:
        """Give the group of the delivery with this id, or None where there is none."""
        row = connection.execute("SELECT seq FROM deliveries WHERE id = ?", (delivery_id,)).fetchone()
        return None if row is None else self._group(connection, row[0], filed=True)

    def reserve(self, connection: sqlite3.Connection, delivery_id: str) -> int | None:
        """Give the number of the delivery's next attempt, which nothing else gets; None where there is none.

        Raises:
            sqlite3.Error: the file cannot be read.
        """
        group = self.by_id(connection, delivery_id)
        return None if group is None else _free_number(connection, group, group.attempts + 1)

    def remember(self, attempt: Attempt) -> None:
        """Know the event of a delivery that begins."""
        if groupable(attempt):
            events = self._events
            events[attempt.delivery.endpoint, attempt.provider, attempt.event_id] = attempt.seq
            if len(events) > REMEMBERED_EVENTS:
                del events[next(iter(events))]

    def learn(self, attempt: Attempt) -> None:
        """Know the event of a delivery that had its place before its request was whole."""
        if groupable(attempt) and (attempt.delivery.endpoint, attempt.provider, attempt.event_id) not in self._events:
            self.remember(attempt)

    def _group(self, connection: sqlite3.Connection, seq: int, *, filed: bool = False) -> Group | None:
        """Give what is known of a delivery; `filed`: it is in the file, whoever wrote it."""
        group = self._groups.get(seq)
        if group is None:
            group = Group(seq, 1, 1) if seq >= self.fresh_from and not filed else _counted(connection, seq)
            if group is None:
                return None
            self._groups[seq] = group
            if len(self._groups) > REMEMBERED_GROUPS:
                for old in list(islice(self._groups, REMEMBERED_GROUPS // 2)):
                    del self._groups[old]
        return group


def groupable(attempt: Attempt) -> bool:
    """True when the provider's next attempt of the same event belongs to it; what was imported stands alone."""
    return bool(attempt.event_id) and attempt.signature.state != "invalid" and attempt.delivery.source != IMPORTED


def _counted(connection: sqlite3.Connection, seq: int) -> Group | None:
    row = connection.execute("SELECT attempts FROM deliveries WHERE seq = ?", (seq,)).fetchone()
    if row is None:
        return None
    (replays,) = connection.execute(_REPLAYS, (attempt_key(seq, 0), attempt_key(seq + 1, 0))).fetchone()
    return Group(seq, row[0], row[0] - replays)


def place(connection: sqlite3.Connection, groups: Groups, attempt: Attempt, next_seq: int) -> int:
    """Give the attempt its `seq` and `number`, and what is the next free `seq` then."""
    group = groups.find(connection, attempt)
    if group is None:
        attempt.seq, attempt.number = next_seq, 1
        groups.remember(attempt)
        return next_seq + 1
    replayed = attempt.kind in REPLAYS
    attempt.seq = group.seq
    attempt.number = _free_number(connection, group, attempt.delivery.attempt if replayed else group.attempts + 1)
    if not replayed:
        attempt.kind = "retry"
        group.received += 1
        attempt.ordinal = group.received
    return next_seq


def _free_number(connection: sqlite3.Connection, group: Group, wanted: int) -> int:
    """Give `wanted`, or the next number that no other process took meanwhile."""
    number = max(wanted, 1)
    taken = "SELECT 1 FROM attempts WHERE key = ?"
    while number < MOST_ATTEMPTS and connection.execute(taken, (attempt_key(group.seq, number),)).fetchone():
        number += 1
    group.attempts = max(group.attempts, number)
    return number
