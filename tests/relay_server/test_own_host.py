"""The web application of the relay's own host name."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from relay_server.own_host import own_host

Client = TestClient[web.Request, web.Application]


class Switch:
    """Says whether the relay is ready."""

    on = True

    def __call__(self) -> bool:
        """Tell."""
        return self.on


@pytest.fixture
def ready() -> Switch:
    """Give a relay that is ready until a test says otherwise."""
    return Switch()


@pytest.fixture
async def client(ready: Switch, aiohttp_client: Callable[..., Awaitable[Client]]) -> Client:
    """Give a client of the application, to which another part has added its routes."""
    application = own_host(ready=ready)

    async def echo(request: web.Request) -> web.StreamResponse:
        """Answer messages of a WebSocket."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(message.data)
        return socket

    application.router.add_get("/_hookline/link", echo)
    return await aiohttp_client(TestServer(application))


@pytest.mark.parametrize(
    ("path", "status", "text"), [("/_hookline/healthz", 200, "ok\n"), ("/_hookline/readyz", 200, "ready\n")]
)
async def test_health_and_readiness(client: Client, path: str, status: int, text: str) -> None:
    """A relay that serves is healthy and ready."""
    response = await client.get(path)
    assert (response.status, await response.text()) == (status, text)


async def test_draining_relay_is_healthy_but_not_ready(client: Client, ready: Switch) -> None:
    """A relay that drains asks to be taken out, not to be restarted."""
    ready.on = False
    health, readiness = await client.get("/_hookline/healthz"), await client.get("/_hookline/readyz")
    assert (health.status, readiness.status, readiness.headers["Retry-After"]) == (200, 503, "2")


async def test_landing_page_reflects_nothing(client: Client) -> None:
    """Who looks is told what this is, in a page that is the same for everybody."""
    plain = await (await client.get("/")).text()
    tried = await (await client.get("/?<script>alert(1)</script>", headers={"Referer": "<b>"})).text()
    assert plain == tried
    assert "A Hookline relay" in plain


@pytest.mark.parametrize("path", ["/nowhere", "/%3Cscript%3E", "/_hookline/", "/t", "/../etc/passwd"])
async def test_unknown_path_is_a_problem(client: Client, path: str) -> None:
    """What is not here is answered with a problem document that repeats nothing of the request."""
    response = await client.get(path)
    document = await response.json(content_type="application/problem+json")
    assert (response.status, document["code"], response.headers["Hookline-Error"]) == (404, "not-found", "not-found")
    assert "script" not in await response.text()


async def test_other_methods_are_refused(client: Client) -> None:
    """Nothing here takes a POST, and the answer says what is taken."""
    response = await client.post("/", data=b"x" * 100_000)
    assert (response.status, response.headers["Allow"]) == (405, "GET, HEAD")
    assert response.headers["Hookline-Error"] == "method-not-allowed"


@pytest.mark.parametrize("path", ["/", "/_hookline/healthz", "/_hookline/readyz", "/nowhere"])
async def test_connection_ends_with_the_answer(client: Client, path: str) -> None:
    """Each connection is closed after its answer: the next request on it could be the gateway's."""
    assert client.port is not None
    response = await client.get(path)
    assert response.headers["Connection"] == "close"
    assert response.headers["Server"] == "hookline"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Robots-Tag"] == "noindex"


async def test_pipelined_request_is_not_answered(client: Client) -> None:
    """A second request on the same connection gets no answer here."""
    assert client.port is not None
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(b"GET /_hookline/healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 2)
    answer = await reader.read()
    writer.close()
    assert answer.count(b"HTTP/1.1 ") == 1


async def test_websocket_stays(client: Client) -> None:
    """A connection that became a WebSocket goes on."""
    async with client.ws_connect("/_hookline/link") as socket:
        for text in ("a", "b"):
            await socket.send_str(text)
            assert await socket.receive_str() == text
        assert isinstance(socket, aiohttp.ClientWebSocketResponse)
