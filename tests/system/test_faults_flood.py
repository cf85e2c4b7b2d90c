"""Senders that take connections and give nothing (T08): others are served all the same."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator

import pytest

from tests.authority import Authority
from tests.system.app import App
from tests.system.polling import until, until_async
from tests.system.supervisor import Supervisor
from tests.system.wire import Message, read_response

pytestmark = pytest.mark.system

FLOOD = 1000
BOUND = 200


class Flood:
    """Connections of 127.0.0.1 that say nothing."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: list[socket.socket] = []

    def begin(self, count: int) -> None:
        """Connect so many more."""
        for _ in range(count):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", self._port))
            self._open.append(one)

    def left(self) -> int:
        """Give how many are still open; the others are closed here too."""
        self._open = [one for one in self._open if not _ended(one)]
        return len(self._open)

    def end(self) -> None:
        """Close all of them."""
        for one in self._open:
            one.close()
        self._open.clear()


def _ended(one: socket.socket) -> bool:
    try:
        one.recv(1)  # its end, or the beginning of a refusal
    except BlockingIOError:
        return False
    except ConnectionError:
        pass
    one.close()
    return True


@contextlib.contextmanager
def flood(port: int) -> Iterator[Flood]:
    """Give a flood that ends with the block."""
    found = Flood(port)
    try:
        yield found
    finally:
        found.end()


async def ask(port: int, tls: ssl.SSLContext | None, source: str) -> Message:
    """Give what a delivery from an address is answered."""
    name = None if tls is None else "demo.localhost"
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=tls, server_hostname=name, local_addr=(source, 0)
    )
    try:
        writer.write(b"POST /hooks HTTP/1.1\r\nHost: demo.localhost\r\nContent-Length: 1\r\n\r\nx")
        async with asyncio.timeout(10):
            return await read_response(reader, b"POST")
    finally:
        writer.transport.abort()


@pytest.mark.parametrize("secure", [True, False])
async def test_a_thousand_silent_connections_of_one_address(
    supervisor: Supervisor, authority: Authority, app: App, *, secure: bool
) -> None:
    """They hold no more than their address may, before TLS as without it; another address is served meanwhile."""
    relay = await supervisor.relay("--connections-per-address", BOUND)
    await supervisor.client(relay, app.port, token=await supervisor.token())
    port = relay.port if secure else relay.plain_port
    tls = ssl.create_default_context(cafile=str(authority.certificate)) if secure else None
    with flood(port) as silent:
        for _ in range(FLOOD // 100):
            silent.begin(100)
            await until(lambda: silent.left() <= BOUND, what="the bound to hold")
        assert silent.left() in range(BOUND - 10, BOUND + 1)  # the client's own link counts too
        assert (await ask(port, tls, "127.0.0.2")).status == 200
        if secure:
            with pytest.raises(ConnectionError):
                await ask(port, tls, "127.0.0.1")
        else:
            refused = await ask(port, tls, "127.0.0.1")
            assert (refused.status, refused.first(b"hookline-error")) == (429, b"rate-limited")
    await until(lambda: relay.program.running)
    assert relay.program.text.count("refused") < 20


async def test_relay_that_may_open_few_files(supervisor: Supervisor, app: App) -> None:
    """It refuses what is beyond, with its code, neither fails nor spins, and serves again when there is room (P24)."""
    relay = await supervisor.relay(through=("bash", "-c", 'ulimit -n 256; exec "$@"', "--"))
    await supervisor.client(relay, app.port, token=await supervisor.token())
    with flood(relay.plain_port) as silent:
        silent.begin(400)
        await until(lambda: silent.left() < 256, what="the bound to hold")
        refused = await ask(relay.plain_port, None, "127.0.0.2")
        assert (refused.status, refused.first(b"hookline-error")) == (503, b"relay-overloaded")

    async def served() -> bool:
        """Tell whether there is room again."""
        return (await ask(relay.plain_port, None, "127.0.0.2")).status == 200

    await until_async(served, what="room for a connection")
