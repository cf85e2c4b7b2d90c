"""What waits to leave a link: frames gathered per turn of the event loop, content paced by credit."""

import asyncio

from shared.exchange import Content
from shared.link.ledger import ACKNOWLEDGE_SECONDS, KEPT_BYTES, Ledger
from shared.link.stream import Exchange
from shared.link.transport import Transport
from shared.protocol.codes import DATA_BYTES
from shared.protocol.connection import Connection, acknowledgement

HIGH_WATER_BYTES = 256 << 10
"""Beyond this, content waits in its exchange: a small delivery never queues behind more than this."""
EARLY_FRAMES = 16
"""So many do not wait for the end of the turn: else the two ends take turns, each waiting for a whole batch."""


class Outbox:
    """Sends what the protocol's core has ready, one message per turn of the event loop."""

    def __init__(self, connection: Connection) -> None:
        self._loop = asyncio.get_running_loop()
        self._connection = connection
        self._transport: Transport | None = None
        self._scheduled = False
        self._acknowledging: asyncio.TimerHandle | None = None
        self._waiting: list[Exchange] = []
        """Exchanges with content to send and no credit or room for it, in the order they came to wait."""
        self.ledger = Ledger()
        self._handed_bytes = 0

    def attach(self, transport: Transport, missing: list[bytes]) -> None:
        """Go on over `transport`, beginning with what the peer lacks."""
        self._transport = transport
        for message in missing:
            self._handed_bytes += len(message)
            transport.send(message)
        self.schedule()

    def detach(self) -> None:
        """Keep everything until there is a transport again."""
        self._transport = None
        if self._acknowledging is not None:
            self._acknowledging.cancel()
            self._acknowledging = None

    def progress(self) -> tuple[int, int]:
        """Give the bytes handed to transports so far, and those of them that still wait in the present one."""
        return self._handed_bytes, 0 if self._transport is None else self._transport.waiting_bytes

    def schedule(self) -> None:
        """Have everything that is ready leave at the end of this turn."""
        outgoing = self._connection.outgoing
        if outgoing.count >= EARLY_FRAMES:
            self.flush()
        elif not self._scheduled and outgoing.pending_bytes:
            self._scheduled = True
            self._loop.call_soon(self._turn_ended)

    def flush(self) -> None:
        """Send what is ready, as far as the transport and the peer take it."""
        outgoing, transport, ledger = self._connection.outgoing, self._transport, self.ledger
        if transport is None:
            return
        while outgoing.pending_bytes and not transport.congested and ledger.kept_bytes <= KEPT_BYTES:
            message = outgoing.take()
            ledger.keep(message)
            self._handed_bytes += len(message)
            transport.send(message)
        if self._waiting and outgoing.pending_bytes <= HIGH_WATER_BYTES:
            self.wake()

    def received(self, size: int) -> None:
        """Count a message that arrived, and acknowledge in time."""
        if self.ledger.receive(size):
            self._acknowledge()
        elif self._acknowledging is None:
            self._acknowledging = self._loop.call_later(ACKNOWLEDGE_SECONDS, self._acknowledge)

    def wake(self) -> None:
        """Let exchanges that wait look again: credit came, or room."""
        waiting, self._waiting = self._waiting, []
        for exchange in waiting:
            exchange.credit_arrived()

    def taken(self, number: int, count: int) -> None:
        """Account for content that our side's consumer took from a stream."""
        self._connection.taken(number, count)
        self.schedule()

    async def send_content(self, exchange: Exchange, content: Content) -> None:
        """Send all of `content` as credit allows, then END_STREAM.

        Raises:
            ContentBroken: the content will never be complete.
        """
        number, connection = exchange.number, self._connection
        while data := await content.read():
            view, start = memoryview(data), 0
            while start < len(data):
                size = min(connection.credit(number), len(data) - start, DATA_BYTES)
                if not size or connection.outgoing.pending_bytes > HIGH_WATER_BYTES:
                    self._waiting.append(exchange)
                    await exchange.wait_credit()
                    continue
                connection.send_data(number, view[start : start + size], end=False)
                self.schedule()
                start += size
        if content.trailers:
            connection.send_trailers(number, content.trailers)
        else:
            connection.send_data(number, b"", end=True)
        self.schedule()

    def _turn_ended(self) -> None:
        self._scheduled = False
        self.flush()

    def _acknowledge(self) -> None:
        if self._acknowledging is not None:
            self._acknowledging.cancel()
            self._acknowledging = None
        if self._transport is None:
            return
        if self._transport.congested:  # by a peer that sends and does not read: what is owed to it must not pile up
            self._acknowledging = self._loop.call_later(ACKNOWLEDGE_SECONDS, self._acknowledge)
            return
        self._transport.send(acknowledgement(self.ledger.say()))
