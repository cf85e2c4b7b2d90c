"""Says of a failure what the deliveries around it make likely: read when it is looked at, since they go on coming."""

import sqlite3

from msgspec.structs import replace

from client.deliveries.attempt import decode_facts
from client.deliveries.schema import ATTEMPT_BITS
from client.signatures.history import History, Other, history_of, with_history
from client.views import AttemptView, DeliverySummary

AROUND = 200
"""Deliveries before and after that are looked through."""

_OTHERS = (
    "SELECT d.seq, d.received_at, a.facts FROM deliveries d JOIN attempts a ON a.key = (d.seq << ?) | 1"
    " WHERE d.seq BETWEEN ? AND ? AND d.seq <> ? AND d.endpoint = ? AND d.provider = ?"
    " AND d.signature IN ('valid', 'invalid') ORDER BY d.seq"
)


def with_evidence(
    connection: sqlite3.Connection, summary: DeliverySummary, attempts: tuple[AttemptView, ...]
) -> tuple[AttemptView, ...]:
    """Give a delivery's attempts with what its neighbours say of those that failed.

    Args:
        connection: any, it only reads.
        summary: the delivery.
        attempts: as they are kept.
    """
    if all(attempt.signature.state != "invalid" for attempt in attempts):
        return attempts
    rows = connection.execute(
        _OTHERS,
        (ATTEMPT_BITS, summary.seq - AROUND, summary.seq + AROUND, summary.seq, summary.endpoint, summary.provider),
    ).fetchall()
    history = history_of(
        Other(seq < summary.seq, received_at, decode_facts(facts).signature) for seq, received_at, facts in rows
    )
    return tuple(_with_history(attempt, history) for attempt in attempts)


def _with_history(attempt: AttemptView, history: History) -> AttemptView:
    view = with_history(attempt.signature, history, kind=attempt.kind)
    return attempt if view is attempt.signature else replace(attempt, signature=view)
