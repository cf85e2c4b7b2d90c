"""The door as a whole: listening, TLS, its own host, caps, draining, closing."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from ipaddress import ip_network

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from relay_server.gateway.settings import GatewaySettings, Patience
from shared.exchange import Content, Request, Response
from shared.http.heads import ResponseHead
from tests.relay_server.gateway.conftest import Contexts
from tests.relay_server.gateway.stage import GET, HOST, OK, QUICK, opened, post, saying, taking
from tests.waiting import settled


async def test_tls_serves_as_plain_does(tls: Contexts) -> None:
    """Over TLS everything is the same; the app is told `https`."""
    async with opened(server_tls=tls.server, client_tls=tls.client) as stage:
        peer = await stage.connect()
        for _ in range(2):
            assert (await peer.ask(post(b"x" * 100_000))).status == 200
        delivery, fields = stage.requests[0].delivery, dict(stage.requests[0].head.fields)
        assert (delivery.public_url, fields[b"X-Forwarded-Proto"]) == ("https://demo.relay.test", b"https")


async def test_close_over_tls_is_orderly(tls: Contexts) -> None:
    """After `Connection: close` the TLS connection ends with an alert, so that nothing looks cut off."""
    async with opened(server_tls=tls.server, client_tls=tls.client) as stage:
        peer = await stage.connect()
        answer = await peer.ask(b"GET / HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n")
        assert (answer.status, await peer.rest()) == (200, b"")
        await settled(lambda: stage.gateway.connections == 0)


async def test_http_10_answer_over_tls_ends_with_the_connection(tls: Contexts) -> None:
    """An answer that ends with its connection does so over TLS too, at once."""
    stream = Content(ended=False)
    async with opened(
        saying(ResponseHead(200, b"OK", ()), stream), server_tls=tls.server, client_tls=tls.client
    ) as stage:
        peer = await stage.connect()
        peer.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n" + HOST + b"\r\n")
        stream.feed(b"all")
        stream.end()
        assert (await peer.answer()).content == b"all"


async def test_name_of_the_tls_connection_must_be_the_host(tls: Contexts) -> None:
    """A request for another host than the connection was opened for is misdirected."""
    async with opened(server_tls=tls.server, client_tls=tls.client) as stage:
        peer = await stage.connect(server_name="other.relay.test")
        assert (await peer.ask(GET)).code == "misdirected"
        without_name = await stage.connect(server_name="127.0.0.1")
        assert (await without_name.ask(GET)).status == 200


async def test_sender_that_leaves_over_tls_cancels_the_exchange(tls: Contexts) -> None:
    """Over TLS the end of the sender's half is the end of the connection."""

    async def never(_: Request) -> Response:
        """Answer never."""
        await asyncio.Event().wait()
        raise AssertionError

    async with opened(never, server_tls=tls.server, client_tls=tls.client) as stage:
        peer = await stage.connect()
        peer.send(GET)
        await settled(lambda: stage.requests)
        peer.writer.close()
        await settled(lambda: stage.gateway.exchanges == 0 and stage.gateway.connections == 0)


async def test_plain_http_on_the_tls_port_is_closed(tls: Contexts) -> None:
    """A sender that forgot TLS gets nothing."""
    async with opened(server_tls=tls.server) as stage:
        peer = await stage.connect()
        peer.send(GET)
        assert await peer.rest() == b""


@pytest_asyncio.fixture
async def own_host() -> AsyncIterator[web.Server]:
    """Give the relay's own application, as aiohttp serves it."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        """Stand for the app."""
        if request.headers.get("Upgrade") == "websocket":
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            async for message in socket:
                await socket.send_bytes(message.data * 2)
            return socket
        return web.Response(text=f"{request.method} {request.raw_path} {(await request.read()).decode()}")

    server = web.Server(answer)
    yield server
    await server.shutdown()


@pytest.mark.parametrize("secure", [False, True])
async def test_own_host_is_handed_over(own_host: web.Server, tls: Contexts, *, secure: bool) -> None:
    """A connection whose request is for the relay itself goes to aiohttp, and nothing of the request is lost."""
    server_tls, client_tls = (tls.server, tls.client) if secure else (None, None)
    async with opened(own_host=own_host, server_tls=server_tls, client_tls=client_tls) as stage:
        peer = await stage.connect(server_name="relay.test")
        if not secure:
            assert (await peer.ask(GET)).content == b"ok"
        own = b"POST /_hookline/x?y HTTP/1.1\r\nHost: relay.test\r\nContent-Length: 5\r\n\r\nhe"
        for byte in own:
            peer.send(bytes([byte]))
            await asyncio.sleep(0)
        answer = await peer.ask(b"llo")
        assert (answer.status, answer.content) == (200, b"POST /_hookline/x?y hello")
        assert stage.gateway.connections == 1
        peer.writer.close()
        await settled(lambda: stage.gateway.connections == 0)


@pytest.mark.parametrize("secure", [False, True])
async def test_websocket_on_the_own_host(own_host: web.Server, tls: Contexts, *, secure: bool) -> None:
    """A WebSocket to the relay itself works through the door, with an independent client."""
    server_tls, client_tls = (tls.server, tls.client) if secure else (None, None)
    async with opened(own_host=own_host, server_tls=server_tls, client_tls=client_tls) as stage:
        url = f"{'wss' if secure else 'ws'}://127.0.0.1:{stage.port}/_hookline/link"
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(
                url,
                headers={"Host": "relay.test"},
                ssl=client_tls or True,
                server_hostname="relay.test" if secure else None,
            ) as socket,
        ):
            await socket.send_bytes(b"x" * 100_000)
            assert await socket.receive_bytes() == b"x" * 200_000


async def test_independent_client_agrees() -> None:
    """Aiohttp's client reads the answers as they are meant: counted, chunked, empty, kept connections."""

    async def script(request: Request) -> Response:
        """Stand for the endpoint."""
        content = Content(ended=False)
        content.feed(request.head.target)
        content.end()
        return Response(ResponseHead(200, b"OK", ((b"X-Method", request.head.method),)), content)

    async with opened(script) as stage, aiohttp.ClientSession() as session:
        for method in ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS"):
            async with session.request(
                method, f"http://127.0.0.1:{stage.port}/{method}", headers={"Host": "demo.relay.test"}
            ) as answer:
                assert answer.headers["X-Method"] == method
                assert await answer.text() == ("" if method == "HEAD" else f"/{method}")


async def test_too_many_connections_of_one_address() -> None:
    """One address may not have all the connections; the next may again when one has ended."""
    async with opened(settings=GatewaySettings(connections_per_address=2)) as stage:
        first, second = await stage.connect(), await stage.connect()
        assert [(await first.ask(GET)).status, (await second.ask(GET)).status] == [200, 200]
        assert (await (await stage.connect()).answer()).code == "rate-limited"
        first.reset()
        await settled(lambda: stage.gateway.connections == 1)
        assert (await stage.ask(GET)).status == 200


async def test_too_many_connections() -> None:
    """The number of all connections is bounded, also of proxies that are trusted."""
    networks = (ip_network("127.0.0.0/8"),)
    settings = GatewaySettings(connections=1, connections_per_address=0, trusted_proxies=networks)
    async with opened(settings=settings) as stage:
        peer = await stage.connect()
        assert (await peer.ask(GET)).status == 200
        refused = await (await stage.connect()).answer()
        assert (refused.status, refused.code) == (503, "relay-overloaded")
        assert 5 <= int(refused.first(b"retry-after") or 0) <= 6


async def test_drain_lets_exchanges_finish() -> None:
    """While draining, what runs gets its answer, what is still sent is served, and connections end with that."""
    gate = asyncio.Event()

    async def script(_: Request) -> Response:
        """Stand for the endpoint."""
        await gate.wait()
        return Response(OK, Content(b"ok"))

    async with opened(script) as stage:
        busy, kept = await stage.connect(), await stage.connect()
        busy.send(GET)
        await settled(lambda: stage.requests)
        async with asyncio.TaskGroup() as tasks:
            draining = tasks.create_task(stage.gateway.drain(5))
            await asyncio.sleep(0.02)
            kept.send(GET)
            await settled(lambda: len(stage.requests) == 2)
            assert not draining.done()
            gate.set()
        for peer in (busy, kept):
            answer = await peer.answer()
            assert (answer.status, answer.first(b"connection")) == (200, b"close")
        with pytest.raises(ConnectionRefusedError):
            await stage.connect()


async def test_drain_ends_after_its_time() -> None:
    """Draining does not wait for ever; closing then ends what is left, and its task."""
    ended = asyncio.Event()

    async def never(_: Request) -> Response:
        """Answer never."""
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    async with opened(never) as stage:
        peer = await stage.connect()
        peer.send(GET)
        await settled(lambda: stage.requests)
        await stage.gateway.drain(0.05)
        refused = await peer.answer()
        assert (refused.status, refused.first(b"hookline-error"), refused.first(b"connection")) == (
            503,
            b"relay-draining",
            b"close",
        )
        assert b'"delivered": "unknown"' in refused.content
        await settled(ended.is_set)


async def test_drain_cuts_off_an_answer_that_takes_too_long() -> None:
    """An answer that has begun cannot become a refusal: closing breaks it off, and it never looks complete."""

    async def endless(_: Request) -> Response:
        """Answer without an end."""
        return Response(OK, Content(b"beginning", ended=False))

    async with opened(endless) as stage:
        peer = await stage.connect()
        peer.send(GET)
        await settled(lambda: stage.requests)
        await stage.gateway.drain(0.05)
        await stage.gateway.close()
        with suppress(ConnectionResetError):
            assert not (await peer.rest()).endswith(b"0\r\n\r\n")


async def test_drain_waits_a_moment_for_connections_that_are_kept() -> None:
    """A sender between two requests gets its next one answered, by a relay that has nothing else to do."""
    async with opened() as stage:
        peer = await stage.connect()
        peer.send(GET)
        assert (await peer.answer()).status == 200
        async with asyncio.TaskGroup() as tasks:
            draining = tasks.create_task(stage.gateway.drain(5))
            await asyncio.sleep(0.05)
            assert not draining.done()
            peer.send(GET)
            answer = await peer.answer()
            assert (answer.status, answer.first(b"connection")) == (200, b"close")


async def test_second_listener_says_what_its_senders_use() -> None:
    """A listener can be plain while the relay's URLs are `https`, and says so in the URL."""
    async with opened() as stage:
        await stage.listen(None, scheme="https")
        await stage.ask(GET)
        assert stage.requests[0].delivery.public_url == "https://demo.relay.test"


async def test_malformed_requests_do_not_flood_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Thousands of malformed requests leave a handful of lines, and none of their octets."""
    caplog.set_level(logging.INFO)
    async with opened() as stage:
        for _ in range(200):
            assert (await stage.ask(b"GET /\x1b[31m HTTP/1.1\r\n" + HOST + b"\r\n")).status == 400
        assert len(caplog.records) < 10
        assert "\x1b" not in caplog.text


async def test_idle_tls_connections_end(tls: Contexts) -> None:
    """Deadlines hold over TLS as well."""
    async with opened(server_tls=tls.server, client_tls=tls.client, patience=QUICK) as stage:
        peer = await stage.connect()
        await peer.ask(GET)
        assert await peer.rest() == b""
        await settled(lambda: stage.gateway.connections == 0)


async def test_handshake_that_stalls_ends(tls: Contexts) -> None:
    """A connection that never finishes its handshake is not kept."""
    async with opened(server_tls=tls.server, patience=Patience(handshake=0.2)) as stage:
        peer = await stage.connect()
        assert await peer.rest() == b""


async def test_handshake_that_outlives_the_door(tls: Contexts) -> None:
    """A connection whose handshake ends after the door has closed is ended, and nothing is asked for it."""
    async with opened(server_tls=tls.server) as stage:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        end = tls.client.wrap_bio(incoming, outgoing, server_hostname="demo.relay.test")
        peer = await stage.connect()
        with pytest.raises(ssl.SSLWantReadError):
            end.do_handshake()
        peer.send(outgoing.read())
        incoming.write(await peer.reader.read(65536))
        end.do_handshake()
        end.write(GET)
        await stage.gateway.close()
        peer.send(outgoing.read())
        with pytest.raises(ConnectionResetError):
            await peer.rest()
        assert stage.requests == []


async def test_overloaded_door_refuses_what_is_new_and_finishes_what_runs() -> None:
    """Answers and uploads under way go on; other requests are told to come again, before their content is taken."""
    proceed = asyncio.Event()

    async def script(request: Request) -> Response:
        """Stand for the endpoint."""
        await proceed.wait()
        return await taking()(request)

    async with opened(script) as stage:
        before = stage.gateway.overloaded
        running, uploading = await stage.connect(), await stage.connect()
        running.send(GET)
        uploading.send(post(b"x" * 70_000, length=100_000))
        await settled(lambda: len(stage.requests) == 2)
        stage.gateway.overload(True)
        assert (before, stage.gateway.overloaded) == (False, True)
        refused = await stage.ask(GET)
        assert (refused.status, refused.code, refused.first(b"connection")) == (503, "relay-overloaded", b"close")
        assert int(refused.first(b"retry-after") or 0) >= 4
        expecting = await stage.ask(post(b"", b"Expect: 100-continue\r\n", length=100_000))
        assert (expecting.status, expecting.code) == (503, "relay-overloaded")
        uploading.send(b"x" * 30_000)
        proceed.set()
        assert [(await one.answer()).status for one in (running, uploading)] == [200, 200]
        stage.gateway.overload(False)
        assert (await stage.ask(GET)).status == 200


async def test_door_that_does_not_listen_is_not_overloaded() -> None:
    """There is nothing to refuse."""
    async with opened() as stage:
        await stage.gateway.close()
        stage.gateway.overload(True)
        assert not stage.gateway.overloaded
