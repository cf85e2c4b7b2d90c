"""Takes in exchanges that were captured elsewhere, as deliveries with the one attempt that they were."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from client.deliveries.attempt import Attempt, summary_of
from client.deliveries.capture import Capture
from client.deliveries.edits import sendable
from client.deliveries.export.model import CapturedExchange
from client.deliveries.faults import NotWritten, plainly
from client.deliveries.groups import IMPORTED
from client.deliveries.importing import RequestUnreadable
from client.deliveries.judging import Doubt, Judging
from client.deliveries.record import CAPTURE_BYTES
from client.deliveries.store import Store
from client.signatures.engine import Signatures
from client.views import DeliverySummary
from shared.exchange import Delivery
from shared.http.heads import RequestHead, ResponseHead
from shared.ids import NewId

TOGETHER = 20
"""Deliveries in one commit: so long do exchanges wait for it, a few milliseconds."""

NOT_SENT = "not-sent"


class Bounds(NamedTuple):
    """Between what a number lies."""

    least: float
    most: float

    def __contains__(self, number: object) -> bool:
        """True for what lies between; nothing does that is no number."""
        return isinstance(number, int | float) and self.least <= number <= self.most

    @property
    def schema(self) -> dict[str, float]:
        """Give it in the words of JSON Schema."""
        return {"minimum": self.least, "maximum": self.most}


_SIZE = Bounds(0, 2**53 - 1)
"""What JSON's readers everywhere take for a whole number."""

NUMBERS = {
    "started_at": Bounds(0, 253_402_300_799),
    "duration_seconds": Bounds(0, 10**9),
    "content_bytes": _SIZE,
    "attempt": Bounds(1, 2**20 - 1),
}
"""Of an exchange. The last second of the year 9999 is the last that has a date."""

ANSWER_NUMBERS = {"status": Bounds(100, 999), "content_bytes": _SIZE}
"""Of its answer."""


class TakeIn:
    """Writes exchanges into the history. Each is judged as if it came now from where it says that it came."""

    def __init__(
        self,
        *,
        store: Store,
        signatures: Signatures,
        clock: Callable[[], float],
        new_id: NewId,
        doubt: Doubt | None = None,
    ) -> None:
        """Prepare to take in; the arguments are `Record`'s."""
        self._store = store
        self._judging = Judging(store, signatures, doubt)
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, exchanges: Sequence[CapturedExchange]) -> list[DeliverySummary]:
        """Keep the exchanges and give their rows, in order.

        Raises:
            RequestUnreadable: one of them is no request; none is kept.
            NotWritten: the file does not take them now; those that are in it stay.
        """
        for number, exchange in enumerate(exchanges, start=1):
            if why := _misfit(exchange):
                raise RequestUnreadable(f"request {number} of {len(exchanges)} {why}; nothing was imported")
        taken: list[DeliverySummary] = []
        for start in range(0, len(exchanges), TOGETHER):
            attempts = [self._attempt(exchange) for exchange in exchanges[start : start + TOGETHER]]
            if not all(await asyncio.gather(*[self._store.take(attempt) for attempt in attempts])):
                unrecorded = [attempt for attempt in attempts if not attempt.written]
                why = plainly(self._store.trouble) or "the history file does not take it"
                self._store.curation.drop([one for one in unrecorded if one in self._store.unrecorded])
                raise NotWritten(f"{len(taken)} of {len(exchanges)} were imported, then no more: {why}")
            taken += map(summary_of, attempts)
        return taken

    def _attempt(self, exchange: CapturedExchange) -> Attempt:
        now = self._clock()
        response = exchange.response
        at = exchange.started_at or now
        attempt = Attempt(
            delivery=Delivery(self._new_id("dlv"), 1, endpoint_of(exchange.base), at, "", exchange.base, IMPORTED),
            head=_head(exchange),
            kind="received",
            started_at=at,
            app="",
            request=_captured(exchange.content, exchange.content_bytes),
            response=Capture() if response is None else _captured(response.content, response.content_bytes),
            listed_at=now,
        )
        if response is None:
            attempt.state, attempt.failure = "failed", NOT_SENT
            attempt.detail = "it was imported and has not been sent to an app: replay it"
        else:
            attempt.answer = ResponseHead(response.status, response.reason, response.fields)
            attempt.state, attempt.duration_seconds = "answered", exchange.duration_seconds
        self._judging.judge(attempt)
        return attempt


def _misfit(exchange: CapturedExchange) -> str:
    """Give what keeps an exchange out of the history; empty when nothing does."""
    if not sendable(_head(exchange)):
        return f"is none that could be sent: {exchange.method!a} {exchange.target!a}"
    whole = [(name, getattr(exchange, name), bounds) for name, bounds in NUMBERS.items()]
    if (answer := exchange.response) is not None:
        whole += [(f"response.{name}", getattr(answer, name), bounds) for name, bounds in ANSWER_NUMBERS.items()]
    for name, value, bounds in whole:
        if value is not None and value not in bounds:
            return f"has {name} {value:.15g}, which is not between {bounds.least:.15g} and {bounds.most:.15g}"
    return ""


def _head(exchange: CapturedExchange) -> RequestHead:
    return RequestHead(exchange.method, exchange.target, exchange.fields, exchange.version)


def _captured(content: bytes | None, content_bytes: int) -> Capture:
    if content is None:
        return Capture(b"", content_bytes, stopped=True)
    return Capture.of(content, limit=CAPTURE_BYTES)


def endpoint_of(base: str) -> str:
    """Give the endpoint that a public URL looks like: `/t/NAME`, or the first label of its host."""
    return next(_names(base), IMPORTED)


def _names(base: str) -> Iterator[str]:
    try:
        url = urlsplit(base)
        host = url.hostname or ""
    except ValueError:
        return
    if url.path.startswith("/t/"):
        yield url.path.split("/")[2]
    if host:
        yield host if host.replace(".", "").isdigit() or ":" in host else host.partition(".")[0]
