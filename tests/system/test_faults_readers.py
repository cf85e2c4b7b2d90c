"""Senders that hardly read their answers (T08, T26): they hold what they may, and others are served all the same."""

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from tests.system.listening import listening
from tests.system.polling import until_async
from tests.system.supervisor import Relay, Supervisor
from tests.system.wire import Broken, read_content, read_head, read_response

pytestmark = pytest.mark.system

HOST = b"Host: demo.localhost\r\n"
READERS = 300
EXCHANGES, SHARE = 256, 16
"""What a link serves for one address at once, and what that address may have of the reserve."""
SIZE = 4 << 20
"""More than the two programs and the system keep of an answer."""
PIECE = b"x" * 65536
SEGMENT_BYTES = 1000
"""So small that the system's buffers stay small too: it would keep megabytes for each reader."""


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer `/large` with much, anything else with little."""
    with contextlib.suppress(Broken):  # the reader went away
        while request := await read_head(reader):
            await read_content(reader, request, until_close=False)
            size = SIZE if b" /large " in request.line else 2
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
            for start in range(0, size, len(PIECE)):
                writer.write(PIECE[: size - start])
                await writer.drain()


class Readers:
    """Connections of 127.0.0.1 that ask for much and read a little of it now and then."""

    def __init__(self, sockets: list[socket.socket]) -> None:
        self._sockets = sockets
        self.heads = [b""] * len(sockets)

    def read(self) -> None:
        """Read a little on each."""
        for number, one in enumerate(self._sockets):
            with contextlib.suppress(BlockingIOError):
                data = one.recv(256)
                assert data or self.refused(number), "an answer that is being read was cut off"
                self.heads[number] = self.heads[number] or data

    def refused(self, number: int) -> bool:
        """Tell whether one got no answer of the app's."""
        return self.heads[number].startswith(b"HTTP/1.1 503 ") and b"endpoint-overloaded" in self.heads[number]

    async def all_answered(self) -> None:
        """Go on until each has the beginning of an answer."""
        async with asyncio.timeout(60):
            while not all(self.heads):
                self.read()
                await asyncio.sleep(0.02)

    def counted(self) -> Counter[bytes]:
        """Give how many answers there are of each status."""
        return Counter(head.split(b" ")[1] for head in self.heads)


@contextlib.asynccontextmanager
async def _readers(relay: Relay, count: int) -> AsyncIterator[Readers]:
    """Give so many readers that have asked; they go away with the block."""
    with contextlib.ExitStack() as stack:
        sockets = []
        for _ in range(count):
            one = stack.enter_context(socket.socket())
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT_BYTES)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
            one.setblocking(False)
            await asyncio.get_running_loop().sock_connect(one, ("127.0.0.1", relay.plain_port))
            one.send(b"GET /large HTTP/1.1\r\n" + HOST + b"\r\n")
            sockets.append(one)
        yield Readers(sockets)


async def _ask(relay: Relay, source: str) -> tuple[int, bytes | None]:
    """Give the status and the code of a delivery from an address."""
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.plain_port, local_addr=(source, 0))
    try:
        writer.write(b"POST /hooks HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\n\r\nx")
        async with asyncio.timeout(20):
            response = await read_response(reader, b"POST")
        return response.status, response.first(b"hookline-error")
    finally:
        writer.transport.abort()


async def test_slow_readers_of_one_address_leave_the_tunnel_to_others(
    supervisor: Supervisor, relay: Relay, token: str
) -> None:
    """One address that takes all exchanges by hardly reading is told to wait; another's deliveries pass meanwhile."""
    async with listening(_serve) as port:
        await supervisor.client(relay, port, token=token)
        async with _readers(relay, READERS) as readers:
            await readers.all_answered()
            served = EXCHANGES + SHARE
            assert readers.counted() == {b"200": served, b"503": READERS - served}
            for _ in range(10):
                readers.read()
                assert await _ask(relay, "127.0.0.2") == (200, None)
            assert await _ask(relay, "127.0.0.1") == (503, b"endpoint-overloaded")

        async def served_again() -> bool:
            """Tell whether the address has exchanges again."""
            return (await _ask(relay, "127.0.0.1"))[0] == 200

        await until_async(served_again, what="service")
