"""Carries a link over the client side of a WebSocket, without a task or a queue of its own."""

import os
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidState
from websockets.frames import BINARY, CONT, Frame
from websockets.protocol import State

from shared.link import Receiver
from shared.link.framing import Fragments, FrameReader, write_from_client
from shared.link.websocket import MOST_BYTES, close_reason


class LinkConnection(ClientConnection):
    """A WebSocket connection that hands messages to a link's receiver as they arrive.

    The library keeps the handshake, close, TLS and every frame that is no whole message; its message queue, keepalive
    and back-pressure are not used, because a link has its own (they would end a healthy link whose peer is slow).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._receiver: Receiver | None = None
        self._reader: FrameReader | None = None
        """From the first receiver on, where nothing had come before."""
        self._fragments = Fragments()

    @property
    def congested(self) -> bool:
        """True while the kernel takes less than there is to send."""
        return self.paused

    def attach(self, receiver: Receiver) -> None:
        """Deliver messages to `receiver` from now on."""
        if self._receiver is None and not self.protocol.reader.buffer:
            self._reader = FrameReader(
                masked=False, most_bytes=MOST_BYTES, on_message=self._on_message, on_other=super().data_received
            )
        self._receiver = receiver

    def data_received(self, data: bytes) -> None:
        """Take what arrived."""
        if self._reader is None:
            super().data_received(data)
        else:
            self._reader.feed(data)

    def send_message(self, message: bytes) -> None:
        """Queue a message to leave at once. Does nothing after the connection was lost."""
        if self.protocol.state is State.OPEN and not self.transport.is_closing():
            write_from_client(message, self.transport)

    def drop(self) -> None:
        """Drop the connection without a word."""
        self.transport.abort()

    def process_event(self, event: Any) -> None:
        """Take a frame; the library takes everything that is no data, the handshake first of all."""
        if self._receiver is None or not isinstance(event, Frame):
            super().process_event(event)
        elif event.opcode in (BINARY, CONT):
            message = self._fragments.add(event.data, ended=event.fin)
            if message is not None:
                self._on_message(message)
        else:
            super().process_event(event)

    def _on_message(self, message: bytes) -> None:
        if self._receiver is not None:
            self._receiver.on_message(message)

    def resume_writing(self) -> None:
        """Tell the link that there is room again."""
        super().resume_writing()
        if self._receiver is not None:
            self._receiver.on_writable()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the link that the connection is gone."""
        super().connection_lost(exc)
        if self._receiver is not None:
            self._receiver.on_lost(self.close_reason or self._why(exc))

    def _why(self, error: Exception | None) -> str:
        if isinstance(error, OSError) and error.errno:
            return f"the connection broke ({os.strerror(error.errno).lower()})"
        return str(error or f"the relay closed the connection ({self.close_code})")


class ClientTransport:
    """A `LinkConnection` in the words of a link."""

    def __init__(self, connection: LinkConnection) -> None:
        self._connection = connection

    @property
    def congested(self) -> bool:
        """True while more waits than should."""
        return self._connection.congested

    @property
    def waiting_bytes(self) -> int:
        """What the kernel has not taken."""
        return self._connection.transport.get_write_buffer_size()

    def attach(self, receiver: Receiver) -> None:
        """Deliver messages to `receiver` from now on."""
        self._connection.attach(receiver)

    def send(self, message: bytes) -> None:
        """Queue a message to leave at once."""
        self._connection.send_message(message)

    def close(self, code: int, reason: str) -> None:
        """Say goodbye after what was queued; the library drops a peer that does not answer."""
        with suppress(InvalidState):
            self._connection.protocol.send_close(code, close_reason(reason))
            self._connection.send_data()

    def abort(self) -> None:
        """Drop the connection without a word."""
        self._connection.drop()
