"""Writes attempts as rows: the statements of one commit."""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from typing import get_type_hints

import msgspec

from client.deliveries.attempt import (
    ATTEMPT_COLUMNS,
    DAMAGE,
    DAMAGED,
    DELIVERY_COLUMNS,
    Attempt,
    Row,
    attempt_row,
    delivery_row,
    summary_of,
)
from client.deliveries.capture import INLINE_BYTES, Capture
from client.deliveries.groups import Groups, place
from client.deliveries.schema import REQUEST_SIDE, RESPONSE_SIDE
from client.views import DeliverySummary

_INSERT_DELIVERY = f"INSERT INTO deliveries VALUES ({', '.join('?' * DELIVERY_COLUMNS)})"  # noqa: S608 - constants
_INSERT_ATTEMPT = f"INSERT OR REPLACE INTO attempts VALUES ({', '.join('?' * ATTEMPT_COLUMNS)})"  # noqa: S608
_INSERT_PART = "INSERT INTO parts VALUES (?, ?, ?, ?)"
_NEWEST = (
    "UPDATE deliveries SET attempts = ?, state = ?, status = ?, failure = ?, duration_seconds = ?, kind = ?, clock = ?,"
    " healthy = ?, signature = ? WHERE seq = ? AND attempts <= ?"
)
_RECOGNISED = "UPDATE deliveries SET provider = ?, event_type = ?, event_id = ?, size_bytes = ? WHERE seq = ?"
_SUMMARY = "SELECT * FROM deliveries WHERE seq = ?"

_SUMMARY_FIELDS = DeliverySummary.__struct_fields__
_SUMMARY_TYPES = get_type_hints(DeliverySummary)
_LOST = msgspec.structs.asdict(
    DeliverySummary(0, "", 0.0, "", "", "", "", "", "", 0, "unverifiable", 1, "interrupted", None, DAMAGED, None)
)

_COMMIT_BYTES = 4 * 4096
_ROW_BYTES = 1536


class Part(msgspec.Struct, eq=False):
    """A piece of a long content on its way to the file."""

    attempt: Attempt
    side: int
    start: int
    data: bytes

    @property
    def capture(self) -> Capture:
        """What it is a piece of."""
        return self.attempt.request if self.side == REQUEST_SIDE else self.attempt.response


def read_summary(row: Sequence[object]) -> DeliverySummary:
    """Give the summary of a row of table `deliveries`."""
    values = dict(zip(_SUMMARY_FIELDS, (*row[:-2], bool(row[-2]), bool(row[-1])), strict=True))
    try:
        return msgspec.convert(values, DeliverySummary)
    except msgspec.ValidationError:
        return _mended(values)


def _mended(values: dict[str, object]) -> DeliverySummary:
    """Give what can be shown of a row that is not as it was written."""
    kept: dict[str, object] = dict(_LOST)
    for name, value in values.items():
        with suppress(msgspec.ValidationError):
            kept[name] = msgspec.convert(value, _SUMMARY_TYPES[name])
    return msgspec.convert(kept | {"failure": DAMAGED, "clock": DAMAGE, "healthy": False}, DeliverySummary)


class Writing:
    """One commit's rows. Places are given in order; nothing is kept when the commit fails."""

    def __init__(self, connection: sqlite3.Connection, groups: Groups, next_seq: int, *, generation: int) -> None:
        self._connection = connection
        self._groups = groups
        self._generation = generation
        self.next_seq = next_seq
        self.size_bytes = _COMMIT_BYTES
        """About what the commit adds to the write-ahead log."""
        self._deliveries: list[Row] = []
        self._attempts: list[Row] = []
        self._newest: list[Row] = []
        self._recognised: list[Row] = []
        self._parts: list[Row] = []
        self._changed: dict[int, DeliverySummary | None] = {}

    def add(self, attempt: Attempt) -> None:
        """Write the attempt as it is now."""
        attempt.conclude()
        if not attempt.seq:
            if attempt.state == "pending":
                attempt.recognise()
            self.next_seq = place(self._connection, self._groups, attempt, self.next_seq)
        if attempt.tell is not None and attempt.state != "pending":
            attempt.tell(attempt)
            attempt.tell = None
        self.size_bytes += _ROW_BYTES + len(attempt.request.data) + len(attempt.response.data)
        self._attempts.append(attempt_row(attempt))
        if len(attempt.request.data) > INLINE_BYTES or len(attempt.response.data) > INLINE_BYTES:
            self._add_loose(attempt)
        alone = attempt.number == 1 and self._groups.single(attempt.seq)
        self._changed[attempt.seq] = summary_of(attempt) if alone else None
        if attempt.number == 1 and attempt.written != self._generation:
            self._deliveries.append(delivery_row(self._changed[attempt.seq] or summary_of(attempt)))
            return
        if attempt.number == 1:
            self._groups.learn(attempt)
            self._recognised.append(
                (attempt.provider, attempt.event_type, attempt.event_id, attempt.request.total_bytes, attempt.seq)
            )
        self._newest.append(
            (
                attempt.number,
                attempt.state,
                attempt.status,
                attempt.failure,
                attempt.duration_seconds,
                attempt.kind,
                attempt.clock,
                attempt.healthy,
                attempt.signature.state,
                attempt.seq,
                attempt.number,
            )
        )

    def add_part(self, part: Part) -> None:
        """Write a part of an attempt that has its row."""
        self._parts.append((part.attempt.key, part.side, part.start, part.data))
        self.size_bytes += len(part.data)

    def execute(self) -> None:
        """Give everything to the database, inside the caller's transaction."""
        connection = self._connection
        if self._deliveries:
            connection.executemany(_INSERT_DELIVERY, self._deliveries)
        if self._attempts:
            connection.executemany(_INSERT_ATTEMPT, self._attempts)
        if self._recognised:
            connection.executemany(_RECOGNISED, self._recognised)
        if self._newest:
            connection.executemany(_NEWEST, self._newest)
        if self._parts:
            connection.executemany(_INSERT_PART, self._parts)

    def summaries(self) -> list[DeliverySummary]:
        """Give the rows of the list that changed; call after `execute`."""
        found: list[DeliverySummary] = []
        for seq, summary in self._changed.items():
            if summary is None:
                row = self._connection.execute(_SUMMARY, (seq,)).fetchone()
                summary = None if row is None else read_summary(row)  # noqa: PLW2901 - the same summary, found
            if summary is not None:
                found.append(summary)
        return found

    def _add_loose(self, attempt: Attempt) -> None:
        for side, capture in ((REQUEST_SIDE, attempt.request), (RESPONSE_SIDE, attempt.response)):
            self._parts.extend((attempt.key, side, start, data) for start, data in capture.loose())
