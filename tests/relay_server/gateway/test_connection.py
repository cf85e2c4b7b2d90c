"""A connection's requests, spoken as raw bytes over real sockets."""

import asyncio

import pytest

from relay_server.gateway.settings import Patience
from shared.exchange import Content, Request, Response
from tests.relay_server.gateway.stage import (
    CLOCK,
    GET,
    HOST,
    OK,
    opened,
    post,
    post_chunks,
    steady,
)
from tests.waiting import settled

QUICK_PRESENCE = Patience(presence=0.05)


async def test_request_arrives_byte_for_byte() -> None:
    """Target, order, case, repetition and octets of fields reach the endpoint as they were sent."""
    async with opened() as stage:
        answer = await stage.ask(
            b"POST /a//b/../c?%00&x= HTTP/1.1\r\nX-b: 1\r\n" + HOST + b"x-B:  caf\xe9 \r\nX_y: \r\n"
            b"Content-Type: a/b\r\nContent-Type: c/d\r\ncontent-LENGTH: 3\r\n\r\nabc"
        )
        head, content, _ = stage.seen[0]
        assert (answer.status, answer.content) == (200, b"ok")
        assert (head.method, head.target, head.version, content) == (b"POST", b"/a//b/../c?%00&x=", b"1.1", b"abc")
        assert head.fields[:7] == (
            (b"X-b", b"1"),
            (b"Host", b"demo.relay.test"),
            (b"x-B", b"caf\xe9"),
            (b"X_y", b""),
            (b"Content-Type", b"a/b"),
            (b"Content-Type", b"c/d"),
            (b"content-LENGTH", b"3"),
        )


@pytest.mark.parametrize(
    "target",
    [
        b"/?",
        b"/??",
        b"/a%2Fb",
        b"//evil/",
        b"/../../etc",
        b"/.%2e/",
        b"/;p=1",
        b"/a#frag",
        b'/a"b{c}|d\\e^f',
        b"/%",
        b"/%zz",
        b"/a+b",
        b"/http://evil/",
        b"/~",
    ],
)
async def test_odd_target_arrives_byte_for_byte(target: bytes) -> None:
    """No target is decoded or normalised on its way."""
    async with opened() as stage:
        await stage.ask(b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n")
        assert stage.seen[0].head.target == target


async def test_star_arrives_for_options() -> None:
    """A question about the app as a whole (RFC 9112 section 3.2.4) is the app's to answer."""
    async with opened() as stage:
        await stage.ask(b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n")
        assert stage.seen[0].head.target == b"*"


async def test_delivery_says_what_the_relay_knows() -> None:
    """The endpoint is told who sent the request, when it came, and the URL it was sent to."""
    async with opened() as stage:
        await stage.ask(GET)
        delivery = stage.requests[0].delivery
        assert (delivery.id, delivery.attempt, delivery.endpoint) == ("dlv_1", 1, "demo")
        assert (delivery.received_at, delivery.remote, delivery.source) == (CLOCK, "127.0.0.1", "live")
        assert delivery.public_url == "http://demo.relay.test"


async def test_path_prefix_names_the_endpoint() -> None:
    """On the relay's own host `/t/NAME` names the endpoint, which does not see it."""
    async with opened() as stage:
        await stage.ask(b"GET /t/demo?q HTTP/1.1\r\nHost: relay.test:8443\r\n\r\n")
        assert stage.seen[0].head.target == b"/?q"
        assert stage.requests[0].delivery.public_url == "http://relay.test:8443/t/demo"


async def test_connection_is_kept() -> None:
    """One connection serves one request after the other."""
    async with opened() as stage:
        peer = await stage.connect()
        assert [(await peer.ask(post(b"%d" % n))).status for n in range(3)] == [200, 200, 200]
        assert [seen.content for seen in stage.seen] == [b"0", b"1", b"2"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
@pytest.mark.parametrize("data", [post(b"hello"), post_chunks(b"hel", b"lo"), b"\r\n" + post(b"hello")])
async def test_request_in_pieces(data: bytes, size: int) -> None:
    """However a request is cut on its way, and whatever follows, it is the same request."""
    async with opened() as stage:
        peer = await stage.connect()
        both = data + GET
        for start in range(0, len(both), size):
            peer.send(both[start : start + size])
            await asyncio.sleep(0)
        assert [(await peer.answer()).status, (await peer.answer()).status] == [200, 200]
        assert [seen.content for seen in stage.seen] == [b"hello", b""]


async def test_pipelined_requests_are_answered_in_order() -> None:
    """What a sender sends ahead is answered in the order it came, each before the next is looked at."""
    async with opened() as stage:
        peer = await stage.connect()
        peer.send(b"".join(post_chunks(b"%d" % n) if n % 3 else post(b"%d" % n) for n in range(200)))
        for _ in range(200):
            assert (await peer.answer()).status == 200
        assert [seen.content for seen in stage.seen] == [b"%d" % n for n in range(200)]


async def test_pipelining_is_bounded() -> None:
    """A sender that sends ahead without end is stopped while its first request is answered."""
    gate = asyncio.Event()

    async def script(_: Request) -> Response:
        """Stand for the endpoint."""
        await gate.wait()
        return Response(OK, Content(b"ok"))

    async with opened(script) as stage:
        peer = await stage.connect()
        flood = GET * 20_000
        for _ in range(20):
            peer.send(flood)
        await settled(lambda: stage.requests)
        size = await steady(peer.writer.transport.get_write_buffer_size)
        assert size > 0
        assert len(stage.requests) == 1
        gate.set()


async def test_refused_requests_in_a_row_do_not_pile_up() -> None:
    """Thousands of pipelined requests that are refused at once cost no depth of the stack."""
    async with opened() as stage:
        peer = await stage.connect()
        peer.send(b"GET / HTTP/1.1\r\nHost: nobody.relay.test\r\n\r\n" * 3000)
        for _ in range(3000):
            assert (await peer.answer()).code == "endpoint-unknown"
        assert (await peer.ask(GET)).status == 200


@pytest.mark.parametrize(
    ("request_data", "keeps"),
    [
        (b"GET / HTTP/1.1\r\n" + HOST + b"\r\n", True),
        (b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n", False),
        (b"GET / HTTP/1.1\r\n" + HOST + b"Connection: foo, CLOSE\r\n\r\n", False),
        (b"GET / HTTP/1.0\r\n" + HOST + b"\r\n", False),
        (b"GET / HTTP/1.0\r\n" + HOST + b"Connection: Keep-Alive\r\n\r\n", True),
    ],
)
async def test_connection_is_kept_as_asked(request_data: bytes, *, keeps: bool) -> None:
    """HTTP/1.1 keeps the connection unless told otherwise, HTTP/1.0 the other way round; the answer says which."""
    async with opened() as stage:
        peer = await stage.connect()
        answer = await peer.ask(request_data)
        if keeps:
            version_10 = b"HTTP/1.0" in request_data
            assert answer.first(b"connection") == (b"keep-alive" if version_10 else None)
            assert (await peer.ask(request_data)).status == 200
        else:
            assert answer.first(b"connection") == b"close"
            assert await peer.rest() == b""


async def test_half_close_still_gets_its_answer() -> None:
    """A sender that ends its half after its requests gets all their answers."""
    gate = asyncio.Event()

    async def script(_: Request) -> Response:
        """Stand for the endpoint."""
        await gate.wait()
        return Response(OK, Content(b"ok"))

    async with opened(script) as stage:
        peer = await stage.connect()
        peer.send(GET + GET)
        peer.end()
        await settled(lambda: stage.requests)
        await asyncio.sleep(0.02)
        gate.set()
        assert [(await peer.answer()).status, (await peer.answer()).status] == [200, 200]
        assert await peer.rest() == b""


@pytest.mark.parametrize("data", [b"GET / HT", post(b"abc", length=5), post_chunks(b"abc")[:-3]])
async def test_half_close_within_a_request_is_refused(data: bytes) -> None:
    """A request that its sender ends in the middle is refused, and nothing of it is taken for whole."""
    async with opened() as stage:
        peer = await stage.connect()
        peer.send(data)
        peer.end()
        assert (await peer.answer()).status == 400
        assert stage.seen == []


@pytest.mark.parametrize("half_closed", [False, True])
async def test_sender_that_leaves_cancels_the_exchange(*, half_closed: bool) -> None:
    """When nobody waits for the answer any more, the endpoint is told at once."""
    ended = asyncio.Event()

    async def script(_: Request) -> Response:
        """Stand for the endpoint."""
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    async with opened(script, patience=QUICK_PRESENCE) as stage:
        peer = await stage.connect()
        peer.send(GET)
        await settled(lambda: stage.requests)
        if half_closed:
            peer.end()
            await asyncio.sleep(0.02)
        peer.reset()
        async with asyncio.timeout(5):
            await ended.wait()
        await settled(lambda: stage.gateway.exchanges == 0 and stage.gateway.connections == 0)
