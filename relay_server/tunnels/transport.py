"""Carries a link over the server side of a WebSocket, on a connection taken over from the HTTP library."""

import asyncio
import os
from collections.abc import Callable, Coroutine
from typing import Any

from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side, State

from shared.link import Receiver, Transport
from shared.link.framing import Fragments, FrameReader, write_from_server
from shared.link.websocket import MOST_BYTES, close_reason, give_up_on_silence

CONGESTED_BYTES = 512 << 10
"""More than this waiting for the kernel: the link gathers instead."""
CLOSE_ABNORMAL = 1006
CLOSE_UNSUPPORTED = 1003
CLOSE_SECONDS = 2.0


class ServerTransport(asyncio.Protocol):
    """Ordered binary messages; text is refused.

    Whole messages are handed over as they arrive and written as they are sent, without a task or a queue. Every other
    frame is the `websockets` library's business: pings, the closing handshake, fragments, what breaks the protocol.
    """

    def __init__(self, connection: asyncio.Transport) -> None:
        """Take over the connection of a request for the upgrade; the HTTP library still writes its answer there.

        Whoever sent it waits for the answer before it sends more.
        """
        self._before = connection.get_protocol()
        """The HTTP library's, with whatever watches over it."""
        # Never tested with isinstance: uvloop's TLS transport is no asyncio.Transport, and has all of its methods.
        self._raw = connection
        self._loop = asyncio.get_running_loop()
        self._library = Protocol(Side.SERVER, max_size=MOST_BYTES)
        self._reader = FrameReader(
            masked=True, most_bytes=MOST_BYTES, on_message=self._on_message, on_other=self._on_other
        )
        self._fragments = Fragments()
        self._receiver: Receiver | None = None
        self._early: list[bytes] = []
        """What a client says in the turn in which it is let in."""
        self._dropping: asyncio.TimerHandle | None = None
        self._told = self._paused = False
        self._gone: asyncio.Future[None] = self._loop.create_future()
        connection.set_protocol(self)
        connection.set_write_buffer_limits(high=CONGESTED_BYTES)
        connection.resume_reading()
        give_up_on_silence(connection.get_extra_info("socket"))

    @property
    def congested(self) -> bool:
        """True while more waits than should."""
        return self._paused

    @property
    def waiting_bytes(self) -> int:
        """What the kernel has not taken."""
        return 0 if self._gone.done() else self._raw.get_write_buffer_size()

    def attach(self, receiver: Receiver) -> None:
        """Deliver messages to `receiver` from now on, and what came before anybody was there."""
        self._receiver = receiver
        early, self._early = self._early, []
        for message in early:
            receiver.on_message(message)

    def send(self, message: bytes) -> None:
        """Queue a message to leave at once."""
        if self._library.state is State.OPEN and not self._raw.is_closing():
            write_from_server(message, self._raw)

    def close(self, code: int, reason: str) -> None:
        """Close after what was queued, but not for ever: a peer that does not answer the close is dropped."""
        if self._library.state is State.OPEN:
            self._library.send_close(code, close_reason(reason))
            self._write()

    def abort(self) -> None:
        """Drop the connection, whatever is queued."""
        self._raw.abort()

    async def carry(self, serve: Callable[[Transport], Coroutine[Any, Any, None]]) -> None:
        """Carry messages both ways, for whatever `serve` attaches, until the connection and `serve` have ended."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(serve(self))
                await self._gone
        finally:
            self._raw.abort()

    def data_received(self, data: bytes) -> None:
        """Take what arrived."""
        self._reader.feed(data)

    def eof_received(self) -> None:
        """Take the end of what arrives; the connection is closed."""
        self._library.receive_eof()
        self._write()

    def pause_writing(self) -> None:
        """Note that the client takes less than is sent."""
        self._paused = True

    def resume_writing(self) -> None:
        """Note that there is room again."""
        self._paused = False
        if self._receiver is not None and not self._told:
            self._receiver.on_writable()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the link, and the HTTP library, that the connection is gone."""
        if self._dropping is not None:
            self._dropping.cancel()
        self._tell_lost(exc)
        self._before.connection_lost(exc)
        if not self._gone.done():
            self._gone.set_result(None)

    def _on_message(self, message: bytes) -> None:
        if self._receiver is None:
            self._early.append(message)
        elif not self._told:
            self._receiver.on_message(message)

    def _on_other(self, data: bytes) -> None:
        self._library.receive_data(data)
        for frame in self._library.events_received():
            assert isinstance(frame, Frame)  # noqa: S101 - the handshake is over
            self._take(frame)
        self._write()

    def _take(self, frame: Frame) -> None:
        if frame.opcode is Opcode.TEXT:
            self.close(CLOSE_UNSUPPORTED, "binary messages only")
        elif frame.opcode in (Opcode.BINARY, Opcode.CONT) and self._library.state is State.OPEN:
            message = self._fragments.add(frame.data, ended=frame.fin)
            if message is not None:
                self._on_message(message)

    def _write(self) -> None:
        """Write what the library says, and take its wish to close."""
        for data in self._library.data_to_send():
            if data and not self._raw.is_closing():
                self._raw.write(data)
            elif not data:
                self._tell_lost(None)
                self._raw.close()
        if self._library.state is not State.OPEN and self._dropping is None:
            self._dropping = self._loop.call_later(CLOSE_SECONDS, self.abort)

    def _tell_lost(self, error: Exception | None) -> None:
        """Tell the link once; a client that has said goodbye is gone, whatever of ours it still takes."""
        if self._told:
            return
        self._told = True
        if self._receiver is not None:
            self._receiver.on_lost(self._why(error))

    def _why(self, error: Exception | None) -> str:
        if isinstance(error, OSError) and error.errno:
            return f"the connection broke ({os.strerror(error.errno).lower()})"
        closed = self._library.close_rcvd
        return f"the client closed the connection ({CLOSE_ABNORMAL if closed is None else closed.code})"
