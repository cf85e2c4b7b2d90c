"""Bytes on their way to the app, no faster than it takes them."""

import asyncio
import contextlib
import socket
import struct

_RESET_AT_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER for no time: the peer sees a reset, which no message can end with."""


class Outflow:
    """The writing half of a connection."""

    __slots__ = ("_crowded", "_room", "_taken_bytes", "_transport", "_unsent_bytes", "sent_bytes")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._crowded = False
        self._room: asyncio.Future[None] | None = None
        self._unsent_bytes = 0
        self._taken_bytes = 0
        self.sent_bytes = 0
        """Written since the connection began."""

    def write(self, data: bytes) -> None:
        """Send bytes."""
        self.sent_bytes += len(data)
        self._transport.write(data)

    def end(self) -> bool:
        """Say that no more bytes follow, though the app may still send; False where that cannot be said (TLS)."""
        if not self._transport.can_write_eof():
            return False
        self._transport.write_eof()
        return True

    def reset(self) -> None:
        """Break the connection off, so that nothing that was sent can pass for complete."""
        if not self._transport.is_closing():
            with contextlib.suppress(OSError):
                sock = self._transport.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
        self._transport.abort()

    async def drained(self) -> None:
        """Wait until there is room for more (the transport's high-water mark, 64 KiB), or the connection is gone."""
        if self._crowded:
            self._room = asyncio.get_running_loop().create_future()
            await self._room

    def moving(self) -> bool:
        """Tell whether the app has taken some of what waits here since the last call."""
        before, self._unsent_bytes = self._unsent_bytes, self._transport.get_write_buffer_size()
        return 0 < self._unsent_bytes < before

    def unhindered(self) -> bool:
        """Tell whether nothing waits here for the app, or it has taken some of it since the last call."""
        unsent = self._transport.get_write_buffer_size()
        before, self._taken_bytes = self._taken_bytes, self.sent_bytes - unsent
        return not unsent or self._taken_bytes > before

    def pause(self) -> None:
        """Note that the app takes less than is written."""
        self._crowded = True
        self._unsent_bytes = self._transport.get_write_buffer_size()

    def resume(self) -> None:
        """Note that there is room again, or that waiting for it is over."""
        self._crowded = False
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
        self._room = None
