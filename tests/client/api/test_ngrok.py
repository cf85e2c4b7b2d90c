"""The routes and shapes that scripts for ngrok's agent know."""

import base64
from typing import Any

import aiohttp
import pytest

from client.api import ApiServer
from client.local_inspector import LocalInspector
from client.views import Status, TunnelStatus
from tests.client.deliveries.stage import Desk, event

TUNNEL = TunnelStatus("demo", ("https://demo.localhost:8443", "https://localhost:8443/t/demo"), "http://localhost:3000")
JSON = {"Content-Type": "application/json"}


async def ask(session: aiohttp.ClientSession, url: str) -> Any:
    """Give the answer's document."""
    async with session.get(url) as response:
        assert response.status == 200
        return await response.json()


async def test_requests_are_shown_newest_first(desk: Desk, url: str, session: aiohttp.ClientSession) -> None:
    """Method, URI, headers, status, times and raw bytes are where ngrok has them."""
    await desk.send(*event("evt_1"))
    await desk.send(b"body", ((b"x-a", b"1"), (b"X-A", b"2")), target=b"/other?x=1")
    listed = await ask(session, f"{url}/api/requests/http")
    assert [shown["id"] for shown in listed["requests"]] == ["dlv_000002", "dlv_000001"]
    shown = listed["requests"][0]
    assert (shown["tunnel_name"], shown["remote_addr"], shown["uri"]) == (
        "demo",
        "203.0.113.7",
        "/api/requests/http/dlv_000002",
    )
    assert (shown["request"]["method"], shown["request"]["uri"], shown["request"]["proto"]) == (
        "POST",
        "/other?x=1",
        "HTTP/1.1",
    )
    assert shown["request"]["headers"]["X-A"] == ["1", "2"]
    assert base64.b64decode(shown["request"]["raw"]).endswith(b"X-A: 2\r\n\r\nbody")
    assert (shown["response"]["status"], shown["response"]["status_code"]) == ("200 OK", 200)
    assert await ask(session, f"{url}/api/requests/http/dlv_000002") == shown
    assert len((await ask(session, f"{url}/api/requests/http?limit=1"))["requests"]) == 1
    assert (await ask(session, f"{url}/api/requests/http?tunnel_name=none"))["requests"] == []


async def test_posting_an_id_replays(desk: Desk, url: str, session: aiohttp.ClientSession) -> None:
    """A replay answers 204, and the request it is of has a further attempt."""
    await desk.send()
    body = b'{"id": "dlv_000001", "tunnel_name": "demo"}'
    async with session.post(f"{url}/api/requests/http", data=body, headers=JSON) as response:
        assert response.status == 204
    assert (await desk.inspector.deliveries())[0].attempts == 2


@pytest.mark.parametrize(("name", "status"), [("demo", 200), ("other", 404)])
async def test_tunnels_are_listed_with_each_public_url(
    desk: Desk, session: aiohttp.ClientSession, name: str, status: int
) -> None:
    """A tunnel is found by its name, with public URL, protocol and the app's address."""
    online = Status("1", "", "online", tunnels=(TUNNEL,))
    inspector = LocalInspector(
        store=desk.store, feed=desk.feed, replayer=desk.replayer, take_in=desk.take_in, status=lambda: online
    )
    server = ApiServer(inspector, port=0)
    url = await server.start()
    listed = await ask(session, f"{url}/api/tunnels")
    assert [shown["public_url"] for shown in listed["tunnels"]] == list(TUNNEL.public_urls)
    async with session.get(f"{url}/api/tunnels/{name}") as response:
        assert response.status == status
        if status == 200:
            shown = await response.json()
            assert (shown["proto"], shown["config"]["addr"]) == ("https", "http://localhost:3000")
    await server.close()


async def test_index_names_what_there_is(url: str, session: aiohttp.ClientSession) -> None:
    """A script finds its way from the root."""
    index = await ask(session, f"{url}/api")
    assert (await ask(session, url + index["tunnels_uri"]))["tunnels"] == []
    assert (await ask(session, url + index["requests_uri"]))["requests"] == []


async def test_requests_of_one_tunnel_are_found_behind_many_others(
    desk: Desk, url: str, session: aiohttp.ClientSession
) -> None:
    """The limit counts what is of the tunnel, and a name that is none finds nothing."""
    for number in range(30):
        await desk.send(*event(f"evt_{number}"))
    for name, count in (("demo", 30), ("dem", 0), ('"; x', 0)):
        listed = await ask(session, f"{url}/api/requests/http?limit=100&tunnel_name={name}")
        assert len(listed["requests"]) == count


async def test_deleting_requests_keeps_pinned_ones(desk: Desk, url: str, session: aiohttp.ClientSession) -> None:
    """A script that begins afresh takes nothing from the user that they want to keep."""
    await desk.send(*event("evt_1"))
    await desk.send(*event("evt_2"))
    await desk.inspector.pin("dlv_000001")
    async with session.delete(f"{url}/api/requests/http") as response:
        assert response.status == 204
    listed = await ask(session, f"{url}/api/requests/http")
    assert [shown["id"] for shown in listed["requests"]] == ["dlv_000001"]
