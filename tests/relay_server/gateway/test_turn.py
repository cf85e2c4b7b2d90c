"""What a request's content, wishes and refusals do to its connection, over real sockets."""

import asyncio
import re

import pytest
from websockets.asyncio.client import connect
from websockets.frames import Frame, Opcode
from websockets.http11 import Request as Asked
from websockets.server import ServerProtocol

from relay_server.gateway.settings import Limits, Patience
from shared.errors import ContentBroken, ExchangeFailed, Failure, LinkClosed
from shared.exchange import Content, Request, Response
from shared.http.heads import ResponseHead
from tests.relay_server.gateway.stage import (
    GET,
    HOST,
    OK,
    Seen,
    chunks,
    opened,
    post,
    post_chunks,
    replace_length,
    steady,
    taken,
)
from tests.waiting import settled

QUICK_PRESENCE = Patience(presence=0.05)


async def test_small_content_is_whole_when_the_endpoint_is_asked() -> None:
    """Content declared to be small is waited for, so that whoever takes it needs no task for it."""
    whole: list[bytes | None] = []

    async def script(request: Request) -> Response:
        """Stand for the endpoint."""
        whole.append(request.content.whole())
        return Response(OK, Content(b"ok"))

    async with opened(script) as stage:
        peer = await stage.connect()
        peer.send(post(b"", length=6))
        peer.send(b"abc")
        await asyncio.sleep(0.01)
        assert (await peer.ask(b"def")).status == 200
        assert whole == [b"abcdef"]


async def test_chunked_content_with_trailers_in_both_directions() -> None:
    """Chunked content and its trailers pass both ways, except trailers that may not come so late."""

    async def script(request: Request) -> Response:
        """Stand for the endpoint."""
        stage.seen.append(Seen(request.head, await taken(request.content), request.content.trailers))
        content = Content(ended=False)
        content.feed(b"one")
        content.end(((b"X-Sum", b"9"), (b"Content-Length", b"5"), (b"X-Bad", b"a\r\nb")))
        return Response(ResponseHead(200, b"OK", ()), content)

    async with opened(script) as stage:
        answer = await stage.ask(post_chunks(b"ab", b"c", trailers=b"X-Check: 1\r\nAuthorization: no\r\nX-Last: 2\r\n"))
        assert stage.seen[0][1:] == (b"abc", ((b"X-Check", b"1"), (b"X-Last", b"2")))
        assert answer.content == b"one"
        assert answer.trailers == ((b"X-Sum", b"9"),)


async def test_continue_is_said_at_the_first_read() -> None:
    """`100 Continue` goes out when the endpoint wants the content, not before."""
    wanted = asyncio.Event()

    async def script(request: Request) -> Response:
        """Stand for the endpoint."""
        await wanted.wait()
        stage.seen.append(Seen(request.head, await taken(request.content), ()))
        return Response(OK, Content(b"ok"))

    async with opened(script) as stage:
        peer = await stage.connect()
        peer.send(post(b"", b"Expect: 100-continue\r\n", length=5))
        await settled(lambda: stage.requests)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(peer.reader.readexactly(1), 0.05)
        wanted.set()
        assert (await peer.answer()).status == 100
        assert (await peer.ask(b"hello")).status == 200
        assert stage.seen[0].content == b"hello"


async def test_refusal_comes_instead_of_continue() -> None:
    """A sender that waits for `100 Continue` gets the refusal instead, and the connection ends."""
    async with opened() as stage:
        peer = await stage.connect()
        peer.send(b"POST / HTTP/1.1\r\nHost: nobody.relay.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        answer = await peer.answer()
        assert (answer.status, answer.code, answer.first(b"connection")) == (404, "endpoint-unknown", b"close")


@pytest.mark.parametrize(
    ("error", "status", "code", "delivered"),
    [
        (ExchangeFailed(Failure.ORIGIN_REFUSED), 502, "origin-refused", b'"no"'),
        (ExchangeFailed(Failure.ORIGIN_TIMEOUT, delivered="unknown"), 504, "origin-timeout", b'"unknown"'),
        (LinkClosed("gone"), 502, "endpoint-lost", b'"unknown"'),
        (ContentBroken(Failure.SENDER_ABORTED), 400, "sender-aborted", b'"unknown"'),
        (ValueError("a bug"), 500, "relay-internal", b'"unknown"'),
    ],
)
async def test_failure_of_the_endpoint_is_a_refusal(error: Exception, status: int, code: str, delivered: bytes) -> None:
    """Whatever the endpoint raises becomes an answer with its code, and the connection lives on."""

    async def script(_: Request) -> Response:
        """Stand for the endpoint."""
        raise error

    async with opened(script) as stage:
        peer = await stage.connect()
        for _ in range(2):
            answer = await peer.ask(post(b"x"))
            assert (answer.status, answer.code) == (status, code)
            assert b'"delivered": ' + delivered in answer.content
            assert answer.first(b"cache-control") == b"no-store"
            assert re.fullmatch(rb"dlv_\d+", answer.first(b"hookline-delivery") or b"")


async def test_early_answer_ends_the_upload() -> None:
    """An answer that comes while the sender still sends reaches it whole, then the connection ends."""

    async def script(_: Request) -> Response:
        """Stand for the endpoint."""
        return Response(replace_length(OK, 5), Content(b"early"))

    async with opened(script) as stage:
        peer = await stage.connect()
        peer.send(post(b"x" * 300_000, length=10_000_000))
        answer = await peer.answer()
        assert (answer.content, answer.first(b"connection")) == (b"early", b"close")
        peer.send(b"x" * 100_000)
        peer.end()
        assert await peer.rest() == b""


async def test_sender_that_leaves_an_upload_breaks_its_content() -> None:
    """What was uploaded in part is never taken for the whole."""
    async with opened(limits=Limits(whole_bytes=0)) as stage:
        peer = await stage.connect()
        peer.send(post(b"abc", length=10))
        await settled(lambda: stage.requests)
        peer.reset()
        await settled(lambda: stage.gateway.exchanges == 0)
        with pytest.raises(ContentBroken, match="sender-aborted"):
            await taken(stage.requests[0].content)


async def test_upload_waits_for_whoever_takes_it() -> None:
    """A sender is stopped when the window is full; no more than that waits here."""
    async with opened(limits=Limits(window_bytes=50_000), script=_nothing) as stage:
        peer = await stage.connect()
        peer.send(b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 100000000\r\n\r\n")
        await settled(lambda: stage.requests)
        content = stage.requests[0].content
        for _ in range(40):
            peer.send(b"x" * 1_000_000)
        size = await steady(peer.writer.transport.get_write_buffer_size)
        waiting = sum(len(chunk) for chunk in content._chunks)
        assert 50_000 <= waiting < 50_000 + 262_144 + 1
        assert size > 20_000_000
        while sum(len(chunk) for chunk in content._chunks):
            await content.read()
        await settled(lambda: peer.writer.transport.get_write_buffer_size() < size)


async def _nothing(_: Request) -> Response:
    await asyncio.Event().wait()
    raise AssertionError


async def test_upgrade_carries_raw_bytes_both_ways() -> None:
    """After 101 both contents carry the other protocol's bytes, also those that came early."""

    async def script(request: Request) -> Response:
        """Stand for the endpoint."""
        assert request.head.upgrade == b"websocket"
        head = ResponseHead(101, b"Switching Protocols", ((b"Sec-WebSocket-Accept", b"x"),))
        return Response(head, request.content)

    async with opened(script) as stage:
        peer = await stage.connect()
        peer.send(b"GET / HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\nearly")
        answer = await peer.answer()
        assert answer.fields == (
            (b"Connection", b"Upgrade"),
            (b"Upgrade", b"websocket"),
            (b"Sec-WebSocket-Accept", b"x"),
        )
        assert await peer.reader.readexactly(5) == b"early"
        peer.send(b"\x00\xffGET / HTTP/1.1\r\n\r\n")
        assert await peer.reader.readexactly(20) == b"\x00\xffGET / HTTP/1.1\r\n\r\n"
        peer.end()
        assert await peer.rest() == b""


@pytest.mark.parametrize("protocol", [b"websocket", b"h2c"])
async def test_declined_upgrade_is_an_ordinary_exchange(protocol: bytes) -> None:
    """An endpoint that does not switch answers as always, and the next request follows."""
    async with opened() as stage:
        peer = await stage.connect()
        data = b"GET /a HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: " + protocol + b"\r\n\r\n"
        peer.send(data + post(b"next"))
        assert [(await peer.answer()).status, (await peer.answer()).status] == [200, 200]
        assert [seen.content for seen in stage.seen] == [b"", b"next"]


@pytest.mark.parametrize(
    "framing", [b"Content-Length: %d\r\n\r\n" % len(GET) + GET, b"Transfer-Encoding: chunked\r\n\r\n" + chunks(GET)]
)
async def test_upgrade_with_content_hides_no_request(framing: bytes) -> None:
    """What follows a request that asks for an upgrade is its content, as its framing says, and no second request."""
    async with opened() as stage:
        peer = await stage.connect()
        peer.send(b"POST / HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n" + framing)
        assert (await peer.answer()).status == 200
        assert (await peer.ask(GET)).status == 200
        assert [(seen.head.upgrade, seen.content) for seen in stage.seen] == [(b"", GET), (b"", b"")]


async def test_content_above_the_limit_is_refused() -> None:
    """Content longer than allowed is refused, declared or not."""
    async with opened(limits=Limits(content_bytes=10)) as stage:
        for data in (post(b"x" * 11), post(b"", length=11), post_chunks(b"x" * 11)):
            assert (await stage.ask(data)).code == "content-too-large"
        assert (await stage.ask(post(b"x" * 10))).status == 200


async def test_chunked_content_above_the_limit_is_refused_when_it_gets_there() -> None:
    """Chunked content is refused as soon as it is too long, and the endpoint is told."""
    async with opened(limits=Limits(content_bytes=10)) as stage:
        peer = await stage.connect()
        peer.send(b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        await settled(lambda: stage.requests)
        assert (await peer.ask(b"6\r\nworld!\r\n")).code == "content-too-large"
        assert stage.seen == []


async def test_page_for_a_browser() -> None:
    """A person at a browser gets a page, a program the problem document."""
    async with opened() as stage:
        head = b"GET /<script> HTTP/1.1\r\nHost: nobody.relay.test\r\nAccept: text/html,*/*\r\n\r\n"
        page = await stage.ask(head)
        assert (page.status, page.first(b"content-type")) == (404, b"text/html; charset=utf-8")
        assert b"<script>" not in page.content
        problem = await stage.ask(head.replace(b"text/html,", b""))
        assert problem.first(b"content-type") == b"application/problem+json"


async def test_websocket_of_an_independent_client() -> None:
    """The `websockets` library talks through the door as to the app itself."""

    async def script(request: Request) -> Response:
        """Stand for the endpoint."""
        app, head = ServerProtocol(max_size=None), request.head
        fields = (*head.fields, (b"Connection", b"Upgrade"), (b"Upgrade", head.upgrade))
        lines = b"".join(b"%b: %b\r\n" % field for field in fields)
        app.receive_data(b"GET %b HTTP/1.1\r\n%b\r\n" % (head.target, lines))
        (asked,) = app.events_received()
        assert isinstance(asked, Asked)
        accepted = app.accept(asked)
        app.send_response(accepted)
        app.data_to_send()
        fields = tuple((name.encode(), value.encode()) for name, value in accepted.headers.raw_items())
        content = Content(ended=False)
        response = Response(ResponseHead(101, b"Switching Protocols", fields), content)
        tasks.create_task(answer(app, request.content, content))
        return response

    async def answer(app: ServerProtocol, received: Content, content: Content) -> None:
        """Stand for the app."""
        while not app.close_expected():
            app.receive_data(await received.read())
            for event in app.events_received():
                if isinstance(event, Frame) and event.opcode is Opcode.BINARY:
                    app.send_binary(bytes(event.data) * 2)
            for part in app.data_to_send():
                content.feed(part)
        content.end()

    async with asyncio.TaskGroup() as tasks, opened(script) as stage:
        async with connect("ws://demo.relay.test/hot?x", host="127.0.0.1", port=stage.port, max_size=None) as socket:
            for size in (0, 1, 125, 126, 70_000):
                await socket.send(b"x" * size)
                assert await socket.recv() == b"x" * size * 2
        await settled(lambda: stage.gateway.exchanges == 0)
