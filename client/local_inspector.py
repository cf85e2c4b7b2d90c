"""The use cases of every front end, beside the store."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence

from msgspec.structs import replace

from client.deliveries import Feed, Store, reading, removal
from client.deliveries.attempt import Attempt, summary_of
from client.deliveries.export.model import CapturedExchange
from client.deliveries.faults import NotWritten
from client.deliveries.filter import Query, Row, parse
from client.deliveries.scanning import scan
from client.deliveries.taking_in import TakeIn
from client.inspector import Side, UnknownDelivery
from client.replay import Replayer
from client.views import AttemptView, Change, DeliveryDetail, DeliverySummary, Edits, Scanned, Status
from shared.sqlite import StoreUnusable


class LocalInspector:
    """An `Inspector` and `Archive` in the process that records. What could not be recorded is shown from memory."""

    def __init__(
        self, *, store: Store, feed: Feed, replayer: Replayer, take_in: TakeIn, status: Callable[[], Status]
    ) -> None:
        self._store = store
        self._take_in = take_in
        self._feed = feed
        self._replayer = replayer
        self._status = status

    async def status(self) -> Status:
        """Give the state of link, tunnels and counts."""
        return self._status()

    async def deliveries(
        self, *, query: str = "", before: int | None = None, after: int | None = None, limit: int = 100
    ) -> list[DeliverySummary]:
        """Give a page of at most `limit` deliveries in order of `seq`, as the protocol says.

        Raises:
            FilterError: the query has a mistake.
            StoreUnusable: the history cannot be read.
        """
        wanted = parse(query)
        limit = max(1, min(limit, reading.MOST_SHOWN))

        try:
            found = await self._page(wanted, before, after, limit)
        except StoreUnusable:
            if self._store.recording:
                raise
            found = []
        remembered = [summary_of(attempt) for attempt in self._store.unrecorded]
        if not remembered:
            return found
        merged = {summary.seq: summary for summary in (*found, *_within(remembered, wanted, before, after))}
        rows = [merged[seq] for seq in sorted(merged)]
        return rows[:limit] if after is not None else rows[-limit:]

    async def search(self, query: str, *, before: int | None = None, limit: int = 100) -> AsyncIterator[Scanned]:
        """Search from the newest to the oldest, and tell how far it has come. What is only in memory is left out.

        Raises:
            FilterError: the query has a mistake.
            StoreUnusable: the history cannot be read.
        """
        async for scanned in scan(self._store.read, parse(query), before=before, limit=limit):
            yield scanned

    async def _page(self, wanted: Query, before: int | None, after: int | None, limit: int) -> list[DeliverySummary]:
        if wanted.cost == "scan":
            found: list[DeliverySummary] = []
            async for scanned in scan(self._store.read, wanted, before=before, after=after, limit=limit):
                found += scanned.found
            return found if after is not None else found[::-1]

        def read(connection: sqlite3.Connection) -> list[DeliverySummary]:
            """Read the page, in a thread."""
            where, params = ("", []) if wanted.everything else wanted.sql()
            return reading.page(connection, where=where, params=params, before=before, after=after, limit=limit)

        return await self._store.read(read)

    async def delivery(self, delivery_id: str) -> DeliveryDetail:
        """Give one delivery by its id or an unambiguous beginning of it.

        Raises:
            UnknownDelivery: there is none, or several.
            StoreUnusable: the history cannot be read.
        """
        remembered = [attempt for attempt in self._store.unrecorded if attempt.delivery.id == delivery_id]

        def read(connection: sqlite3.Connection) -> DeliveryDetail:
            """Read the delivery, in a thread."""
            return reading.detail(connection, reading.find(connection, delivery_id))

        try:
            detail = await self._store.read(read)
        except (UnknownDelivery, StoreUnusable):
            if not remembered:
                raise
            return _in_memory(remembered)
        return _with(detail, remembered) if remembered else detail

    async def content(self, delivery_id: str, attempt: int, side: Side) -> bytes:
        """Give the captured content of an attempt's request or response.

        Raises:
            UnknownDelivery: there is no such delivery or attempt.
            StoreUnusable: the history cannot be read.
        """
        return b"".join([piece async for piece in self.pieces(delivery_id, attempt, side)])

    async def pieces(
        self, delivery_id: str, attempt: int, side: Side, *, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """Give captured content from offset `start` to before `end`, piece by piece.

        Raises:
            UnknownDelivery: there is no such delivery or attempt.
            StoreUnusable: the history cannot be read.
        """
        remembered = self._remembered(delivery_id, attempt)
        if remembered is not None:
            capture = remembered.request if side == "request" else remembered.response
            yield capture.kept[start:end]
            return

        def find(connection: sqlite3.Connection) -> int:
            """Find the delivery, in a thread."""
            summary = reading.find(connection, delivery_id)
            reading.attempt(connection, summary.seq, attempt)
            return summary.seq

        seq = await self._store.read(find)
        at = start
        while piece := await self._store.read(
            lambda connection: next(reading.content(connection, seq, attempt, side, start=at, end=end), b"")  # noqa: B023
        ):
            yield piece
            at += len(piece)

    async def replay(self, delivery_id: str, edits: Edits | None = None) -> AttemptView:
        """Send a delivery to the app again and give the finished attempt.

        Raises:
            UnknownDelivery: there is no such delivery.
            ReplayRefused: its capture is not complete, or it cannot be sent like this.
        """
        return await self._replayer.replay(delivery_id, edits)

    async def pin(self, delivery_id: str, *, pinned: bool = True) -> DeliverySummary:
        """Keep a delivery from being forgotten and cleared, or no longer; give its row.

        Raises:
            UnknownDelivery: there is none, or several.
            NotWritten: the history file does not take it now.
        """
        if self._remembered(delivery_id):
            raise NotWritten(f"delivery {delivery_id} is only in memory: it can be pinned when it is in the file")
        seq = await self._seq(delivery_id)
        await self._store.curation.pin(seq, pinned=pinned)
        summary = await self._store.read(lambda connection: reading.by_seq(connection, seq))
        self._feed.publish(delivery=summary)
        return summary

    async def clear(self, query: str = "", *, pinned: bool = False) -> int:
        """Remove the deliveries that match, but for those that are being answered; give how many were removed.

        Raises:
            FilterError: the query has a mistake.
            StoreUnusable: the history cannot be read.
            NotWritten: it does not take it now; some may be gone.
        """
        wanted = parse(query)
        condition, params = wanted.sql()

        def read(connection: sqlite3.Connection) -> list[int]:
            """Find them, in a thread."""
            return removal.found(connection, where=condition, params=params, pinned=pinned)

        seqs = await self._store.read(read, slow=wanted.cost == "scan")
        await self._store.curation.remove(seqs)
        remembered = [attempt for attempt in self._store.unrecorded if wanted.matches(Row(summary_of(attempt)))]
        self._store.curation.drop(remembered)
        return len(seqs) + len(remembered)

    async def remove(self, delivery_id: str) -> None:
        """Remove one delivery with its attempts, pinned or not.

        Raises:
            UnknownDelivery: there is none, or several.
            NotWritten: the history does not take it now, or the delivery is being answered.
        """
        if self._remembered(delivery_id):
            self._store.curation.drop([one for one in self._store.unrecorded if one.delivery.id == delivery_id])
            return
        seq = await self._seq(delivery_id)
        if seq in await self._store.read(removal.pending):
            raise NotWritten(f"delivery {delivery_id} is being answered: remove it when that has ended")
        await self._store.curation.remove([seq])

    async def take_in(self, exchanges: Sequence[CapturedExchange]) -> list[DeliverySummary]:
        """Keep exchanges as deliveries, each with the attempt that it was, and give their rows in order.

        Raises:
            NotWritten: the history does not take them now; some may be in it.
        """
        return await self._take_in(exchanges)

    def changes(self, after: int | None = None) -> AsyncIterator[Change]:
        """Follow the feed from the event after number `after`, or from now."""
        return self._feed.changes(after)

    def batches(self, after: int | None = None, *, idle_seconds: float | None = None) -> AsyncIterator[list[Change]]:
        """Follow the feed by what there is at each moment; an empty batch says that nothing was for `idle_seconds`."""
        return self._feed.batches(after, idle_seconds=idle_seconds)

    @property
    def newest_change(self) -> int:
        """The number of the newest change."""
        return self._feed.last

    async def _seq(self, delivery_id: str) -> int:
        return (await self._store.read(lambda connection: reading.find(connection, delivery_id))).seq

    def _remembered(self, delivery_id: str, number: int = 1) -> Attempt | None:
        for attempt in self._store.unrecorded:
            if attempt.delivery.id == delivery_id and attempt.number == number:
                return attempt
        return None


def _in_memory(attempts: Sequence[Attempt]) -> DeliveryDetail:
    """Give a delivery that is nowhere else."""
    return DeliveryDetail(
        summary=summary_of(attempts[-1]),
        public_url=attempts[0].delivery.public_url,
        remote=attempts[0].delivery.remote,
        attempts=tuple(map(reading.view_of, attempts)),
    )


def _with(detail: DeliveryDetail, attempts: Sequence[Attempt]) -> DeliveryDetail:
    """Give a delivery of the file with the attempts that are still in memory."""
    views = {view.number: view for view in (*detail.attempts, *map(reading.view_of, attempts))}
    kept = detail.summary
    summary = replace(summary_of(attempts[-1]), received_at=kept.received_at, pinned=kept.pinned)
    return replace(detail, summary=summary, attempts=tuple(views[number] for number in sorted(views)))


def _within(
    summaries: list[DeliverySummary], query: Query, before: int | None, after: int | None
) -> Iterator[DeliverySummary]:
    for summary in summaries:
        inside = (before is None or summary.seq < before) and (after is None or summary.seq > after)
        if inside and (query.everything or query.matches(Row(summary))):
            yield summary
