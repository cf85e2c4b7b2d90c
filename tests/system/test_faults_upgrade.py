"""Protocols that take over a connection: the `websockets` library on both ends, a dev server's hot reload."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import websockets
from websockets.asyncio.server import ServerConnection, serve

from tests.system.chaos import between
from tests.system.supervisor import Relay, Supervisor

pytestmark = pytest.mark.system


@asynccontextmanager
async def dev_server() -> AsyncIterator[tuple[int, "asyncio.Event"]]:
    """Serve as Vite does: greet whoever comes with its subprotocol, tell of changes, answer what is said."""
    changed = asyncio.Event()

    async def talk(peer: ServerConnection) -> None:
        """Talk to one page."""
        await peer.send('{"type":"connected"}')
        async with asyncio.TaskGroup() as tasks:
            telling = tasks.create_task(_tell(peer, changed))
            async for message in peer:
                await peer.send(message)
            telling.cancel()

    async with serve(talk, "127.0.0.1", 0, subprotocols=[websockets.Subprotocol("vite-hmr")], max_size=None) as server:
        (listener,) = server.sockets
        yield listener.getsockname()[1], changed


async def _tell(peer: ServerConnection, changed: asyncio.Event) -> None:
    while True:
        await changed.wait()
        changed.clear()
        await peer.send('{"type":"update","path":"/src/App.vue"}')


def joined(relay: Relay, *, compression: str | None = "deflate") -> websockets.connect:
    """Connect as a browser would, to the public URL."""
    tls = ssl.create_default_context(cafile=relay.ca)
    return websockets.connect(
        f"wss://demo.localhost:{relay.port}/?token=1",
        host="127.0.0.1",
        ssl=tls,
        subprotocols=[websockets.Subprotocol("vite-hmr")],
        origin=websockets.Origin(f"https://demo.localhost:{relay.port}"),
        compression=compression,
        max_size=None,
        proxy=None,
    )


async def test_hot_reload_works_through_the_tunnel(supervisor: Supervisor, relay: Relay, token: str) -> None:
    """Subprotocol, greeting, server push, pings, messages of every size and the close code pass both ways."""
    async with dev_server() as (port, changed):
        await supervisor.client(relay, port, token=token)
        async with joined(relay) as page:
            assert page.subprotocol == "vite-hmr"
            assert await page.recv() == '{"type":"connected"}'
            for _ in range(3):
                changed.set()
                assert await page.recv() == '{"type":"update","path":"/src/App.vue"}'
            await (await page.ping())
            for size in (0, 125, 126, 65_535, 65_536, 3_000_000):
                await page.send(b"\x00" * size)
                assert await page.recv() == b"\x00" * size
        assert page.close_code == 1000


async def test_quiet_web_socket_is_left_alone(supervisor: Supervisor, relay: Relay, token: str) -> None:
    """A connection that became another protocol may be silent, however impatient the client is with its app."""
    async with dev_server() as (port, changed):
        await supervisor.client(relay, port, "--timeout", "300ms", token=token)
        async with joined(relay) as page:
            await page.recv()
            await asyncio.sleep(4)
            changed.set()
            assert await page.recv() == '{"type":"update","path":"/src/App.vue"}'


async def test_web_socket_survives_a_change_of_networks(supervisor: Supervisor, relay: Relay, token: str) -> None:
    """A connection that became another protocol goes on over the client's next connection, byte for byte."""
    async with dev_server() as (port, _), between(relay.port) as proxy:
        url = f"https://localhost:{proxy.port}"
        await supervisor.client(relay, port, token=token, relay_url=url)
        async with joined(relay, compression=None) as page:
            await page.recv()
            for number in range(4):
                await page.send(f"{number}" * 100_000)
                proxy.strand()
                assert await page.recv() == f"{number}" * 100_000
        assert (page.close_code, proxy.accepted > 3) == (1000, True)
