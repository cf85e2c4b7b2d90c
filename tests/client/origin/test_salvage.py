"""An answer that came before the connection broke."""

import asyncio
import socket
from typing import cast

import pytest

from client.origin.salvage import left_behind


class _Lost(asyncio.Protocol):
    """Notes what is left when the connection is lost."""

    def __init__(self) -> None:
        self.left: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        self._read += data  # a loop may have begun to read before it was told to pause

    def connection_lost(self, exc: Exception | None) -> None:
        assert self.transport is not None
        self.left.set_result(self._read + left_behind(self.transport))


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 413 Content Too Large\r\n\r\n"])
async def test_answer_before_a_reset_is_found(answer: bytes) -> None:
    """What the app wrote before it reset the connection is there when writing to it fails."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        loop = asyncio.get_running_loop()
        transport, lost = await loop.create_connection(_Lost, *listener.getsockname())
        app, _ = listener.accept()
        transport.write(b"x" * 100)
        await asyncio.sleep(0.01)
        app.sendall(answer)
        app.close()  # with what was never read: that is a reset
        await asyncio.sleep(0.01)
        while not transport.is_closing():
            transport.write(b"y" * 100)
            await asyncio.sleep(0)
        async with asyncio.timeout(5):
            assert await lost.left == answer


async def test_nothing_is_left_of_a_closed_socket() -> None:
    """A transport whose socket is gone has nothing."""
    one, two = socket.socketpair()
    transport, lost = await asyncio.get_running_loop().create_connection(_Lost, sock=one)
    two.close()
    transport.abort()
    async with asyncio.timeout(5):
        await lost.left
    await asyncio.sleep(0)
    assert left_behind(transport) == b""
