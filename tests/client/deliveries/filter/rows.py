"""Deliveries in a real history file and in memory, the same."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from client.deliveries.attempt import Facts
from client.deliveries.filter import Head, Query, Row, install_functions
from client.deliveries.schema import MIGRATIONS, REQUEST_SIDE, RESPONSE_SIDE, attempt_key
from client.views import AttemptKind, DeliverySummary, SignatureView
from shared import sqlite
from shared.exchange import Delivery
from shared.http import RequestHead


class File:
    """A history file that is filled with rows as the predicate sees them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def fill(self, rows: list[Row], *, inline_bytes: int = 8) -> None:
        """Replace what is in the file; contents longer than `inline_bytes` are put in parts of that size."""
        self.connection.execute("BEGIN")
        for table in ("deliveries", "attempts", "parts"):
            self.connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a constant
        for row in rows:
            self._add(row, inline_bytes)
        self.connection.execute("COMMIT")

    def _add(self, row: Row, inline_bytes: int) -> None:
        summary = row.summary
        marks = ", ".join("?" * 20)
        self.connection.execute(f"INSERT INTO deliveries VALUES ({marks})", msgspec.structs.astuple(summary))  # noqa: S608
        kinds: list[AttemptKind] = [summary.kind] * summary.attempts
        kinds[: len(row.kinds)] = sorted(row.kinds)  # type: ignore[arg-type]
        for number, kind in enumerate(kinds, start=1):
            newest, oldest = number == summary.attempts, number == 1
            self._attempt(
                row,
                key=attempt_key(summary.seq, number),
                kind=kind,
                request=row.request_content if oldest else b"what a later attempt sent",
                response=row.response_content if newest else b"what an earlier attempt answered",
                inline_bytes=inline_bytes,
                head=row.head if oldest and newest else _part(row.head, oldest=oldest),
                cut=row.truncated and newest,
            )

    def _attempt(
        self,
        row: Row,
        *,
        key: int,
        kind: str,
        request: bytes,
        response: bytes,
        inline_bytes: int,
        head: Head,
        cut: bool,
    ) -> None:
        facts = Facts(
            RequestHead(b"POST", b"/", head.fields),
            None,
            SignatureView(state="invalid", reason=head.reason),
            Delivery("dlv_1", 1, "demo", 0.0, "127.0.0.1", head.public_url),
            "http://localhost:3000",
            "",
            "",
            healthy=True,
        )
        values = [key, kind, "answered", 0.0, None, "", None, msgspec.msgpack.encode(facts)]
        for side, content in ((REQUEST_SIDE, request), (RESPONSE_SIDE, response)):
            whole = len(content) + (1 if cut and side == RESPONSE_SIDE else 0)
            inline = content if len(content) <= inline_bytes else None
            values += [whole, len(content), inline]
            if inline is None:
                for start in range(0, len(content), inline_bytes):
                    part = content[start : start + inline_bytes]
                    self.connection.execute("INSERT INTO parts VALUES (?, ?, ?, ?)", (key, side, start, part))
        self.connection.execute(f"INSERT INTO attempts VALUES ({', '.join('?' * 14)})", values)  # noqa: S608

    def find(self, query: Query) -> list[int]:
        """Give the seqs that the query's condition finds."""
        condition, values = query.sql()
        found = self.connection.execute(f"SELECT seq FROM deliveries WHERE {condition} ORDER BY seq", values)  # noqa: S608
        return [seq for (seq,) in found]


def _part(head: Head, *, oldest: bool) -> Head:
    """Give the half of a head that an attempt carries: the oldest has the fields, the newest the reason."""
    return Head(fields=head.fields, public_url=head.public_url) if oldest else Head(reason=head.reason)


@contextmanager
def history(directory: Path) -> Iterator[File]:
    """Give a history file with this product's schema."""
    with closing(sqlite.connect(directory / "history.sqlite3", MIGRATIONS)) as connection:
        install_functions(connection)
        yield File(connection)


def delivery(seq: int = 1, **changes: object) -> Row:
    """Give an ordinary delivery with changes to its summary, or to the row where the name is one of the row's."""
    summary = DeliverySummary(
        seq=seq,
        id=f"dlv_{seq:018}",
        received_at=1_700_000_000.0,
        endpoint="demo",
        method="POST",
        target="/webhooks/stripe",
        provider="stripe",
        event_type="charge.succeeded",
        event_id=f"evt_{seq}",
        size_bytes=12,
        signature="valid",
        attempts=1,
        state="answered",
        status=200,
        failure="",
        duration_seconds=0.02,
    )
    of_row = {name: value for name, value in changes.items() if name in Row.__struct_fields__}
    summary = msgspec.structs.replace(summary, **{name: changes[name] for name in changes.keys() - of_row.keys()})
    return msgspec.structs.replace(Row(summary, kinds=frozenset({"received"})), **of_row)
