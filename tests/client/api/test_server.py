"""Where the local API listens."""

import socket

import aiohttp
import pytest

from client.api import ApiServer, RemoteInspector
from client.api.server import ApiUnavailable
from tests.client.deliveries.stage import Desk


async def test_taken_port_leads_to_the_next(desk: Desk) -> None:
    """The next free port is used, and the URL says which."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = ApiServer(desk.inspector, port=port)
        url = await server.start()
        assert server.port > port
        assert url == f"http://127.0.0.1:{server.port}"
        remote = RemoteInspector(url)
        assert (await remote.status()).link == "online"
        await remote.close()
        await server.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com"])
async def test_other_machines_are_never_served(desk: Desk, host: str) -> None:
    """An address that is not this machine's alone is refused."""
    with pytest.raises(ApiUnavailable, match="loopback"):
        await ApiServer(desk.inspector, host=host, port=0).start()


async def test_closing_ends_open_streams(desk: Desk) -> None:
    """A follower does not keep the client from ending."""
    server = ApiServer(desk.inspector, port=0)
    async with aiohttp.ClientSession() as session, session.get(f"{await server.start()}/api/events") as response:
        await response.content.readline()
        desk.feed.close()
        await server.close()
        assert await response.content.read() == b"id: 0\n\n"
