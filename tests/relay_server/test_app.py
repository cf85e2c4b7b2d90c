"""The relay as a whole, in this process."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import websockets

from relay_server.app import Relay
from relay_server.config import load_settings
from relay_server.errors import CannotListen, CertificateUnusable
from relay_server.tokens import Names, Tokens
from relay_server.tokens.schema import open_store
from shared.config import ConfigError
from shared.exchange import Content, Request, Response
from shared.http.heads import ResponseHead
from shared.sqlite import SchemaTooNew
from tests.waiting import settled


def relay(data: Path, **flags: Any) -> Relay:
    """Make a relay on a free port."""
    given = {"domain": "demo.localhost", "listen": ("127.0.0.1:0",), "data_dir": str(data), "admin": "off", **flags}
    return Relay(load_settings(given, {}, None).settings)


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Relay]:
    """Give a relay without TLS that serves and looks after its tokens."""
    async with relay(tmp_path, tls="off") as found, asyncio.TaskGroup() as tasks:
        caring = tasks.create_task(found.run())
        yield found
        caring.cancel()


def claimed(data: Path, name: str) -> str:
    """Make a token whose owner has an endpoint name, as if it had been here before."""
    with closing(open_store(data)) as store:
        tokens = Tokens(store, clock=time.time)
        token = tokens.create("laptop")
        owner = tokens.check(token)
        assert owner is not None
        Names(store, clock=time.time).claim(name, owner)
    return token


async def status_of(found: Relay, path: str) -> tuple[int, str]:
    """Ask for a path of the relay's own host; give the status and the error code."""
    url = f"http://127.0.0.1:{found.ready.port}{path}"
    headers = {"Host": f"demo.localhost:{found.ready.port}"}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        return response.status, response.headers.get("Hookline-Error", "")


def link(found: Relay, token: str) -> websockets.connect:
    """Connect as a client does."""
    return websockets.connect(
        f"ws://demo.localhost:{found.ready.port}/_hookline/link",
        host="127.0.0.1",
        port=found.ready.port,
        additional_headers={"Authorization": f"Bearer {token}"},
        subprotocols=[websockets.Subprotocol("hookline.v1")],
        compression=None,
        proxy=None,
    )


async def test_known_names_are_offline_and_others_unknown(tmp_path: Path) -> None:
    """After a restart a sender is told apart: its endpoint is away, or there is none."""
    claimed(tmp_path, "demo")
    async with relay(tmp_path, tls="off", hold="0") as found:
        answers = [await status_of(found, path) for path in ("/t/demo/x", "/t/other/x", "/_hookline/readyz")]
        (endpoint,) = found.status.endpoints
    assert answers == [(503, "endpoint-offline"), (404, "endpoint-unknown"), (200, "")]
    assert (endpoint.name, endpoint.owner, endpoint.links) == ("demo", "laptop", 0)


async def test_delivery_is_held_for_a_client_that_follows_its_relay(tmp_path: Path) -> None:
    """A relay that has just started waits for the clients of the names it knows, for as long as it is told."""
    claimed(tmp_path, "demo")
    async with relay(tmp_path, tls="off", hold="200ms") as found:
        began = time.monotonic()
        assert await status_of(found, "/t/demo/x") == (503, "endpoint-offline")
    assert 0.2 <= time.monotonic() - began < 2


async def test_real_port_is_in_every_url(tmp_path: Path) -> None:
    """With any free port the URLs have the one that was found."""
    claimed(tmp_path, "demo")
    async with relay(tmp_path) as found:
        port = found.ready.port
        assert found.ready.url == f"https://demo.localhost:{port}"
        assert found.status.endpoints[0].urls[0] == f"https://demo.demo.localhost:{port}"
        assert found.status.listen == (f"127.0.0.1:{port}",)


async def test_token_lets_a_client_in_and_no_other_text_does(running: Relay, tmp_path: Path) -> None:
    """A link is opened with a token; anything else is answered 401."""
    token = claimed(tmp_path, "demo")
    async with link(running, token) as socket:
        assert socket.subprotocol == "hookline.v1"
    with pytest.raises(websockets.InvalidStatus) as caught:
        async with link(running, token[:-1]):
            pass
    assert caught.value.response.status_code == 401


@pytest.mark.parametrize("command", ["revoke", "rotate"])
async def test_ended_token_is_noticed_within_a_second(running: Relay, tmp_path: Path, command: str) -> None:
    """A token that another process revokes or rotates ends its links while the relay runs; the name stays."""
    token = claimed(tmp_path, "demo")
    async with link(running, token) as socket:
        await (await socket.ping())
        with closing(open_store(tmp_path)) as store:
            getattr(Tokens(store, clock=time.time), command)("laptop")
        began = time.monotonic()
        await socket.wait_closed()
    assert time.monotonic() - began < 1.5
    with closing(open_store(tmp_path)) as store:
        assert Names(store, clock=time.time).all() == ["demo"]


async def test_freed_name_is_unknown(tmp_path: Path) -> None:
    """When a name is freed by another process, senders learn that it is gone."""
    claimed(tmp_path, "demo")
    async with relay(tmp_path, tls="off") as found, asyncio.TaskGroup() as tasks:
        caring = tasks.create_task(found.run())
        with closing(open_store(tmp_path)) as store:
            Tokens(store, clock=time.time).revoke("laptop", free_names=True)
        while await status_of(found, "/t/demo") != (404, "endpoint-unknown"):
            pass
        caring.cancel()


async def test_draining_relay_takes_nobody_in(running: Relay) -> None:
    """A relay that drains tells its operator so, and accepts no connection."""
    before = running.status
    await running.drain()
    after = running.status
    assert ((before.draining, after.draining), after.listen) == ((False, True), before.listen)
    with pytest.raises(aiohttp.ClientConnectorError):
        await status_of(running, "/_hookline/readyz")


async def test_relay_short_of_memory_is_not_ready(tmp_path: Path) -> None:
    """Above its limit a relay refuses deliveries, says so to operators and balancers, and stays in good health."""
    claimed(tmp_path, "demo")
    async with relay(tmp_path, tls="off", memory_limit="1") as found, asyncio.TaskGroup() as tasks:
        caring = tasks.create_task(found.run())
        await settled(lambda: found.status.overloaded)
        answers = [await status_of(found, path) for path in ("/t/demo/x", "/_hookline/readyz", "/_hookline/healthz")]
        caring.cancel()
    assert answers == [(503, "relay-overloaded"), (503, ""), (200, "")]


@pytest.mark.parametrize(
    ("flags", "error"),
    [
        ({"listen": ("192.0.2.1:0",)}, CannotListen),
        ({"tls": "files", "cert": "/nowhere.pem", "key": "/nowhere.key"}, CertificateUnusable),
        ({"admin": "/proc/nowhere/admin.sock"}, CannotListen),
    ],
)
async def test_failed_start_leaves_nothing_open(tmp_path: Path, flags: dict[str, Any], error: type[Exception]) -> None:
    """A relay that cannot start raises what the operator must know, and closes what it had opened."""
    with pytest.raises(error):
        await relay(tmp_path, **flags).__aenter__()
    async with relay(tmp_path) as found:
        assert found.ready.port > 0


async def test_newer_file_is_refused(tmp_path: Path) -> None:
    """A data directory of a newer version is left alone."""
    with closing(open_store(tmp_path)) as store:
        store.execute("PRAGMA user_version = 99")
    with pytest.raises(SchemaTooNew):
        await relay(tmp_path).__aenter__()


def test_contradiction_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    """A plan that makes no sense is refused at once."""
    with pytest.raises(ConfigError):
        relay(tmp_path, tls="off", cert="/c")
    assert list(tmp_path.iterdir()) == []


async def test_socket_path_that_is_too_long_is_only_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Deep in a temporary directory the relay serves without its operator's door, and says so."""
    deep = tmp_path / ("x" * 100)
    async with Relay(
        load_settings(
            {"domain": "demo.localhost", "listen": ("127.0.0.1:0",), "data_dir": str(deep)}, {}, None
        ).settings
    ):
        pass
    assert "admin.off" in caplog.text


async def test_certificate_that_is_not_for_the_domain_is_told(
    tmp_path: Path, authority: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """A certificate without the wildcard works for /t/NAME, and the operator is told."""
    certificate, key = authority.issue("demo.localhost")
    async with relay(tmp_path, tls="files", cert=str(certificate), key=str(key)) as found:
        context = ssl.create_default_context(cafile=authority.certificate)
        _, writer = await asyncio.open_connection(
            "127.0.0.1", found.ready.port, ssl=context, server_hostname="demo.localhost"
        )
        writer.transport.abort()
    assert "certificate.not_for" in caplog.text


@pytest.mark.parametrize(("trusted", "scheme"), [((), "http"), (("127.0.0.1/32",), "https")])
async def test_plain_listener_says_http(tmp_path: Path, trusted: tuple[str, ...], scheme: str) -> None:
    """What came without TLS beside a listener with it is told as `http`, unless a trusted proxy says otherwise."""
    asked: list[Request] = []

    async def taken(request: Request) -> Response:
        asked.append(request)
        return Response(ResponseHead(204, b"", ()), Content(b""))

    async with relay(tmp_path, listen_http="127.0.0.1:0", trusted_proxy=trusted) as found:
        found._routes.add("demo", taken)
        url = f"http://127.0.0.1:{found.ready.http_port}/t/demo"
        headers = {"Host": "demo.localhost", "X-Forwarded-Proto": "https"}
        async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
            assert response.status == 204
    fields = dict(asked[0].head.fields)
    assert fields[b"X-Forwarded-Proto"].decode() == scheme
    assert b"proto=http;" in fields[b"Forwarded"]
    assert asked[0].delivery.public_url.startswith(f"{scheme}://")


async def test_content_for_the_own_host_is_not_waited_for(tmp_path: Path) -> None:
    """Who announces content and sends none keeps no connection open after the answer."""
    async with relay(tmp_path, tls="off") as found, asyncio.timeout(5):
        reader, writer = await asyncio.open_connection("127.0.0.1", found.ready.port)
        writer.write(b"POST / HTTP/1.1\r\nHost: demo.localhost\r\nContent-Length: 9\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 405 ")
        writer.close()
