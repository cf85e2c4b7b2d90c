"""Content that leaves for the app as it comes."""

import asyncio

import pytest

from client.origin.timeouts import OriginTimeouts
from shared.errors import ContentBroken, Failure
from shared.exchange import Content
from tests.client.origin.ways import Source, answered, failure_of, forwarding, past_trial
from tests.exchanges import request
from tests.origins import OK, Caller, origin
from tests.waiting import settled

MIB = 1024 * 1024


@pytest.mark.parametrize("declared", [True, False])
async def test_content_that_is_still_coming(*, declared: bool) -> None:
    """Content leaves as it comes: counted where a length is declared, in chunks where none is."""
    fields = ((b"Content-Length", b"10"),) if declared else ()
    content = Content(b"hello", ended=False)
    async with origin(OK) as app, forwarding(app) as forward:
        async with asyncio.TaskGroup() as group:
            answer = group.create_task(forward(request(content, fields=fields)))
            await settled(lambda: app.connections)
            content.feed(b"world")
            content.end(() if declared else ((b"Digest", b"d"),))
        assert await answered(answer.result()) == (200, b"ok")
    assert (app.asked[0].content, app.asked[0].trailers) == (b"helloworld", b"" if declared else b"Digest: d\r\n")


async def test_slow_sender_has_no_deadline() -> None:
    """While the sender is waited for, the app's time does not run."""
    content = Content(ended=False)
    async with origin(OK) as app, forwarding(app, timeouts=OriginTimeouts(first_byte_seconds=0.3)) as forward:
        async with asyncio.TaskGroup() as group:
            answer = group.create_task(forward(request(content)))
            for _ in range(6):
                await asyncio.sleep(0.06)
                content.feed(b"x")
            content.end()
        assert await answered(answer.result()) == (200, b"ok")
    assert app.asked[0].content == b"xxxxxx"


async def test_upload_that_the_app_does_not_take() -> None:
    """An app that stops reading runs into the deadline."""

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.head()
        await asyncio.Event().wait()

    async with origin(script) as app, forwarding(app, timeouts=OriginTimeouts(first_byte_seconds=0.1)) as forward:
        failed = await failure_of(forward(request(Source(64 * MIB).content)))
    assert failed.failure is Failure.ORIGIN_TIMEOUT


@pytest.mark.parametrize("declared", [True, False])
async def test_sender_that_breaks_off(*, declared: bool) -> None:
    """An app never sees broken content as complete: it gets no end of content, but a reset."""
    seen: list[bytes | str] = []
    fields = ((b"Content-Length", b"10"),) if declared else ()
    framed = b"hello" if declared else b"5\r\nhello\r\n"

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.head()
        seen.append(await caller.reader.readexactly(len(framed)))
        seen.append(await caller.left())

    content = Content(b"hello", ended=False)
    async with origin(script) as app, forwarding(app) as forward, asyncio.TaskGroup() as group:
        failing = group.create_task(failure_of(forward(request(content, fields=fields))))
        await settled(lambda: seen)
        content.fail(ContentBroken(Failure.SENDER_ABORTED, "gone"))
        failed = await failing
        await settled(lambda: len(seen) > 1)
    assert (failed.failure, failed.detail, failed.delivered) == (Failure.SENDER_ABORTED, "gone", "unknown")
    assert seen == [framed, "reset"]


@pytest.mark.parametrize(("sent", "failure"), [(b"12345", Failure.BAD_REQUEST), (b"123", Failure.SENDER_ABORTED)])
async def test_content_that_is_not_as_long_as_declared(sent: bytes, failure: Failure) -> None:
    """More or less content than declared never reaches the app as a complete request."""
    content = Content(ended=False)
    fields = ((b"Content-Length", b"4"),)
    async with origin(OK) as app, forwarding(app) as forward, asyncio.TaskGroup() as group:
        failing = group.create_task(failure_of(forward(request(content, fields=fields))))
        await settled(lambda: app.connections)
        content.feed(sent)
        content.end()
        assert (await failing).failure is failure
    assert app.asked == []


async def test_trailer_that_is_none_breaks_the_upload() -> None:
    """A trailer that cannot be written leaves the request incomplete."""
    content = Content(b"x", ended=False)
    async with origin(OK) as app, forwarding(app) as forward, asyncio.TaskGroup() as group:
        failing = group.create_task(failure_of(forward(request(content))))
        await settled(lambda: app.connections)
        content.end(((b"A", b"b\r\nC: d"),))
        assert (await failing).failure is Failure.BAD_REQUEST
    assert app.asked == []


async def test_upload_of_64_mib_arrives() -> None:
    """Long content arrives whole, and no more of it is asked for ahead than a window."""
    taken = 0

    async def script(caller: Caller) -> None:
        """Play the app."""
        nonlocal taken
        await caller.head()
        for _ in range(64):
            taken += len(await caller.reader.readexactly(MIB))
        await caller.send(OK)

    source = Source(64 * MIB)
    fields = ((b"Content-Length", str(64 * MIB).encode()),)
    async with origin(script) as app, forwarding(app) as forward:
        assert await answered(await forward(request(source.content, fields=fields))) == (200, b"ok")
    assert (taken, source.made_bytes) == (64 * MIB, 64 * MIB)


async def test_upload_to_an_app_that_stops_reading() -> None:
    """An app that does not read makes the sender wait: what was asked for is what the kernel's buffers hold."""

    async def script(caller: Caller) -> None:
        """Play the app."""
        caller.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.Event().wait()

    source = Source(64 * MIB)
    async with origin(script) as app, forwarding(app) as forward, asyncio.TaskGroup() as group:
        answer = group.create_task(forward(request(source.content)))
        made = -1
        while made != source.made_bytes:
            made = source.made_bytes
            await asyncio.sleep(0.1)
        assert source.made_bytes < 16 * MIB
        answer.cancel()


@pytest.mark.parametrize("status", [b"200 OK", b"413 Too Large"])
async def test_early_answer(status: bytes) -> None:
    """An answer before the upload's end comes through; after an error no more is sent, else the app gets the rest."""
    rest: list[bytes] = []

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.head()
        await caller.send(b"HTTP/1.1 " + status + b"\r\nContent-Length: 5\r\n\r\nearly")
        rest.append(await caller.reader.read(65_536))

    content = Content(ended=False)
    async with origin(script) as app, forwarding(app) as forward:
        response = await forward(request(content))
        assert await response.content.read() == b"early"
        if status.startswith(b"2"):
            content.feed(b"rest")
            await settled(lambda: rest)
            assert rest == [b"4\r\nrest\r\n"]
        else:
            assert await response.content.read() == b""
        response.close()


async def test_early_answer_ends_with_the_upload() -> None:
    """An early answer is over when the upload is, and the connection then serves the next exchange."""
    content = Content(ended=False)

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.head()
        await caller.send(OK)
        assert await caller.reader.readuntil(b"\r\n0\r\n\r\n") == b"4\r\nrest\r\n0\r\n\r\n"
        await asyncio.sleep(0)
        await caller.request()
        await caller.send(OK)

    async with origin(script) as app, forwarding(app) as forward:
        response = await forward(request(content))
        content.feed(b"rest")
        content.end()
        assert await answered(response) == (200, b"ok")
        await past_trial()
        assert await answered(await forward(request())) == (200, b"ok")
    assert app.connections == 1


async def test_early_answer_of_an_app_that_reads_no_more() -> None:
    """An app that has answered and stops reading is not waited for: the answer is complete, the rest is dropped."""

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.head()
        caller.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await caller.send(OK)
        await asyncio.Event().wait()

    async with origin(script) as app, forwarding(app, timeouts=OriginTimeouts(linger_seconds=0.1)) as forward:
        assert await answered(await forward(request(Source(64 * MIB).content))) == (200, b"ok")


async def test_early_answer_of_an_app_that_leaves() -> None:
    """An app that answers and closes has said all it wanted."""

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.head()
        await caller.send(OK)
        caller.half_close()
        await caller.left()

    async with origin(script) as app, forwarding(app) as forward:
        assert await answered(await forward(request(Content(ended=False)))) == (200, b"ok")


async def test_answer_and_upload_beside_each_other() -> None:
    """An app may answer piece by piece while it is still being sent to."""

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.head()
        await caller.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(3):
            await caller.send(b"6\r\n" + await caller.reader.readexactly(6) + b"\r\n")
        await caller.reader.readuntil(b"0\r\n\r\n")
        await caller.send(b"0\r\n\r\n")

    content = Content(ended=False)
    async with origin(script) as app, forwarding(app) as forward:
        response = await forward(request(content))
        for piece in (b"a", b"b", b"c"):
            content.feed(piece)
            assert await response.content.read() == b"1\r\n" + piece + b"\r\n"
        content.end()
        assert await answered(response) == (200, b"")
