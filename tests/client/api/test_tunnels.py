"""Tunnels and endpoints over the local API, in ngrok's shapes."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from client.api import ApiServer
from client.local_inspector import LocalInspector
from client.plan import TunnelPlan
from client.views import Status, TunnelStatus
from shared.errors import LinkRefused
from tests.client.deliveries.stage import Desk
from tests.client.test_openings import Relay, plan


class Served(Relay):
    """Openings with a status, and a relay that refuses what is called `taken`."""

    def status(self) -> Status:
        """Give what the client would say."""
        return Status("0", "https://localhost:8443", "online", tunnels=tuple(map(_status, self.openings._open)))

    def build(self, plan: TunnelPlan) -> Any:
        """Refuse one name."""
        if plan.name == "taken":
            raise LinkRefused("taken", "the name is another owner's", final=True)
        return super().build(plan)


def _status(one: Any) -> TunnelStatus:
    urls = (f"https://{one.name}.localhost:8443", f"https://localhost:8443/t/{one.name}")
    return TunnelStatus(one.name, urls, one.plan.address.url, label=one.plan.label)


@pytest.fixture
async def api(desk: Desk) -> AsyncIterator[str]:
    """Give the URL of an API that opens tunnels."""
    relay = Served(plan(3000, "demo"))
    inspector = LocalInspector(
        store=desk.store, feed=desk.feed, replayer=desk.replayer, take_in=desk.take_in, status=relay.status
    )
    server = ApiServer(inspector, port=0, openings=relay.openings)
    yield await server.start()
    await server.close()


async def test_tunnel_is_opened_shown_and_closed(api: str, session: aiohttp.ClientSession) -> None:
    """It has the name and the public URL that ngrok's would have."""
    async with session.post(f"{api}/api/tunnels", json={"addr": 4000, "name": "a b", "subdomain": "x"}) as response:
        assert response.status == 201
        tunnel = await response.json()
    assert (tunnel["name"], tunnel["public_url"]) == ("a b", "https://x.localhost:8443")
    assert (tunnel["proto"], tunnel["config"]["addr"]) == ("https", "http://localhost:4000")
    async with session.get(f"{api}/api/tunnels") as response:
        names = [one["name"] for one in (await response.json())["tunnels"]]
    assert names == ["demo", "demo (2)", "a b", "a b (2)"]
    async with session.get(f"{api}{tunnel['uri']}") as response:
        assert await response.json() == tunnel
    async with session.get(f"{api}/api/tunnels/demo%20(2)") as response:
        assert (await response.json())["public_url"] == "https://localhost:8443/t/demo"
    async with session.delete(f"{api}/api/tunnels/a%20b%20(2)") as response:
        assert response.status == 204
    async with session.get(f"{api}{tunnel['uri']}") as response:
        assert (response.status, (await response.json())["code"]) == (404, "unknown-tunnel")


async def test_endpoint_is_served_moved_and_left(api: str, session: aiohttp.ClientSession) -> None:
    """The same in ngrok's newer words."""
    body = {"url": "https://y.localhost", "upstream": {"url": "http://localhost:5000"}}
    async with session.post(f"{api}/api/endpoints", json=body) as response:
        endpoint = await response.json()
        assert (response.status, endpoint["url"], endpoint["upstream"]["url"]) == (
            201,
            "https://y.localhost:8443",
            "http://localhost:5000",
        )
    async with session.put(f"{api}{endpoint['uri']}", json={"upstream": {"url": "6000"}}) as response:
        assert (response.status, (await response.json())["upstream"]["url"]) == (200, "http://localhost:6000")
    async with session.put(f"{api}{endpoint['uri']}", json={}) as response:
        assert (response.status, "only the app can be changed" in (await response.json())["detail"]) == (400, True)
    elsewhere = {"upstream": {"url": "7000"}, "proto": "tcp"}
    async with session.put(f"{api}{endpoint['uri']}", json=elsewhere) as response:
        assert (response.status, (await response.json())["code"]) == (400, "tunnel-refused")
    async with session.delete(f"{api}{endpoint['uri']}") as response:
        assert response.status == 204
    async with session.get(f"{api}/api/endpoints") as response:
        assert [one["name"] for one in (await response.json())["endpoints"]] == ["demo", "demo (2)"]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"addr": 1, "proto": "tcp"}, 400, "not 'tcp'"),
        ({"addr": 1, "url": "tls://"}, 400, "not 'tls'"),
        ({"addr": 1, "oauth": {"provider": "google"}}, 400, "'oauth' is not known here"),
        ({"addr": 1, "domain": "mine.ngrok.app"}, 400, "it serves https://NAME.localhost"),
        ({"addr": 1, "domain": "a.b.localhost"}, 400, "is not at the relay"),
        ({"addr": "nonsense:port"}, 400, ""),
        ({"addr": -1, "upstream": {"url": 3000}}, 400, "has no port"),
        ({"addr": ""}, 400, "is empty"),
        ({"addr": 1, "subdomain": "not a name"}, 400, "no endpoint can be called 'not a name'"),
        ({"addr": 1, "subdomain": "taken"}, 502, "another owner's"),
        ({"addr": 1, "name": "demo"}, 409, "close it first"),
        ([], 400, "the body does not fit"),
    ],
)
async def test_tunnel_that_cannot_be_is_refused(
    api: str, session: aiohttp.ClientSession, body: Any, status: int, words: str
) -> None:
    """What would not be what was asked for is not opened, and it is said why."""
    async with session.post(f"{api}/api/tunnels", json=body) as response:
        problem = await response.json()
        assert (response.status, words in problem["detail"]) == (status, True), problem


@pytest.mark.parametrize(
    "body",
    [
        {"addr": 1, "url": "https://"},
        {"addr": 1, "schemes": ["https"], "bind_tls": True, "inspect": True, "metadata": "x", "basic_auth": []},
    ],
)
async def test_options_that_change_nothing_are_taken(
    api: str, session: aiohttp.ClientSession, body: dict[str, Any]
) -> None:
    """A script says more than it needs to."""
    async with session.post(f"{api}/api/tunnels", json=body) as response:
        assert (response.status, (await response.json())["name"]) == (201, "chosen")


async def test_client_without_openings_says_so(url: str, session: aiohttp.ClientSession) -> None:
    """The history alone opens nothing."""
    async with session.post(f"{url}/api/tunnels", json={"addr": 1}) as response:
        assert (response.status, (await response.json())["code"]) == (400, "tunnel-refused")


async def test_deeply_nested_body_is_refused(url: str, session: aiohttp.ClientSession) -> None:
    """It is the body that does not fit, no bug."""
    headers = {"Content-Type": "application/json"}
    async with session.post(f"{url}/api/tunnels", data=b'{"addr":' + b"[" * 100_000, headers=headers) as response:
        assert (response.status, (await response.json(content_type=None))["code"]) == (400, "bad-request")
