"""Every phase of a connection has an end, whatever the other side does."""

import asyncio

import pytest

from relay_server.gateway.settings import GatewaySettings, Limits, Patience
from shared.exchange import Content, Request, Response
from shared.http.heads import ResponseHead
from tests.relay_server.gateway.conftest import Contexts
from tests.relay_server.gateway.stage import GET, HOST, OK, QUICK, opened, post, replace_length, saying, taken
from tests.waiting import settled


async def never(_: Request) -> Response:
    """Answer never."""
    await asyncio.Event().wait()
    raise AssertionError


async def test_silent_connection_ends() -> None:
    """A connection on which nothing ever arrives is closed without a word."""
    async with opened(patience=QUICK) as stage:
        assert await (await stage.connect()).rest() == b""


async def test_stalled_head_is_refused() -> None:
    """A head that does not come to its end is refused, however its bytes drip."""
    async with opened(patience=QUICK) as stage:
        peer = await stage.connect()
        peer.send(b"GET / HTTP/1.1\r\n")
        answer = await peer.answer()
        assert (answer.status, answer.code, answer.first(b"connection")) == (408, "request-timeout", b"close")


async def test_stalled_second_head_is_refused() -> None:
    """The next request on a kept connection has as much time as the first."""
    async with opened(patience=QUICK) as stage:
        peer = await stage.connect()
        await peer.ask(GET)
        assert (await peer.ask(GET[:10])).code == "request-timeout"


async def test_idle_connection_ends() -> None:
    """A kept connection without a next request is closed."""
    async with opened(patience=QUICK) as stage:
        peer = await stage.connect()
        await peer.ask(GET)
        assert await peer.rest() == b""
        await settled(lambda: stage.gateway.connections == 0)


@pytest.mark.parametrize("whole_bytes", [0, 1000])
async def test_stalled_content_is_refused(whole_bytes: int) -> None:
    """Content that stops coming is refused, whether the endpoint has been asked or not; it is never taken for whole."""
    async with opened(patience=QUICK, limits=Limits(whole_bytes=whole_bytes)) as stage:
        answer = await stage.ask(post(b"abc", length=100))
        assert (answer.code, answer.first(b"connection")) == ("request-timeout", b"close")
        assert stage.seen == []
        await settled(lambda: stage.gateway.exchanges == 0)


@pytest.mark.parametrize("patience", [Patience(grace=0.2), Patience(upload=0.2)])
async def test_content_that_comes_too_slowly_is_refused(patience: Patience) -> None:
    """It need not stop: so much must have come by then, and all of it in the end."""
    least = 1_000_000 if patience.grace < 1 else 1
    async with opened(patience=patience, limits=Limits(least_bytes_per_second=least)) as stage:
        peer = await stage.connect()
        peer.send(post(b"", length=1_000_000_000))
        async with asyncio.timeout(5):
            while stage.requests == [] or stage.gateway.exchanges:
                peer.send(b"x" * 1024)
                await asyncio.sleep(0.02)
        assert (await peer.answer()).code == "request-timeout"
        assert stage.seen == []


async def test_content_that_nobody_takes_is_not_the_senders_fault() -> None:
    """While the window is full, the sender's deadline rests."""
    gate = asyncio.Event()

    async def script(request: Request) -> Response:
        """Stand for the endpoint."""
        await gate.wait()
        await taken(request.content)
        return Response(OK, Content(b"ok"))

    async with opened(script, patience=QUICK, limits=Limits(window_bytes=1000, whole_bytes=0)) as stage:
        peer = await stage.connect()
        peer.send(post(b"x" * 3_000_000))
        await asyncio.sleep(0.6)
        gate.set()
        assert (await peer.answer()).status == 200


async def test_endpoint_that_does_not_answer_is_given_up() -> None:
    """Without an answer's head in time the sender gets 504, and the endpoint's task is cancelled."""
    async with opened(never, patience=QUICK) as stage:
        answer = await stage.ask(GET)
        assert (answer.status, answer.code) == (504, "origin-timeout")
        assert b'"delivered": "unknown"' in answer.content
        await settled(lambda: stage.gateway.exchanges == 0)


async def test_answer_that_goes_on_has_no_deadline() -> None:
    """Once the answer has begun, it may take any time: event streams do."""
    stream = Content(ended=False)
    async with opened(saying(ResponseHead(200, b"OK", ()), stream), patience=QUICK) as stage:
        peer = await stage.connect()
        peer.send(GET)
        await asyncio.sleep(0.6)
        stream.feed(b"late")
        stream.end()
        assert (await peer.answer()).content == b"late"


async def test_exchange_has_a_total() -> None:
    """Where a total is set, an answer that goes on for longer is cut off, and does not look complete."""
    stream = Content(ended=False)
    async with opened(saying(ResponseHead(200, b"OK", ()), stream), patience=Patience(total=0.2)) as stage:
        peer = await stage.connect()
        peer.send(GET)
        stream.feed(b"data")
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await peer.answer()
        await settled(lambda: stage.gateway.exchanges == 0)


@pytest.mark.parametrize("secure", [False, True])
async def test_sender_that_does_not_read_is_reset(tls: Contexts, *, secure: bool) -> None:
    """An answer that nobody reads ends with a reset, and frees what it holds."""
    stream = Content(ended=False)
    server_tls, client_tls = (tls.server, tls.client) if secure else (None, None)
    script = saying(ResponseHead(200, b"OK", ()), stream)
    async with opened(script, patience=QUICK, server_tls=server_tls, client_tls=client_tls) as stage:
        peer = await stage.connect()
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        peer.send(GET)
        for _ in range(200):
            stream.feed(b"x" * 65536)
        await settled(lambda: stage.requests)
        await settled(lambda: stage.gateway.connections == 0 and stage.gateway.exchanges == 0)


async def test_sender_that_does_not_read_the_last_answer_is_reset() -> None:
    """The same holds when all is written and the connection is closing."""
    content = b"x" * 20_000_000
    async with opened(saying(ResponseHead(200, b"OK", ()), content), patience=QUICK) as stage:
        peer = await stage.connect()
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        peer.send(b"GET / HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n")
        await settled(lambda: stage.requests)
        await settled(lambda: stage.gateway.connections == 0)


async def test_slow_reader_is_waited_for() -> None:
    """A sender that reads slowly, but reads, gets everything."""
    content = b"x" * 3_000_000
    async with opened(saying(replace_length(OK, len(content)), content), patience=Patience(write=0.3)) as stage:
        peer = await stage.connect()
        peer.send(b"GET / HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n")
        received = 0
        await peer.reader.readuntil(b"\r\n\r\n")
        while data := await peer.reader.read(200_000):
            received += len(data)
            await asyncio.sleep(0.05)
        assert received == len(content)


async def test_slow_uploads_of_one_sender_leave_room_for_others() -> None:
    """One address may have so many requests under way that are still coming; what is complete counts no longer."""

    async def script(request: Request) -> Response:
        """Stand for the endpoint: takes what comes."""
        await taken(request.content)
        return Response(OK, Content(b"ok"))

    settings = GatewaySettings(uploads_per_address=2, limits=Limits(whole_bytes=10))
    async with opened(script, settings=settings) as stage:
        slow = [await stage.connect() for _ in range(3)]
        for peer in slow:
            peer.send(post(b"x" * 50, length=100))
        await settled(lambda: len(stage.requests) == 2)
        refused = await slow[2].answer()
        assert (refused.status, refused.code, refused.first(b"connection")) == (429, "rate-limited", b"close")
        assert (await stage.ask(post(b"small"))).status == 200
        other = await stage.connect(source="127.0.0.2")
        assert (await other.ask(post(b"x" * 100))).status == 200
        other.send(post(b"x" * 50, length=100))
        slow[0].send(b"x" * 50)
        assert (await slow[0].answer()).status == 200
        slow[1].reset()
        await settled(lambda: stage.gateway.exchanges == 1)
        for _ in range(3):
            peer = await stage.connect()
            peer.send(post(b"x" * 50, length=100))
            assert (await peer.ask(b"x" * 50)).status == 200


async def test_lingering_ends() -> None:
    """A sender that goes on sending after its refusal is not listened to for ever."""
    async with opened(patience=QUICK) as stage:
        peer = await stage.connect()
        peer.send(b"nonsense\r\n\r\n")
        assert (await peer.answer()).status == 400
        await settled(lambda: stage.gateway.connections == 0)
