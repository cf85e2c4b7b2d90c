"""What a replay starts from: the request as it was received, its content still in the file."""

import asyncio
import sqlite3
from typing import NamedTuple

from client.deliveries import reading
from client.deliveries.attempt import DAMAGE, LOST, Attempt, Facts
from client.deliveries.capture import INLINE_BYTES
from client.deliveries.store import Store
from client.inspector import ReplayRefused
from shared.errors import ContentBroken, Failure
from shared.exchange import Content
from shared.http import content_length

EDITABLE_BYTES = 32 * 1024**2
"""A longer content is replayed from the file as it passes; it is neither held nor signed afresh."""


class Original(NamedTuple):
    """A delivery's first attempt."""

    id: str
    facts: Facts
    seq: int
    number: int
    size_bytes: int
    data: bytes | None
    """None: too long to be held, it is read from the file as it passes; or not wanted."""


async def original(store: Store, delivery_id: str, *, content_wanted: bool = True) -> Original:
    """Find the request that a replay of the delivery sends.

    Args:
        store: where it is.
        delivery_id: its id, or the beginning of one.
        content_wanted: False where another content is sent: then it does not matter whether this one is whole.

    Raises:
        UnknownDelivery: there is none with this id, or several.
        ReplayRefused: its content was not captured whole.
        StoreUnusable: the file cannot be read.
    """
    for attempt in store.unrecorded:
        if attempt.delivery.id == delivery_id and attempt.number == 1:
            return _remembered(attempt, content_wanted=content_wanted)
    return await store.read(lambda connection: _recorded(connection, delivery_id, content_wanted=content_wanted))


def _remembered(attempt: Attempt, *, content_wanted: bool) -> Original:
    request = attempt.request
    if content_wanted and (not request.whole or request.parts_bytes):
        raise _refused(attempt.delivery.id, request.captured_bytes, request.total_bytes)
    facts = Facts(
        attempt.head, attempt.answer, attempt.signature, attempt.delivery, attempt.app, attempt.detail, "", healthy=True
    )
    return Original(attempt.delivery.id, facts, attempt.seq, attempt.number, request.seen_bytes, request.kept)


def _recorded(connection: sqlite3.Connection, delivery_id: str, *, content_wanted: bool) -> Original:
    summary = reading.find(connection, delivery_id)
    view, facts = reading.attempt(connection, summary.seq, 1)
    if facts is LOST:
        raise ReplayRefused(f"delivery {summary.id} is not replayed: {DAMAGE}")
    size = 0
    if view.request is not None:
        size = view.request.content_bytes
        if content_wanted and view.request.captured_bytes < size:
            raise _refused(summary.id, view.request.captured_bytes, size)
    data = None
    if content_wanted and size <= INLINE_BYTES:
        data = b"".join(reading.content(connection, summary.seq, 1, "request"))
    return Original(summary.id, facts, summary.seq, 1, size, data)


def _refused(delivery_id: str, captured: int, total: int) -> ReplayRefused:
    return ReplayRefused(
        f"delivery {delivery_id} is not replayed: only {captured:,} of at least {total:,} bytes of its body were "
        "captured, and the app would take the piece for the whole; have the sender send it again, or give another body"
    )


async def whole_content(store: Store, found: Original) -> bytes:
    """Give the content in one piece.

    Raises:
        ReplayRefused: it is too long for that.
        StoreUnusable: the file cannot be read.
    """
    if found.data is not None:
        return found.data
    if found.size_bytes > EDITABLE_BYTES:
        raise ReplayRefused(
            f"delivery {found.id} is not signed afresh: its body is longer than {EDITABLE_BYTES // 1024**2} MiB; "
            "replay it as it was"
        )
    return await store.read(
        lambda connection: b"".join(reading.content(connection, found.seq, found.number, "request"))
    )


def content_of(store: Store, found: Original) -> Content:
    """Give the content as a request carries it: here already, or read from the file as the app takes it."""
    if found.data is None:
        return _FromFile(store, found).content
    content = Content(found.data, length=content_length(found.facts.request.fields))
    content.trailers = found.facts.trailers
    return content


class _FromFile:
    """Feeds a content from the file: one piece is on its way while the app takes the one before."""

    def __init__(self, store: Store, found: Original) -> None:
        self._store = store
        self._found = found
        self._at = 0
        self.content = Content(
            ended=False, length=content_length(found.facts.request.fields), on_taken=lambda _: self._fetch()
        )
        self._fetch()

    def _fetch(self) -> None:
        found, at = self._found, self._at

        def read(connection: sqlite3.Connection) -> bytes:
            return next(reading.content(connection, found.seq, found.number, "request", start=at), b"")

        self._store.fetch(read).add_done_callback(self._fetched)

    def _fetched(self, done: asyncio.Future[bytes]) -> None:
        error = None if done.cancelled() else done.exception()
        if done.cancelled() or error is not None:
            self.content.fail(ContentBroken(Failure.CLIENT_INTERNAL, str(error or "the client is ending")))
            return
        piece = done.result()
        self._at += len(piece)
        if piece:
            self.content.feed(piece)
        elif self._at == self._found.size_bytes:
            self.content.end(self._found.facts.trailers)
        else:
            self.content.fail(ContentBroken(Failure.CLIENT_INTERNAL, "the body is no longer kept"))
