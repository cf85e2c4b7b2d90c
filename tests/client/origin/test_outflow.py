"""Bytes on their way out."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from client.origin.outflow import Outflow
from tests.waiting import settled

MIB = 1024 * 1024


class Near(asyncio.Protocol):
    """The near end of a connection, whose writing half is under test."""

    def __init__(self) -> None:
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.out = Outflow(self.transport)

    def pause_writing(self) -> None:
        """Pass it on."""
        self.out.pause()

    def resume_writing(self) -> None:
        """Pass it on."""
        self.out.resume()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end."""
        self.lost = True
        self.out.resume()


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[Near, socket.socket]]:
    """Give a connection's near end, and its far end as a socket."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        _, near = await asyncio.get_running_loop().create_connection(Near, *listener.getsockname())
        far, _ = listener.accept()
        far.setblocking(False)
        with far:
            yield near, far
            near.transport.abort()
            await settled(lambda: near.lost)


async def read(far: socket.socket, count: int) -> bytes:
    """Take `count` bytes at the far end."""
    data = bytearray()
    while len(data) < count and (piece := await asyncio.get_running_loop().sock_recv(far, MIB)):
        data += piece
    return bytes(data)


async def test_writes_are_counted() -> None:
    """What was sent is known to the byte."""
    async with connected() as (near, far):
        near.out.write(b"abc")
        near.out.write(b"de")
        await near.out.drained()
        assert near.out.sent_bytes == 5
        assert await read(far, 5) == b"abcde"


async def test_drained_waits_for_the_far_end() -> None:
    """While the far end takes nothing, a writer waits; when it does, the writer goes on."""
    async with connected() as (near, far):
        near.out.write(b"x" * (32 * MIB))
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(near.out.drained())
            await asyncio.sleep(0.02)
            assert not waiting.done()
            await read(far, 32 * MIB)


async def test_drained_ends_with_the_connection() -> None:
    """A writer does not wait for what is gone."""
    async with connected() as (near, _):
        near.out.write(b"x" * (32 * MIB))
        async with asyncio.TaskGroup() as group:
            group.create_task(near.out.drained())
            await asyncio.sleep(0.02)
            near.out.reset()


async def test_moving_while_the_far_end_takes() -> None:
    """Progress is what the far end has taken since the last look."""
    async with connected() as (near, far):
        near.out.write(b"x" * (32 * MIB))
        await settled(lambda: not near.out.moving())
        assert near.out.moving() is False
        await read(far, 16 * MIB)
        assert near.out.moving() is True


async def test_end_leaves_the_other_direction_open() -> None:
    """After the end nothing more is sent, and the far end may still answer."""
    async with connected() as (near, far):
        near.out.write(b"bye")
        assert near.out.end() is True
        assert await read(far, 100) == b"bye"
        await asyncio.get_running_loop().sock_sendall(far, b"answer")
        assert not near.lost


async def test_reset_cannot_pass_for_an_end() -> None:
    """A reset is seen as one."""
    async with connected() as (near, far):
        near.out.write(b"half")
        near.out.reset()
        near.out.reset()
        await settled(lambda: near.lost)
        with pytest.raises(ConnectionResetError):
            await read(far, 100)
