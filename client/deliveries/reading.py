"""Reads the history: pages of the list, one delivery, contents."""

import sqlite3
from collections.abc import Iterator, Sequence

import msgspec

from client.deliveries.attempt import DAMAGE, DAMAGED, Attempt, Facts, attempt_row, decode_facts
from client.deliveries.evidence import with_evidence
from client.deliveries.groups import IMPORTED, REPLAYS
from client.deliveries.schema import ATTEMPT_BITS, REQUEST_SIDE, RESPONSE_SIDE, attempt_key, place_of
from client.deliveries.writing import read_summary
from client.inspector import Side, UnknownDelivery
from client.signatures.blame import blame
from client.views import AttemptView, DeliveryDetail, DeliverySummary, MessageView
from shared.http import first
from shared.http.heads import Fields

MOST_SHOWN = 1_000
"""Rows of a page, and attempts of a delivery that are shown: the newest."""

_ATTEMPTS = (
    "SELECT key, kind, state, started_at, status, failure, duration_seconds, facts, request_bytes, request_captured,"
    " response_bytes, response_captured FROM attempts WHERE key > ? AND key < ? ORDER BY key DESC LIMIT ?"
)
_SIDES = {"request": REQUEST_SIDE, "response": RESPONSE_SIDE}


def page(
    connection: sqlite3.Connection,
    *,
    where: str = "",
    params: Sequence[object] = (),
    before: int | None = None,
    after: int | None = None,
    limit: int = 100,
) -> list[DeliverySummary]:
    """Give a page of the list in order of `seq`: as `Inspector.deliveries`.

    Args:
        connection: any, it only reads.
        where: an SQL condition over table `deliveries`, from a parsed filter, never from a user's text.
        params: its bound parameters.
        before: only smaller `seq`, the newest of them.
        after: only larger `seq`, the oldest of them.
        limit: rows.
    """
    conditions = [f"({where})"] if where else []
    values = list(params)
    for condition, bound in (("seq < ?", before), ("seq > ?", after)):
        if bound is not None:
            conditions.append(condition)
            values.append(bound)
    order = "ASC" if after is not None else "DESC"
    clause = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    statement = f"SELECT * FROM deliveries {clause} ORDER BY seq {order} LIMIT ?"  # noqa: S608 - values are bound
    rows = connection.execute(statement, (*values, max(1, min(limit, MOST_SHOWN)))).fetchall()
    if order == "DESC":
        rows.reverse()
    return [read_summary(row) for row in rows]


def span(
    connection: sqlite3.Connection,
    where: str,
    params: Sequence[object],
    *,
    start: int,
    end: int,
    ascending: bool,
    limit: int,
) -> list[DeliverySummary]:
    """Give what matches from `seq` `start` to before `end`, in order or the newest first; as `page` otherwise."""
    order = "ASC" if ascending else "DESC"
    statement = f"SELECT * FROM deliveries WHERE seq >= ? AND seq < ? AND ({where}) ORDER BY seq {order} LIMIT ?"  # noqa: S608
    return [read_summary(row) for row in connection.execute(statement, (start, end, *params, limit))]


def find(connection: sqlite3.Connection, delivery_id: str) -> DeliverySummary:
    """Give the delivery with this id, or the only one whose id begins so.

    Raises:
        UnknownDelivery: there is none, or several.
    """
    rows = connection.execute("SELECT * FROM deliveries WHERE id = ? LIMIT 1", (delivery_id,)).fetchall()
    if not rows and delivery_id:
        rows = connection.execute(
            "SELECT * FROM deliveries WHERE id >= ? AND id < ? LIMIT 2", (delivery_id, delivery_id + "\U0010ffff")
        ).fetchall()
    if not rows:
        raise UnknownDelivery(f"no delivery has the id {delivery_id!a}: `hookline list` shows those that are kept")
    if len(rows) > 1:
        raise UnknownDelivery(f"several deliveries have an id that begins with {delivery_id!a}: type more of it")
    return read_summary(rows[0])


def by_seq(connection: sqlite3.Connection, seq: int) -> DeliverySummary:
    """Give the delivery with this place in the list.

    Raises:
        UnknownDelivery: there is none.
    """
    row = connection.execute("SELECT * FROM deliveries WHERE seq = ?", (seq,)).fetchone()
    if row is None:
        raise UnknownDelivery(f"there is no delivery #{seq}: it was removed")
    return read_summary(row)


def detail(connection: sqlite3.Connection, summary: DeliverySummary) -> DeliveryDetail:
    """Give a delivery with its attempts, oldest first."""
    low = summary.seq << ATTEMPT_BITS
    rows = connection.execute(_ATTEMPTS, (low, low + (1 << ATTEMPT_BITS), MOST_SHOWN)).fetchall()
    rows.reverse()
    facts = [decode_facts(row[7]) for row in rows]
    origin = facts[0].delivery if facts else None
    return DeliveryDetail(
        summary=summary,
        public_url=origin.public_url if origin else "",
        remote=origin.remote if origin else "",
        attempts=with_evidence(
            connection, summary, tuple(_attempt_view(row, known) for row, known in zip(rows, facts, strict=True))
        ),
    )


def attempt(connection: sqlite3.Connection, seq: int, number: int) -> tuple[AttemptView, Facts]:
    """Give one attempt, as seen and as it is kept.

    Raises:
        UnknownDelivery: there is none with this number.
    """
    key = attempt_key(seq, number) if 0 < number < 1 << ATTEMPT_BITS else 0
    row = connection.execute(_ATTEMPTS, (key - 1, key + 1, 1)).fetchone()
    if row is None:
        raise UnknownDelivery(f"this delivery has no attempt {number}: `hookline show` lists those it has")
    known = decode_facts(row[7])
    return _attempt_view(row, known), known


def content(
    connection: sqlite3.Connection, seq: int, number: int, side: Side, *, start: int = 0, end: int | None = None
) -> Iterator[bytes]:
    """Give the captured bytes of a content from offset `start` to before `end`, in pieces, never all at once."""
    key = attempt_key(seq, number)
    row = connection.execute(f"SELECT {side}_content FROM attempts WHERE key = ?", (key,)).fetchone()  # noqa: S608
    if row is not None and row[0] is not None:
        yield _octets(row[0])[start:end]
        return
    at = start
    while end is None or at < end:
        part = connection.execute(
            "SELECT start, bytes FROM parts WHERE attempt = ? AND side = ? AND start <= ? ORDER BY start DESC LIMIT 1",
            (key, _SIDES[side], at),
        ).fetchone()
        piece = b"" if part is None else _octets(part[1])[at - part[0] : None if end is None else end - part[0]]
        if not piece:
            return
        yield piece
        at += len(piece)


def _octets(value: object) -> bytes:
    """Give a content's bytes; a damaged record may say that they are something else."""
    if isinstance(value, bytes):
        return value
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else b""


def view_of(attempt: Attempt) -> AttemptView:
    """Give the view of an attempt that is in memory."""
    row = attempt_row(attempt)
    return _attempt_view((*row[:10], *row[11:13]), decode_facts(row[7]))  # type: ignore[arg-type]


def message(line: bytes, fields: Fields, content_bytes: int, captured_bytes: int) -> MessageView:
    """Give the view of a message's head and sizes."""
    shown = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in fields)
    kind = first(fields, b"content-type") or b""
    return MessageView(line.decode("latin-1"), shown, content_bytes, captured_bytes, kind.decode("latin-1"))


def _on_the_way(facts: Facts, kind: str, started_at: float) -> float | None:
    """Give how long an attempt took from relay to client; clocks that differ make it no less than nothing."""
    if kind in REPLAYS or facts.delivery.source == IMPORTED:
        return None
    return max(started_at - facts.delivery.received_at, 0.0)


def _attempt_view(row: Sequence[object], facts: Facts) -> AttemptView:
    key, kind, state, started_at, status, failure, duration, _, asked, asked_kept, answered, answered_kept = row
    head, answer = facts.request, facts.response
    request_line = b"%s %s HTTP/%s" % (head.method, head.target, head.version)
    values = {
        "number": place_of(key)[1],  # type: ignore[arg-type]
        "kind": kind,
        "state": state,
        "started_at": started_at,
        "target": facts.app,
        "status": status,
        "failure": failure,
        "failure_detail": facts.detail,
        "duration_seconds": duration,
        "signature": facts.signature,
        "request": message(request_line, head.fields, asked, asked_kept),  # type: ignore[arg-type]
        "clock": facts.clock,
        "relay_seconds": _on_the_way(facts, kind, started_at),  # type: ignore[arg-type]
        "connect_seconds": facts.connect_seconds,
        "first_byte_seconds": facts.first_byte_seconds,
        "retry_at": facts.retry_at,
        "blame": blame(facts.signature, status, is_replay=kind in REPLAYS),  # type: ignore[arg-type]
    }
    if answer is not None:
        line = b"HTTP/1.1 %d %s" % (answer.status, answer.reason)
        values["response"] = message(line, answer.fields, answered, answered_kept)  # type: ignore[arg-type]
    try:
        return msgspec.convert(values, AttemptView)
    except msgspec.ValidationError:
        lost = {"kind": "received", "state": "interrupted", "started_at": 0.0, "target": facts.app, "failure": DAMAGED}
        return msgspec.convert({"number": values["number"], "failure_detail": DAMAGE, **lost}, AttemptView)
