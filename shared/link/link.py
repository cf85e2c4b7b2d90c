"""Carries exchanges between relay and client over one transport after another."""

import asyncio
import math
from collections.abc import Callable

from shared.errors import ExchangeFailed, Failure, LinkClosed, ProtocolError
from shared.exchange import Handler, Request, Response
from shared.link.answering import Answering
from shared.link.asking import Asking
from shared.link.doorstep import Doorstep
from shared.link.ear import Ear
from shared.link.heartbeat import Heartbeat, never_asleep
from shared.link.outbox import Outbox
from shared.link.stream import Exchange, failure_of
from shared.link.transport import Transport
from shared.link.waiting import Waiting
from shared.protocol import events
from shared.protocol.codes import CLOSE_GOING_AWAY, CLOSE_PROTOCOL_ERROR, GoAwayCode
from shared.protocol.connection import Connection, is_acknowledgement
from shared.protocol.hello import GoAway, Limits

CLOSED_SECONDS = 10.0
"""A client whose connection was closed, not silent, is back by then, or it is a process that has ended."""


class Link:
    """One end of a link: the relay's asks, the client's answers. It survives the loss of its transport for a while."""

    def __init__(
        self,
        *,
        relay: bool,
        on_event: Callable[[events.LinkEvent], None],
        limits: Limits | None = None,
        resume_seconds: float = 0.0,
        hold_seconds: float = 0.0,
        asleep: Callable[[], float] = never_asleep,
    ) -> None:
        """Begin a link that has no transport yet.

        Args:
            relay: this end opens exchanges (`request`); the other answers them (`run` with a handler).
            on_event: told what the peer says about the link itself.
            limits: what both ends keep to; None: the protocol's defaults.
            resume_seconds: how long the link lives without a transport; 0: it ends with its first one.
            hold_seconds: how long a request waits for a transport before it is refused.
            asleep: seconds that this machine has slept since some moment.
        """
        self._loop = loop = asyncio.get_running_loop()
        self._connection = Connection(relay=relay, limits=limits)
        self._on_event = on_event
        self.resume_seconds = resume_seconds
        self._transport: Transport | None = None
        self._ear: Ear | None = None
        self._exchanges: dict[int, Exchange] = {}
        self._outbox = Outbox(self._connection)
        self._asking = Asking(self._connection, self._outbox, self._exchanges)
        self._answering = Answering(self._connection, self._outbox, self._exchanges)
        self._waiting = Waiting(seconds=hold_seconds, most=self._connection.streams.most)
        self._lost: asyncio.Future[str] = loop.create_future()
        self._detached: asyncio.Future[str] = loop.create_future()
        self._expiry: asyncio.TimerHandle | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._handler: Handler | None = None
        self._closed_seconds = CLOSED_SECONDS if relay else math.inf
        self._heartbeat = Heartbeat(
            loop=loop, ping=self._ping, give_up=self._give_up, sent=self._outbox.progress, asleep=asleep
        )
        self._readers: dict[type, Callable[..., None]] = {
            events.DataReceived: self._on_data,
            events.RequestReceived: self._on_request,
            events.ResponseReceived: self._on_response,
            events.TrailersReceived: self._on_trailers,
            events.ResetReceived: self._on_reset,
            events.CreditReceived: lambda _event: self._outbox.wake(),
            events.PongReceived: lambda event: self._heartbeat.pong(event.opaque),
            events.AckReceived: self._on_ack,
        }

    @property
    def round_trip_seconds(self) -> float | None:
        """The last measured round trip to the peer; None before the first."""
        return self._heartbeat.round_trip_seconds

    @property
    def silent_seconds(self) -> float:
        """How long nothing has come from the peer; 0 without a transport."""
        return self._heartbeat.silent_seconds

    @property
    def active(self) -> int:
        """Exchanges that run."""
        return len(self._exchanges)

    @property
    def received(self) -> int:
        """Numbered messages that arrived, for the peer to know when the link goes on."""
        return self._outbox.ledger.received

    @property
    def connected(self) -> bool:
        """True while the link has a transport."""
        return self._transport is not None

    @property
    def ended(self) -> bool:
        """True once the link is lost for good."""
        return self._lost.done()

    def attach(self, doorstep: Doorstep, *, peer_received: int = 0) -> None:
        """Go on over another transport; the one before is dropped and heard no more.

        Args:
            doorstep: the transport, on which both ends have greeted.
            peer_received: numbered messages that the peer has.

        Raises:
            CannotResume: the two ends do not remember the same link.
        """
        missing = self._outbox.ledger.missing(peer_received)
        if self._ear is not None:
            self._ear.fence()
        if self._transport is not None:
            self._transport.abort()
        if self._expiry is not None:
            self._expiry.cancel()
        if self._detached.done():
            self._detached = self._loop.create_future()
        self._transport = transport = doorstep.transport
        self._outbox.attach(transport, missing)
        self._heartbeat.start()
        self._waiting.release()
        self._ear = Ear(self)
        doorstep.hand_over(self._ear)

    def check_resumable(self, peer_received: int) -> None:
        """Make sure that `attach` would go on with a peer that has so many messages.

        Raises:
            CannotResume: the two ends do not remember the same link.
        """
        self._outbox.ledger.missing(peer_received)

    async def run(self, handler: Handler | None = None) -> str:
        """Carry exchanges until the link is lost for good; give the sentence that says why.

        Args:
            handler: answers what the peer asks; None at the relay, which only asks.
        """
        self._handler = handler
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                return await asyncio.shield(self._lost)
            finally:  # before the group ends: it takes no more tasks then
                self._tasks = None
                self.abort("this side ended the link")

    async def wait_detached(self) -> str:
        """Wait until the link has no transport, or needs another one; give the sentence that says why."""
        return await asyncio.shield(self._detached)

    async def request(self, request: Request) -> Response:
        """Have the peer answer `request`: a Handler.

        Raises:
            LinkClosed: the link is gone, and nothing was sent.
            ExchangeFailed: the peer has no answer, or the link was lost before it came, or has had no transport for
                too long.
        """
        if self._transport is None and not self._lost.done():
            await self._waiting.wait()
        if self._tasks is None or self._lost.done():
            raise LinkClosed("the link takes no more requests")
        return await self._asking.request(request, self._tasks)

    def say(self, message: events.LinkEvent) -> None:
        """Tell the peer something about the link itself."""
        self._connection.say(message)
        self._outbox.schedule()

    def retire(self, reason: str) -> None:
        """Serve what comes over the present transport, and end with it: another link is to take over."""
        self.resume_seconds = 0.0
        if not self._detached.done():
            self._detached.set_result(reason)

    def close(self, code: GoAwayCode, sentence: str, *, close_code: int = CLOSE_GOING_AWAY) -> None:
        """Say GOAWAY with its reason, then close; what still runs ends with the link."""
        self.resume_seconds = 0.0
        if self._transport is None:
            self._end(sentence)
        elif not self._lost.done():
            self._connection.say(GoAway(code, sentence))
            self._outbox.flush()
            self._transport.close(close_code, sentence)

    def abort(self, reason: str) -> None:
        """Drop the transport without a word; everything that runs ends."""
        self.resume_seconds = 0.0
        if self._transport is not None:
            self._transport.abort()
        self._end(reason)

    def take_message(self, message: bytes) -> None:
        """Take what the present transport brought, while the link lives."""
        if self._lost.done():
            return
        self._heartbeat.received()
        if not is_acknowledgement(message):
            self._outbox.received(len(message))
        try:
            for event in self._connection.receive(message):
                self._readers.get(type(event), self._on_event)(event)
        except ProtocolError as error:
            self.close(GoAwayCode.PROTOCOL_ERROR, str(error), close_code=CLOSE_PROTOCOL_ERROR)
            self._end(f"the peer broke the protocol: {error}")
            return
        self._outbox.schedule()

    def take_room(self) -> None:
        """Go on sending."""
        self._outbox.flush()

    def take_loss(self, reason: str) -> None:
        """Wait for another transport, or end where there will be none: the present one was closed."""
        wait = min(self.resume_seconds, math.inf if self._heartbeat.unanswered else self._closed_seconds)
        self._detach(self._heartbeat.explain(reason), wait)

    def _detach(self, reason: str, wait_seconds: float) -> None:
        self._transport = None
        self._outbox.detach()
        self._heartbeat.stop()
        if not self._detached.done():
            self._detached.set_result(reason)
        if self.resume_seconds and not self._lost.done():
            self._expiry = self._loop.call_later(wait_seconds, self._end, reason)
        else:
            self._end(reason)

    def _give_up(self, reason: str) -> None:
        """Drop a transport that is dead; the link may go on over another."""
        if self._ear is not None:
            self._ear.fence()
        if self._transport is not None:
            self._transport.abort()
        self._detach(self._heartbeat.explain(reason), self.resume_seconds)

    def _end(self, reason: str) -> None:
        if self._lost.done():
            return
        self._lost.set_result(reason)
        if not self._detached.done():
            self._detached.set_result(reason)
        self._heartbeat.stop()
        self._waiting.release()
        if self._expiry is not None:
            self._expiry.cancel()
        for exchange in list(self._exchanges.values()):
            exchange.broke(ExchangeFailed(Failure.ENDPOINT_LOST, reason, delivered="unknown"))

    def _on_data(self, event: events.DataReceived) -> None:
        exchange = self._exchanges.get(event.stream)
        if exchange is None:
            self._outbox.taken(event.stream, len(event.data))
            return
        exchange.content.feed(event.data)
        if event.ended:
            exchange.content.end()

    def _on_request(self, event: events.RequestReceived) -> None:
        if self._tasks is None or self._handler is None:
            raise ProtocolError("this end answers nothing")
        self._answering.begin(event, self._handler, self._tasks)

    def _on_response(self, event: events.ResponseReceived) -> None:
        exchange = self._exchanges.get(event.stream)
        if exchange is None or exchange.answer is None or exchange.answer.done():
            return
        if event.ended:
            exchange.content.end()
        exchange.answer.set_result(event.head)

    def _on_trailers(self, event: events.TrailersReceived) -> None:
        if exchange := self._exchanges.get(event.stream):
            exchange.content.end(event.fields)

    def _on_reset(self, event: events.ResetReceived) -> None:
        if exchange := self._exchanges.pop(event.stream, None):
            exchange.broke(failure_of(event.reset))

    def _on_ack(self, event: events.AckReceived) -> None:
        self._outbox.ledger.acknowledged(event.count)
        self._outbox.schedule()

    def _ping(self, opaque: bytes) -> None:
        self._connection.ping(opaque)
        self._outbox.schedule()
