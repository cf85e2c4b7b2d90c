"""How much of what was written the other end has not taken, over real sockets."""

import asyncio
import socket
import sys

import pytest

from relay_server.gateway.unread import unread_bytes
from tests.waiting import settled

MUCH = b"x" * (16 << 20)
READ = 1 << 20


async def _connected(listener: socket.socket) -> tuple[socket.socket, asyncio.WriteTransport]:
    """Give both ends of a connection: one that reads only when it is told to, and one that writes."""
    loop = asyncio.get_running_loop()
    reading = socket.socket()
    reading.setblocking(False)
    await loop.sock_connect(reading, listener.getsockname())
    accepted, _ = await loop.sock_accept(listener)
    writing, _ = await loop.create_connection(asyncio.Protocol, sock=accepted)
    return reading, writing


@pytest.fixture
def listener() -> socket.socket:
    """Give a socket that listens."""
    made = socket.create_server(("127.0.0.1", 0))
    made.setblocking(False)
    return made


async def test_what_the_system_keeps_is_not_read(listener: socket.socket) -> None:
    """What has left this process counts until the other end takes it."""
    with listener:
        reading, writing = await _connected(listener)
        assert unread_bytes(writing) == 0
        writing.write(MUCH)
        waiting = unread_bytes(writing)
        assert writing.get_write_buffer_size() < waiting <= len(MUCH)
        left = READ
        async with asyncio.timeout(10):
            while left > 0:
                left -= len(await asyncio.get_running_loop().sock_recv(reading, left))
        await settled(lambda: unread_bytes(writing) <= waiting - READ // 2)
        writing.abort()
        reading.close()


async def test_where_the_system_does_not_tell(monkeypatch: pytest.MonkeyPatch, listener: socket.socket) -> None:
    """What waits in the transport counts alone; nor is a socket asked that is closed."""
    with listener:
        reading, writing = await _connected(listener)
        writing.write(MUCH)
        monkeypatch.setattr(sys, "platform", "plan9")
        assert unread_bytes(writing) == writing.get_write_buffer_size()
        monkeypatch.undo()
        writing.abort()
        reading.close()
        await settled(lambda: unread_bytes(writing) == 0)
