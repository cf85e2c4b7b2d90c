"""Carries a link over aiohttp's server side of a WebSocket."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from aiohttp import ClientConnectionResetError, WSMsgType, web

from shared.link import Receiver, Transport
from shared.link.websocket import close_reason, give_up_on_silence

CONGESTED_BYTES = 512 << 10
"""More than this waiting for the kernel: the link gathers instead."""
CLOSE_UNSUPPORTED = 1003
CLOSE_SECONDS = 2.0


class ServerTransport:
    """Ordered binary messages; text is refused."""

    def __init__(self, socket_: web.WebSocketResponse, request: web.Request) -> None:
        self._socket = socket_
        # Never tested with isinstance: uvloop's TLS transport is no asyncio.Transport, and has all of its methods.
        self._raw = request.transport
        self._loop = asyncio.get_running_loop()
        self._queue: deque[bytes] = deque()
        self._queued_bytes = 0
        self._wake: asyncio.Future[None] | None = None
        self._receiver: Receiver | None = None
        self._closing: tuple[int, str] | None = None
        self._lost = False
        give_up_on_silence(request.get_extra_info("socket"))

    @property
    def congested(self) -> bool:
        """True while more waits than should."""
        return self._queued_bytes > CONGESTED_BYTES

    @property
    def waiting_bytes(self) -> int:
        """What the kernel has not taken; a message on its way into the socket's buffer counts twice."""
        raw = self._raw
        return self._queued_bytes + (0 if raw is None or self._lost else raw.get_write_buffer_size())

    def attach(self, receiver: Receiver) -> None:
        """Deliver messages to `receiver` from now on."""
        self._receiver = receiver

    def send(self, message: bytes) -> None:
        """Queue a message to leave at once."""
        if not self._lost:
            self._queue.append(message)
            self._queued_bytes += len(message)
            self._wake_writer()

    def close(self, code: int, reason: str) -> None:
        """Close after what was queued."""
        if self._closing is None:
            self._closing = (code, reason)
            self._wake_writer()

    def abort(self) -> None:
        """Drop the connection, whatever is queued."""
        self._lost = True
        if self._raw is not None:
            self._raw.abort()
        self._wake_writer()

    async def carry(self, serve: Callable[[Transport], Coroutine[Any, Any, None]]) -> None:
        """Carry messages both ways, for whatever `serve` attaches, until the connection and `serve` have ended."""
        async with asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(self._write())
            tasks.create_task(serve(self))
            reason = "the connection was given up"
            try:
                reason = await self._read()
            finally:
                self._lost = True
                writing.cancel()
                if self._receiver is not None:
                    self._receiver.on_lost(reason)

    async def _read(self) -> str:
        while True:
            message = await self._socket.receive()
            if message.type is WSMsgType.BINARY:
                if self._receiver is not None:
                    self._receiver.on_message(message.data)
            elif message.type is WSMsgType.TEXT:
                self.close(CLOSE_UNSUPPORTED, "binary messages only")
            else:
                return f"the client closed the connection ({self._socket.close_code})"

    async def _write(self) -> None:
        with suppress(ClientConnectionResetError, ConnectionError):
            while not self._lost:
                while self._queue:
                    message = self._queue.popleft()
                    await self._socket.send_bytes(message)
                    was_congested = self.congested
                    self._queued_bytes -= len(message)
                    if was_congested and not self.congested and self._receiver is not None:
                        self._receiver.on_writable()
                if self._closing is not None:
                    await self._say_goodbye(*self._closing)
                    return
                self._wake = self._loop.create_future()
                await self._wake
                self._wake = None

    async def _say_goodbye(self, code: int, reason: str) -> None:
        """Close, but not for ever: a peer that does not answer the close is dropped."""
        dropping = self._loop.call_later(CLOSE_SECONDS, self.abort)
        try:
            await self._socket.close(code=code, message=close_reason(reason).encode(), drain=False)
        finally:
            dropping.cancel()

    def _wake_writer(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)
