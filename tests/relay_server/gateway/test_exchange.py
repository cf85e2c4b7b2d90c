"""Answers as they reach the sender, over real sockets."""

import asyncio

import pytest

from relay_server.gateway.settings import Patience
from shared.errors import ContentBroken, Failure
from shared.exchange import Content, Request, Response
from shared.http.heads import ResponseHead
from tests.relay_server.gateway.stage import (
    GET,
    HOST,
    OK,
    opened,
    replace_length,
    saying,
    steady,
)
from tests.waiting import settled

QUICK_PRESENCE = Patience(presence=0.05)


async def test_answer_leaves_byte_for_byte() -> None:
    """Order, case, repetition and octets of the app's fields reach the sender as they were, in one write."""
    fields = ((b"X-b", b"\xe9"), (b"x-B", b""), (b"content-length", b"2"), (b"Set-Cookie", b"a=1"))
    async with opened(saying(ResponseHead(201, b"Made \xe9", fields), b"ok")) as stage:
        peer = await stage.connect()
        peer.send(GET)
        expected = b"HTTP/1.1 201 Made \xe9\r\nX-b: \xe9\r\nx-B: \r\ncontent-length: 2\r\nSet-Cookie: a=1\r\n\r\nok"
        assert await peer.reader.readexactly(len(expected)) == expected


async def test_http_10_gets_length_or_close() -> None:
    """A sender of HTTP/1.0 never sees chunks: whole content gets its length, other content ends with the connection."""
    async with opened(saying(ResponseHead(200, b"OK", ()), b"whole")) as stage:
        answer = await stage.ask(b"GET / HTTP/1.0\r\n" + HOST + b"\r\n")
        assert (answer.first(b"content-length"), answer.content) == (b"5", b"whole")
        stream = Content(ended=False)
        stage.script = saying(ResponseHead(200, b"OK", ()), stream)
        peer = await stage.connect()
        peer.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n" + HOST + b"\r\n")
        await settled(lambda: len(stage.requests) == 2)
        stream.feed(b"part")
        stream.end()
        answer = await peer.answer()
        assert (answer.first(b"connection"), answer.first(b"transfer-encoding")) == (b"close", None)
        assert answer.content == b"part"


@pytest.mark.parametrize(
    ("method", "status", "length", "on_the_wire"),
    [
        (b"HEAD", 200, b"5", b"5"),
        (b"HEAD", 200, None, None),
        (b"GET", 304, b"5", b"5"),
        (b"GET", 204, b"5", None),
        (b"GET", 204, None, None),
        (b"GET", 200, None, b"0"),
    ],
)
async def test_answers_without_content(
    method: bytes, status: int, length: bytes | None, on_the_wire: bytes | None
) -> None:
    """HEAD, 204 and 304 have no content whatever the app says, and the next answer follows right behind."""
    fields = ((b"Content-Length", length),) if length else ()
    async with opened(saying(ResponseHead(status, b"X", fields))) as stage:
        peer = await stage.connect()
        for _ in range(2):
            peer.send(method + b" / HTTP/1.1\r\n" + HOST + b"\r\n")
            answer = await peer.answer(to_head=method == b"HEAD")
            assert (answer.status, answer.content) == (status, b"")
            assert answer.first(b"content-length") == on_the_wire
            assert answer.first(b"transfer-encoding") is None


async def test_head_answer_with_content_is_cut() -> None:
    """Content that an app gives to HEAD is not sent: it would be read as the next answer."""
    async with opened(saying(replace_length(OK, 5), b"hello")) as stage:
        peer = await stage.connect()
        peer.send(b"HEAD / HTTP/1.1\r\n" + HOST + b"\r\n" + GET)
        assert (await peer.answer(to_head=True)).first(b"content-length") == b"5"
        assert (await peer.answer()).content == b"hello"


async def test_invalid_answer_is_a_refusal() -> None:
    """An answer that would split the message is never written; the sender learns that the app got the request."""
    bad = ResponseHead(200, b"OK", ((b"X-A", b"a\r\nX-Injected: 1"),))
    async with opened(saying(bad, b"")) as stage:
        answer = await stage.ask(GET)
        assert (answer.status, answer.code) == (502, "origin-bad-response")
        assert b'"delivered": "yes"' in answer.content
        assert b"Injected" not in answer.content


async def test_sender_that_leaves_closes_the_answer() -> None:
    """An answer whose sender left is closed, so that nothing goes on for it."""
    closed = asyncio.Event()
    stream = Content(ended=False)

    async def script(_: Request) -> Response:
        """Stand for the endpoint."""
        response = Response(ResponseHead(200, b"OK", ()), stream)
        response.on_close(closed.set)
        return response

    async with opened(script) as stage:
        peer = await stage.connect()
        peer.send(GET)
        stream.feed(b"data")
        await peer.reader.readuntil(b"data")
        peer.reset()
        async with asyncio.timeout(5):
            await closed.wait()


@pytest.mark.parametrize("length", [None, b"10"])
async def test_truncated_answer_never_looks_complete(length: bytes | None) -> None:
    """When the app's answer breaks off, the sender misses its end."""
    stream = Content(ended=False)
    fields = ((b"Content-Length", length),) if length else ()
    async with opened(saying(ResponseHead(200, b"OK", fields), stream)) as stage:
        peer = await stage.connect()
        peer.send(GET)
        stream.feed(b"part")
        await peer.reader.readuntil(b"part")
        stream.fail(ContentBroken(Failure.ORIGIN_TRUNCATED))
        assert await peer.rest() in (b"", b"\r\n")


async def test_truncated_answer_without_framing_is_reset() -> None:
    """Where only the connection's end tells the content's, breaking off is a reset."""
    stream = Content(ended=False)
    async with opened(saying(ResponseHead(200, b"OK", ()), stream)) as stage:
        peer = await stage.connect()
        peer.send(b"GET / HTTP/1.0\r\n" + HOST + b"\r\n")
        stream.feed(b"part")
        await peer.reader.readuntil(b"part")
        stream.fail(ContentBroken(Failure.ORIGIN_TRUNCATED))
        with pytest.raises(ConnectionResetError):
            await peer.rest()


@pytest.mark.parametrize("given", [b"abc", b"abcdefgh"])
async def test_content_of_another_length_never_looks_complete(given: bytes) -> None:
    """Content that is longer or shorter than its head says ends the connection before it is complete."""
    stream = Content(ended=False)
    async with opened(saying(replace_length(OK, 5), stream)) as stage:
        peer = await stage.connect()
        peer.send(GET)
        await peer.reader.readuntil(b"\r\n\r\n")
        stream.feed(given)
        stream.end()
        assert len(await peer.rest()) < 5


async def test_download_waits_for_its_reader() -> None:
    """An answer is taken from the endpoint no faster than the sender reads it."""
    stream = Content(ended=False)
    async with opened(saying(ResponseHead(200, b"OK", ()), stream)) as stage:
        peer = await stage.connect()
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        peer.send(GET)
        for _ in range(400):
            stream.feed(b"x" * 65536)
        left = await steady(lambda: len(stream._chunks))
        assert left > 100
        peer.writer.transport.resume_reading()  # type: ignore[attr-defined]
        stream.end()
        assert len((await peer.answer()).content) == 26_214_400
