"""The first words on a transport, before it is known which link goes on over it."""

import asyncio
from typing import TypeVar

from shared.errors import LinkClosed, ProtocolError
from shared.link.transport import Receiver, Transport
from shared.protocol import control, frames
from shared.protocol.events import LinkEvent

T = TypeVar("T", bound=LinkEvent)


def words(*messages: LinkEvent) -> bytes:
    """Give one transport message that says `messages`. It is not numbered."""
    said = b""
    for message in messages:
        kind, payload = control.encode(message)
        said += frames.encode(kind, 0, 0, payload)
    return said


def _first_is(kind: type[T], message: bytes) -> tuple[T, list[LinkEvent]]:
    said = [control.decode(frame[0], frame[3]) for frame in frames.decode(message)]
    found = [event for event in said if event is not None]
    if not found or not isinstance(found[0], kind):
        raise ProtocolError(f"expected {kind.__name__} as the first word")
    return found[0], found[1:]


class Doorstep:
    """A transport that is not a link's yet. What arrives after the first message waits for the link."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self._first: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting: list[bytes] = []
        self._lost: str | None = None
        transport.attach(self)

    async def listen(self, kind: type[T], seconds: float) -> tuple[T, list[LinkEvent]]:
        """Wait for the first message, which begins with a `kind`; give that and what else it says.

        Raises:
            LinkClosed: the transport was lost, or nothing came in time.
            ProtocolError: it says something else.
        """
        try:
            async with asyncio.timeout(seconds):
                message = await self._first
        except TimeoutError:
            self.transport.abort()
            raise LinkClosed("the other side did not greet in time") from None
        try:
            return _first_is(kind, message)
        except ProtocolError:
            self.transport.abort()
            raise

    def hand_over(self, receiver: Receiver) -> None:
        """Let `receiver` have the transport, and what arrived for it already."""
        self.transport.attach(receiver)
        for message in self._waiting:
            receiver.on_message(message)
        if self._lost is not None:
            receiver.on_lost(self._lost)

    def on_message(self, message: bytes) -> None:
        """Keep what arrives."""
        if self._first.done():
            self._waiting.append(message)
        else:
            self._first.set_result(message)

    def on_writable(self) -> None:
        """Nothing waits here to be sent."""

    def on_lost(self, reason: str) -> None:
        """Note that the transport is gone."""
        self._lost = reason
        if not self._first.done():
            self._first.set_exception(LinkClosed(reason))
            self._first.exception()  # seen: nobody may be listening yet
