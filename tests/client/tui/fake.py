"""A client that exists in memory alone: everything an `Inspector` promises, with deliveries that tests put in."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence

import msgspec

from client.deliveries.export import CapturedExchange
from client.inspector import ReplayRefused, Side, UnknownDelivery
from client.views import (
    AttemptView,
    Change,
    Counts,
    DeliveryDetail,
    DeliverySummary,
    Edits,
    MessageView,
    Scanned,
    SignatureView,
    Status,
    TunnelStatus,
)
from shared.errors import TunnelError

BEGAN = 1_764_000_000.0

ONLINE = Status(
    version="0.1.0",
    relay="https://relay.example.dev",
    link="online",
    round_trip_seconds=0.024,
    tunnels=(
        TunnelStatus(
            name="ab12cd",
            public_urls=("https://ab12cd.relay.example.dev", "https://relay.example.dev/t/ab12cd"),
            origin="http://localhost:3000",
            origin_state="answering",
            verify=("talkifai",),
        ),
    ),
    counts=Counts(received=0),
)


VALID = SignatureView(state="valid", scheme="talkifai")


class ClientGoneError(TunnelError):
    """The client is not there any more."""


class BadQueryError(TunnelError):
    """A filter with a mistake."""


class FakeInspector:
    """Deliveries in memory; `put` them in, `end` the client."""

    def __init__(self, status: Status = ONLINE) -> None:
        self.now = status
        self.details: dict[int, DeliveryDetail] = {}
        self.contents: dict[tuple[str, int, Side], bytes] = {}
        self.replayed: list[str] = []
        self.edits: list[Edits | None] = []
        self.refuse = ""
        self.closed = False
        self.asked: list[str] = []
        """Which pages were asked for, in words."""
        self._changes: list[Change] = []
        self._changed = asyncio.Event()
        self._ended = False

    def put(self, detail: DeliveryDetail, contents: dict[tuple[int, Side], bytes] | None = None) -> None:
        """Have a delivery arrive, or take its new state."""
        self.details[detail.summary.seq] = detail
        for (attempt, side), data in (contents or {}).items():
            self.contents[detail.summary.id, attempt, side] = data
        self._tell(Change(number=len(self._changes) + 1, delivery=detail.summary))

    def seed(self, details: Iterable[DeliveryDetail]) -> None:
        """Have deliveries that arrived before anybody looked."""
        self.details.update((detail.summary.seq, detail) for detail in details)

    def say(self, status: Status) -> None:
        """Have another status."""
        self.now = status
        self._tell(Change(number=len(self._changes) + 1, status=status))

    def end(self) -> None:
        """End the client."""
        self._ended = True
        self._changed.set()

    async def close(self) -> None:
        """Note that the screen let go."""
        self.closed = True

    def _tell(self, change: Change) -> None:
        self._changes.append(change)
        self._changed.set()

    async def status(self) -> Status:
        """Give the status."""
        if self._ended:
            raise ClientGoneError("the client has ended")
        return self.now

    async def deliveries(
        self, *, query: str = "", before: int | None = None, after: int | None = None, limit: int = 100
    ) -> list[DeliverySummary]:
        """Give a page; a query is a part of the event's type, and a colon in it is a mistake."""
        self.asked.append(f"{query}<{before}>{after}#{limit}")
        if ":" in query:
            raise BadQueryError(f"no such key in {query}; did you mean status?")
        seqs = sorted(seq for seq, detail in self.details.items() if query in detail.summary.event_type)
        if before is not None:
            seqs = [seq for seq in seqs if seq < before][-limit:]
        elif after is not None:
            seqs = [seq for seq in seqs if seq > after][:limit]
        else:
            seqs = seqs[-limit:]
        return [self.details[seq].summary for seq in seqs]

    async def delivery(self, delivery_id: str) -> DeliveryDetail:
        """Give a delivery."""
        for detail in self.details.values():
            if detail.summary.id == delivery_id:
                return detail
        raise UnknownDelivery(f"no delivery {delivery_id}")

    async def content(self, delivery_id: str, attempt: int, side: Side) -> bytes:
        """Give a content."""
        if (delivery_id, attempt, side) not in self.contents:
            raise UnknownDelivery(f"no {side} of {delivery_id}")
        return self.contents[delivery_id, attempt, side]

    async def replay(self, delivery_id: str, edits: Edits | None = None) -> AttemptView:
        """Add an attempt that the app answers with 200 in 12 ms."""
        if self.refuse:
            raise ReplayRefused(self.refuse)
        self.replayed.append(delivery_id)
        self.edits.append(edits)
        detail = await self.delivery(delivery_id)
        first = detail.attempts[0]
        number = len(detail.attempts) + 1
        again = msgspec.structs.replace(
            first, number=number, kind="replay", state="answered", status=200, failure="", duration_seconds=0.012
        )
        for side in ("request", "response"):
            if (delivery_id, 1, side) in self.contents:
                self.contents[delivery_id, number, side] = self.contents[delivery_id, 1, side]
        summary = msgspec.structs.replace(
            detail.summary,
            attempts=number,
            state="answered",
            status=200,
            failure="",
            duration_seconds=0.012,
            kind="replay",
        )
        self.put(msgspec.structs.replace(detail, summary=summary, attempts=(*detail.attempts, again)))
        return again

    async def pieces(
        self, delivery_id: str, attempt: int, side: Side, *, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """Give a content in one piece."""
        yield (await self.content(delivery_id, attempt, side))[start:end]

    async def batches(
        self, after: int | None = None, *, idle_seconds: float | None = None
    ) -> AsyncIterator[list[Change]]:
        """Follow what is put in, one by one."""
        async for change in self.changes(after):
            yield [change]

    async def search(self, query: str, *, before: int | None = None, limit: int = 100) -> AsyncIterator[Scanned]:
        """Find everything at once."""
        rows = await self.deliveries(query=query, before=before, limit=limit)
        yield Scanned(tuple(reversed(rows)), len(self.details), len(self.details))

    async def pin(self, delivery_id: str, *, pinned: bool = True) -> DeliverySummary:
        """Give the row: nothing is forgotten here."""
        return (await self.delivery(delivery_id)).summary

    async def clear(self, query: str = "", *, pinned: bool = False) -> int:
        """Forget the deliveries that match."""
        rows = await self.deliveries(query=query, limit=len(self.details))
        for row in rows:
            del self.details[row.seq]
        self._tell(Change(number=len(self._changes) + 1, removed=tuple(row.seq for row in rows)))
        return len(rows)

    async def remove(self, delivery_id: str) -> None:
        """Forget a delivery."""
        seq = (await self.delivery(delivery_id)).summary.seq
        del self.details[seq]
        self._tell(Change(number=len(self._changes) + 1, removed=(seq,)))

    async def take_in(self, exchanges: Sequence[CapturedExchange]) -> list[DeliverySummary]:
        """Take nothing in."""
        return []

    @property
    def newest_change(self) -> int:
        """The number of the newest change."""
        return len(self._changes)

    async def changes(self, after: int | None = None) -> AsyncIterator[Change]:
        """Follow what is put in."""
        at = len(self._changes) if after is None else after
        while not self._ended:
            while at < len(self._changes):
                at += 1
                yield self._changes[at - 1]
            self._changed.clear()
            await self._changed.wait()


def delivery(
    seq: int = 1,
    *,
    event_type: str = "call.ended",
    status: int | None = 200,
    failure: str = "",
    failure_detail: str = "",
    signature: SignatureView = VALID,
    body: bytes = b"",
    answer: bytes = b"",
    content_type: str = "application/json",
    fields: tuple[tuple[str, str], ...] = (),
    target: str = "/hooks",
    **more: object,
) -> DeliveryDetail:
    """Make a delivery with one attempt; `more` goes into its summary."""
    head = (("Content-Type", content_type), ("X-TalkifAI-Signature", "sha256=" + "5f" * 32), *fields)
    attempt = AttemptView(
        number=1,
        kind="received",
        state="failed" if failure else "pending" if status is None else "answered",
        started_at=BEGAN + seq,
        target="http://localhost:3000",
        status=status,
        failure=failure,
        failure_detail=failure_detail,
        duration_seconds=0.038 if failure or status else None,
        signature=signature,
        request=message(f"POST {target} HTTP/1.1", head, body, content_type),
        response=None if status is None else message(f"HTTP/1.1 {status} Whatever", JSON, answer, JSON[0][1]),
    )
    summary = summarise(seq, attempt, event_type=event_type, target=target, size_bytes=len(body))
    summary = msgspec.structs.replace(summary, **more)
    return DeliveryDetail(summary, "https://ab12cd.relay.example.dev", "203.0.113.7", (attempt,))


def summarise(seq: int, attempt: AttemptView, *, event_type: str, target: str, size_bytes: int) -> DeliverySummary:
    """Give the row of a delivery with one attempt."""
    return DeliverySummary(
        seq=seq,
        id=f"dlv_{seq:06d}",
        received_at=BEGAN + seq,
        endpoint="ab12cd",
        method="POST",
        target=target,
        provider="talkifai",
        event_type=event_type,
        event_id=f"evt_{seq:06d}",
        size_bytes=size_bytes,
        signature=attempt.signature.state,
        attempts=1,
        state=attempt.state,
        status=attempt.status,
        failure=attempt.failure,
        duration_seconds=attempt.duration_seconds,
    )


JSON = (("Content-Type", "application/json"),)


def message(line: str, fields: tuple[tuple[str, str], ...], content: bytes, content_type: str) -> MessageView:
    """Make a message that was captured whole."""
    return MessageView(line, fields, len(content), len(content), content_type)


def contents(detail_body: bytes, answer: bytes = b"") -> dict[tuple[int, Side], bytes]:
    """Give the contents of a first attempt, as `FakeInspector.put` takes them."""
    return {(1, "request"): detail_body, (1, "response"): answer}


def client(count: int = 3, body: bytes = b'{"a":1.10}') -> FakeInspector:
    """Give a client with deliveries."""
    fake = FakeInspector()
    for seq in range(1, count + 1):
        fake.put(delivery(seq, body=body, answer=b'{"ok":true}'), contents(body, b'{"ok":true}'))
    return fake
