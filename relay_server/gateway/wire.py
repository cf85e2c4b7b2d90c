"""The writing half of a public connection, and the ways a connection ends.

It ends in one of three ways. *Close*: what was written still leaves. *Linger*: the same, but what the sender is still
sending is read and thrown away for a moment, since closing over unread bytes resets the connection and may destroy the
answer on its way (RFC 9112 section 9.6). *Abort*: at once, with a reset, so that nothing looks complete.
"""

import asyncio
import socket
import struct
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from relay_server.gateway.deadlines import NEVER
from relay_server.gateway.unread import unread_bytes

if TYPE_CHECKING:
    from relay_server.gateway.door import Door

_RESET = struct.pack("ii", 1, 0)
_PROGRESS_BYTES = 1024
_TCP_CLOSE = 7
"""The first octet of `struct tcp_info` is the state; this one is TCP_CLOSE."""


class Wire(asyncio.Protocol):
    """What can be done with a connection whatever is on it."""

    __slots__ = (
        "_door",
        "_drained",
        "_lingering",
        "_over",
        "_presence",
        "_reading",
        "_writing",
        "due",
        "encrypted",
        "transport",
        "write",
    )

    transport: asyncio.Transport

    def __init__(self, door: "Door") -> None:
        """Begin before the connection is made."""
        self._door = door
        self._drained: asyncio.Future[None] | None = None
        self._writing: _Writing | None = None
        self._presence: _Presence | None = None
        self._reading = True
        self._lingering = False
        self._over = False
        self.encrypted = False
        self.due = NEVER

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self.transport = cast("asyncio.Transport", transport)
        self.write = self.transport.write
        self.encrypted = transport.get_extra_info("ssl_object") is not None

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - why does not matter
        """Let go of the connection."""
        self._over = True
        self._stop_watching()

    @property
    def over(self) -> bool:
        """Nothing more can be written."""
        return self._over or self._lingering

    def pause_writing(self) -> None:
        """Note that the sender does not read what is written."""
        self._writing = self._writing or _Writing(self.transport, self._door, self.abort)

    def resume_writing(self) -> None:
        """Note that the sender reads again."""
        self._stop_watching_writes()
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    async def drained(self) -> None:
        """Wait until the sender reads, where it does not; whoever writes much calls this after each write."""
        if self._writing is not None:
            self._drained = asyncio.get_running_loop().create_future()
            await self._drained

    def pause_reading(self) -> None:
        """Leave what the sender sends to its own memory and the network's."""
        if self._reading:
            self._reading = False
            self.transport.pause_reading()

    def resume_reading(self) -> None:
        """Take what the sender sends again."""
        if not self._reading and not self._over:
            self._reading = True
            self.transport.resume_reading()

    def close(self) -> None:
        """End the connection when what was written has left, or when that makes no progress."""
        if not self._over:
            self._over = True
            left = self.transport.get_write_buffer_size()
            self.transport.close()
            if left and self._writing is None:
                self._writing = _Writing(self.transport, self._door, self.abort)

    def linger(self) -> None:
        """End the connection as `close` does, but read and throw away what still arrives for a moment."""
        if self.over:
            return
        self._lingering = True
        self.due = self._door.deadlines.after(self._door.settings.patience.linger)
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.resume_reading()

    def watch_presence(self) -> None:
        """Abort when the sender, which has ended its half, is gone altogether."""
        self._presence = _Presence(self.transport, self._door, self.abort)

    def abort(self) -> None:
        """End the connection with a reset: the sender cannot take what it has for the whole.

        Without it the kernel would keep what was written, megabytes, for as long as a sender takes some of it.
        """
        self._over = True
        raw = self.transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()

    def _stop_watching(self) -> None:
        self._stop_watching_writes()
        if self._presence is not None:
            self._door.deadlines.forget(self._presence)
            self._presence = None

    def _stop_watching_writes(self) -> None:
        if self._writing is not None:
            self._door.deadlines.forget(self._writing)
            self._writing = None


class _Writing:
    """Aborts a connection whose sender reads nothing of what is written to it."""

    __slots__ = ("_abort", "_door", "_left", "_transport", "due")

    def __init__(self, transport: asyncio.Transport, door: "Door", abort: Callable[[], None]) -> None:
        self._transport = transport
        self._door = door
        self._abort = abort
        self._left = unread_bytes(transport)
        self.due = door.deadlines.after(door.settings.patience.write)
        door.deadlines.watch(self)

    def overdue(self, _now: float) -> None:
        """Abort, unless some of it has been taken."""
        left = unread_bytes(self._transport)
        if self._left - left < _PROGRESS_BYTES:
            self._abort()
        else:
            self._left = left
            self.due = self._door.deadlines.after(self._door.settings.patience.write)


class _Presence:
    """Looks whether a connection that its sender has half closed is still there.

    The loop no longer reads it, so nobody would say. The kernel's probes find out, and its state for the connection
    tells (Linux; elsewhere the exchange goes on until it has something to write).
    """

    __slots__ = ("_abort", "_door", "_transport", "due")

    def __init__(self, transport: asyncio.Transport, door: "Door", abort: Callable[[], None]) -> None:
        self._transport = transport
        self._door = door
        self._abort = abort
        self.due = door.deadlines.after(door.settings.patience.presence)
        door.deadlines.watch(self)

    def overdue(self, _now: float) -> None:
        """Abort, if the connection is closed; else look again later."""
        raw = self._transport.get_extra_info("socket")
        if sys.platform == "linux" and raw is not None:
            state = raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)
            if state[0] == _TCP_CLOSE:
                self._abort()
                return
        self.due = self._door.deadlines.after(self._door.settings.patience.presence)
