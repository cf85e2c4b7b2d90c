"""Exchanges that become another protocol."""

import asyncio
import ssl

import pytest
from aiohttp import WSMsgType, web

from shared.errors import ContentBroken, Failure
from shared.exchange import Content, Request
from shared.http import Fields, RequestHead
from tests.authority import Authority
from tests.client.origin.ways import answered, broken, forwarding
from tests.exchanges import DELIVERY
from tests.origins import OK, Caller, origin
from tests.waiting import settled

SWITCH = b"HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: echo\r\nX: y\r\n\r\n"


def switching(content: Content, fields: Fields = (), protocol: bytes = b"echo") -> Request:
    """Give a request that asks for another protocol."""
    return Request(RequestHead(b"GET", b"/hmr", fields, upgrade=protocol), DELIVERY, content)


async def echo(caller: Caller) -> None:
    """Switch, then say everything again, and end when the other side does."""
    await caller.head()
    await caller.send(SWITCH + b"hello")
    while data := await caller.reader.read(65_536):
        await caller.send(data)
    caller.close()


async def test_switch_carries_bytes_both_ways() -> None:
    """After a 101 both contents carry raw bytes, from the first that came with the head to the end of each side."""
    content = Content(ended=False)
    async with origin(echo) as app, forwarding(app) as forward:
        response = await forward(switching(content))
        assert (response.head.status, response.head.fields) == (101, ((b"X", b"y"),))
        assert await response.content.read() == b"hello"
        content.feed(b"\x00\xff")
        assert await response.content.read() == b"\x00\xff"
        content.end()
        assert await answered(response) == (101, b"")


async def test_switch_over_tls(authority: Authority) -> None:
    """Over TLS, which has no half-close, the sender's end is the end of both sides."""
    issued = authority.issue("localhost")
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(issued.certificate, issued.key)
    content = Content(b"x", ended=False)
    async with origin(echo, tls=served) as app, forwarding(app, insecure=True) as forward:
        response = await forward(switching(content))
        assert await response.content.read() == b"hello"
        assert await response.content.read() == b"x"
        content.end()
        assert await answered(response) == (101, b"")


async def test_app_ends_the_other_protocol_over_tls(authority: Authority) -> None:
    """When the app ends over TLS, the response's content does."""

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.head()
        await caller.send(SWITCH, b"bye")
        caller.close()

    issued = authority.issue("localhost")
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(issued.certificate, issued.key)
    async with origin(script, tls=served) as app, forwarding(app, insecure=True) as forward:
        assert await answered(await forward(switching(Content(ended=False)))) == (101, b"bye")


async def test_switch_is_asked_for_on_the_wire() -> None:
    """The app sees the two fields that ask, and no framing."""
    heads: list[bytes] = []

    async def script(caller: Caller) -> None:
        """Play the app."""
        heads.append(await caller.head())
        await caller.send(OK)

    async with origin(script) as app, forwarding(app) as forward:
        asked = switching(Content(ended=False), fields=((b"Host", b"a"), (b"Sec-WebSocket-Key", b"k")))
        assert await answered(await forward(asked)) == (200, b"ok")
    assert heads[0].endswith(b"\r\nSec-WebSocket-Key: k\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")


async def test_app_ends_the_other_protocol() -> None:
    """When the app ends, the response's content does."""

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.head()
        await caller.send(SWITCH, b"bye")
        caller.close()

    async with origin(script) as app, forwarding(app) as forward:
        response = await forward(switching(Content(ended=False)))
        assert await answered(response) == (101, b"bye")


async def test_app_breaks_the_other_protocol() -> None:
    """A reset by the app is no end."""
    go = asyncio.Event()

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.head()
        await caller.send(SWITCH)
        await go.wait()
        caller.reset()

    async with origin(script) as app, forwarding(app) as forward:
        response = await forward(switching(Content(ended=False)))
        go.set()
        assert await broken(response.content) is Failure.ORIGIN_TRUNCATED
        response.close()


@pytest.mark.parametrize("how", ["close", "fail"])
async def test_sender_breaks_the_other_protocol(how: str) -> None:
    """When the sender is gone, the app is told by a reset."""
    left: list[str] = []

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.head()
        await caller.send(SWITCH)
        left.append(await caller.left())

    content = Content(ended=False)
    async with origin(script) as app, forwarding(app) as forward:
        response = await forward(switching(content))
        if how == "fail":
            content.fail(ContentBroken(Failure.SENDER_ABORTED))
            assert await broken(response.content) is Failure.SENDER_ABORTED
        response.close()
        await settled(lambda: left)
    assert left == ["reset"]


async def test_app_that_stops_reading_the_other_protocol() -> None:
    """Raw bytes, too, wait at the sender while the app takes none."""

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.head()
        caller.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await caller.send(SWITCH)
        await asyncio.Event().wait()

    taken = 0

    def took(count: int) -> None:
        """Give as much again as was taken."""
        nonlocal taken
        taken += count
        content.feed(b"x" * count)

    content = Content(b"x" * 65_536, ended=False, on_taken=took)
    async with origin(script) as app, forwarding(app) as forward:
        response = await forward(switching(content))
        before = -1
        while before != taken:
            before = taken
            await asyncio.sleep(0.1)
        assert taken < 16 * 1024 * 1024
        response.close()


async def test_websocket_of_an_ordinary_app() -> None:
    """A WebSocket of an aiohttp app opens and carries frames."""

    async def hmr(asked: web.Request) -> web.WebSocketResponse:
        """Say each message again, in capitals."""
        socket = web.WebSocketResponse()
        await socket.prepare(asked)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await socket.send_str(message.data.upper())
        return socket

    application = web.Application()
    application.router.add_get("/hmr", hmr)
    runner = web.AppRunner(application, handle_signals=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with forwarding(f"127.0.0.1:{runner.addresses[0][1]}") as forward:
            content = Content(ended=False)
            fields = ((b"Sec-WebSocket-Version", b"13"), (b"Sec-WebSocket-Key", b"dGhlIHNhbXBsZSBub25jZQ=="))
            response = await forward(switching(content, fields, b"websocket"))
            assert response.head.status == 101
            content.feed(b"\x81\x82\x00\x00\x00\x00hi")
            assert await response.content.read() == b"\x81\x02HI"
            content.feed(b"\x88\x80\x00\x00\x00\x00")
            assert await answered(response) == (101, b"\x88\x02\x03\xe8")
    finally:
        await runner.cleanup()
