"""Carries exchanges between relay and client over a transport."""

import asyncio
from collections.abc import Callable

from shared.errors import ExchangeFailed, Failure, LinkClosed, ProtocolError
from shared.exchange import Handler, Request, Response
from shared.link.answering import Answering
from shared.link.asking import Asking
from shared.link.heartbeat import Heartbeat
from shared.link.outbox import Outbox
from shared.link.stream import Exchange, failure_of
from shared.link.transport import Transport
from shared.protocol import events
from shared.protocol.codes import GoAwayCode
from shared.protocol.connection import Connection
from shared.protocol.hello import GoAway, Limits

CLOSE_GOING_AWAY = 1001
CLOSE_PROTOCOL_ERROR = 4400


class Link:
    """One end of a link: the relay's asks, the client's answers."""

    def __init__(
        self, *, relay: bool, on_event: Callable[[events.LinkEvent], None], limits: Limits | None = None
    ) -> None:
        """Begin a link that has no transport yet.

        Args:
            relay: this end opens exchanges (`request`); the other answers them (`run` with a handler).
            on_event: told what the peer says about the link itself.
            limits: what both ends keep to; None: the protocol's defaults.
        """
        loop = asyncio.get_running_loop()
        self._connection = Connection(relay=relay, limits=limits)
        self._on_event = on_event
        self._transport: Transport | None = None
        self._exchanges: dict[int, Exchange] = {}
        self._outbox = Outbox(self._connection)
        self._asking = Asking(self._connection, self._outbox, self._exchanges)
        self._answering = Answering(self._connection, self._outbox, self._exchanges)
        self._lost: asyncio.Future[str] = loop.create_future()
        self._tasks: asyncio.TaskGroup | None = None
        self._handler: Handler | None = None
        self._readers: dict[type, Callable[..., None]] = {
            events.DataReceived: self._on_data,
            events.RequestReceived: self._on_request,
            events.ResponseReceived: self._on_response,
            events.TrailersReceived: self._on_trailers,
            events.ResetReceived: self._on_reset,
            events.CreditReceived: self._on_credit,
            events.PongReceived: self._on_pong,
        }
        self._heartbeat = Heartbeat(loop=loop, ping=self._ping, give_up=self.abort)
        self.leaving = False
        """True: no new exchanges; those that run may finish."""

    @property
    def round_trip_seconds(self) -> float | None:
        """The last measured round trip to the peer; None before the first."""
        return self._heartbeat.round_trip_seconds

    @property
    def active(self) -> int:
        """Exchanges that run."""
        return len(self._exchanges)

    def attach(self, transport: Transport) -> None:
        """Go on over `transport`."""
        self._transport = transport
        transport.attach(self)
        self._outbox.attach(transport)
        self._heartbeat.start()

    async def run(self, handler: Handler | None = None) -> str:
        """Carry exchanges until the link is lost; give the sentence that says why.

        Args:
            handler: answers what the peer asks; None at the relay, which only asks.
        """
        self._handler = handler
        try:
            async with asyncio.TaskGroup() as self._tasks:
                return await asyncio.shield(self._lost)
        finally:
            self._tasks = None
            self.abort("this side ended the link")

    async def request(self, request: Request) -> Response:
        """Have the peer answer `request`: a Handler.

        Raises:
            LinkClosed: the link is gone or leaving, and nothing was sent.
            ExchangeFailed: the peer has no answer, or the link went away before it came.
        """
        if self.leaving or self._tasks is None or self._lost.done():
            raise LinkClosed("the link takes no more requests")
        return await self._asking.request(request, self._tasks)

    def say(self, message: events.LinkEvent) -> None:
        """Tell the peer something about the link itself."""
        self._connection.say(message)
        self._outbox.schedule()

    def close(self, code: GoAwayCode, sentence: str, *, close_code: int = CLOSE_GOING_AWAY) -> None:
        """Say GOAWAY with its reason, then close; what still runs ends with the link."""
        self.leaving = True
        if self._transport is not None and not self._lost.done():
            self._connection.say(GoAway(code, sentence))
            self._outbox.flush()
            self._transport.close(close_code, sentence)

    def abort(self, reason: str) -> None:
        """Drop the transport without a word; everything that runs ends."""
        if self._transport is not None:
            self._transport.abort()
        self.on_lost(reason)

    # --- what the transport tells -----------------------------------------------------------------------------------

    def on_message(self, message: bytes) -> None:
        """Take a transport message."""
        self._heartbeat.received()
        try:
            for event in self._connection.receive(message):
                self._readers.get(type(event), self._on_event)(event)
        except ProtocolError as error:
            self.close(GoAwayCode.PROTOCOL_ERROR, str(error), close_code=CLOSE_PROTOCOL_ERROR)
            self.abort(f"the peer broke the protocol: {error}")
            return
        self._outbox.schedule()

    def on_writable(self) -> None:
        """Go on sending."""
        self._outbox.flush()

    def on_lost(self, reason: str) -> None:
        """End everything that runs on the link."""
        if self._lost.done():
            return
        self._lost.set_result(reason)
        self._heartbeat.stop()
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

    def _on_credit(self, _event: events.CreditReceived) -> None:
        self._outbox.wake()

    def _on_pong(self, event: events.PongReceived) -> None:
        self._heartbeat.pong(event.opaque)

    def _ping(self, opaque: bytes) -> None:
        self._connection.ping(opaque)
        self._outbox.schedule()
