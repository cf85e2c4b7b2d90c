"""Connections: what comes of answers, and of their absence."""

import asyncio

import pytest

from client.origin.inflow import WINDOW_BYTES
from client.origin.timeouts import OriginTimeouts
from shared.errors import Failure
from shared.exchange import Content
from tests.client.origin.ways import answered, broken, failure_of, forwarding, past_trial
from tests.exchanges import request
from tests.origins import MALFORMED, OK, Caller, Malformed, Then, origin, saying
from tests.waiting import settled

MIB = 1024 * 1024


@pytest.mark.parametrize("case", MALFORMED, ids=lambda case: case.name)
async def test_malformed_answer(case: Malformed) -> None:
    """Each kind of malformed answer has its code; the next exchange is not harmed."""
    answers = [saying(case.raw, then=case.then), saying(OK)]

    async def script(caller: Caller) -> None:
        """Play the app."""
        await answers.pop(0)(caller)

    async with origin(script) as app, forwarding(app) as forward:
        failed = await failure_of(forward(request(b"x")))
        assert failed.failure is case.failure
        assert failed.delivered == ("unknown" if case.failure is Failure.ORIGIN_CLOSED else "yes")
        assert await answered(await forward(request(b"x"))) == (200, b"ok")


COUNTED = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("pieces", "then", "failure"),
    [
        ([COUNTED, b"abc"], "close", Failure.ORIGIN_TRUNCATED),
        ([COUNTED, b"abc"], "half-close", Failure.ORIGIN_TRUNCATED),
        ([COUNTED, b"abc"], "reset", Failure.ORIGIN_TRUNCATED),
        ([CHUNKED, b"3\r\nabc\r\n"], "close", Failure.ORIGIN_TRUNCATED),
        ([b"HTTP/1.1 200 OK\r\n\r\n", b"abc"], "reset", Failure.ORIGIN_TRUNCATED),
        ([CHUNKED, b"zz\r\n"], "wait", Failure.ORIGIN_BAD_RESPONSE),
    ],
)
async def test_answer_that_breaks_off(pieces: list[bytes], then: Then, failure: Failure) -> None:
    """An answer that stops before its end never looks complete."""
    begun = asyncio.Event()

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.request()
        await caller.send(pieces[0])
        await begun.wait()
        await caller.send(pieces[1])
        await caller.end(then)

    async with origin(script) as app, forwarding(app) as forward:
        response = await forward(request())
        begun.set()
        assert await broken(response.content) is failure
        response.close()


async def test_app_that_gives_no_answer() -> None:
    """After the first-byte time the exchange fails, and the app is told by a reset."""
    left: list[str] = []

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.request()
        left.append(await caller.left())

    async with origin(script) as app, forwarding(app, timeouts=OriginTimeouts(first_byte_seconds=0.05)) as forward:
        failed = await failure_of(forward(request(b"x")))
        assert failed.failure is Failure.ORIGIN_TIMEOUT
        assert (failed.detail, failed.delivered) == ("no answer after 0.05 s", "unknown")
        await settled(lambda: left)
    assert left == ["reset"]


async def test_app_that_stops_within_its_head() -> None:
    """A head that does not become complete counts as none."""
    script = saying(b"HTTP/1.1 200 OK\r\nContent-", then="wait")
    async with origin(script) as app, forwarding(app, timeouts=OriginTimeouts(first_byte_seconds=0.05)) as forward:
        assert (await failure_of(forward(request()))).failure is Failure.ORIGIN_TIMEOUT


async def test_slow_content_may_take_its_time() -> None:
    """Once an answer has begun it may take as long as it likes, while it goes on."""

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.request()
        await caller.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n")
        for _ in range(6):
            await asyncio.sleep(0.06)
            await caller.send(b"x")

    async with origin(script) as app, forwarding(app, timeouts=OriginTimeouts(first_byte_seconds=0.3)) as forward:
        assert await answered(await forward(request())) == (200, b"xxxxxx")


STREAM = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"


@pytest.mark.parametrize("head", [COUNTED, STREAM + b"Content-Type: text/plain\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
@pytest.mark.parametrize("piece", [b"", b"4\r\nhell\r\n"])
async def test_answer_that_stops_within_its_content_is_cut_off(head: bytes, piece: bytes) -> None:
    """It breaks with what it waited for, and the app is told by a reset; others are not harmed."""
    left: list[str] = []

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.request()
        await caller.send(head + piece)
        left.append(await caller.left())

    async with origin(script) as app, forwarding(app, timeouts=OriginTimeouts(first_byte_seconds=0.03)) as forward:
        response = await forward(request())
        assert await broken(response.content) is Failure.ORIGIN_TIMEOUT
        response.close()
        await settled(lambda: left)
    assert left == ["reset"]


@pytest.mark.parametrize(
    "kind", [b"text/event-stream", b"Text/Event-Stream; charset=utf-8", b"multipart/x-mixed-replace"]
)
async def test_stream_of_events_may_be_silent(kind: bytes) -> None:
    """Nothing happens, so nothing is said: that is no fault of the app's."""
    later = asyncio.Event()

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.request()
        await caller.send(STREAM + b"Content-Type: " + kind + b"\r\n\r\n")
        await later.wait()
        await caller.send(b"4\r\nlate\r\n0\r\n\r\n")

    async with origin(script) as app, forwarding(app, timeouts=OriginTimeouts(first_byte_seconds=0.01)) as forward:
        response = await forward(request())
        asyncio.get_running_loop().call_later(0.3, later.set)
        assert await answered(response) == (200, b"late")


async def test_answer_that_nobody_takes_is_not_silent() -> None:
    """While the sender reads nothing, it is not the app that is waited for."""
    content = b"x" * (4 * WINDOW_BYTES)

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.request()
        await caller.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content))
        await caller.send(content)

    async with origin(script) as app, forwarding(app, timeouts=OriginTimeouts(first_byte_seconds=1)) as forward:
        response = await forward(request())
        await asyncio.sleep(1.5)
        assert await answered(response) == (200, content)


async def test_early_answer_waits_for_the_rest_of_its_request() -> None:
    """An app that has begun to answer and reads on is not silent while its sender is slow."""

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.head()
        await caller.send(COUNTED)
        await caller.reader.readexactly(len(b"5\r\n12345\r\n") * 2)
        await caller.send(b"1234567890")

    asked = request()
    asked.content = content = Content(ended=False)
    content.feed(b"12345")
    async with origin(script) as app, forwarding(app, timeouts=OriginTimeouts(first_byte_seconds=1)) as forward:
        response = await forward(asked)
        await asyncio.sleep(1.5)
        content.feed(b"67890")
        content.end()
        assert await answered(response) == (200, b"1234567890")


async def test_large_request_that_the_app_takes_slowly() -> None:
    """The time to the first byte runs from the request's last progress, not from its beginning."""

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.head()
        for _ in range(8):
            await asyncio.sleep(0.08)
            await caller.reader.readexactly(4 * MIB)
        await caller.send(OK)

    async with origin(script) as app, forwarding(app, timeouts=OriginTimeouts(first_byte_seconds=0.5)) as forward:
        assert await answered(await forward(request(b"x" * (32 * MIB)))) == (200, b"ok")


@pytest.mark.parametrize(("status", "rest"), [(b"200 OK", "closed"), (b"413 Too Large", "reset")])
async def test_answer_before_a_large_request_was_taken(status: bytes, rest: str) -> None:
    """An app may answer at once and read on; after an error it is not sent the rest."""
    left: list[tuple[str, int]] = []

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.head()
        caller.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await caller.send(OK.replace(b"200 OK", status))
        await asyncio.sleep(0.05)
        caller.writer.transport.resume_reading()  # type: ignore[attr-defined]
        taken = 0
        try:
            while data := await caller.reader.read(MIB):
                taken += len(data)
        except ConnectionResetError:
            left.append(("reset", taken))
        else:
            left.append(("closed", taken))

    async with origin(script) as app, forwarding(app) as forward:
        response = await forward(request(b"x" * (32 * MIB), fields=((b"Content-Length", b"%d" % (32 * MIB)),)))
        assert (await answered(response))[1] == b"ok"
        await settled(lambda: left)
    assert left[0][0] == rest
    assert (left[0][1] == 32 * MIB) is (rest == "closed")


async def test_answer_of_an_app_that_never_takes_the_request() -> None:
    """What an app does not take after its answer does not hold the connection for ever."""
    gone: list[bool] = []

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.head()
        caller.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await caller.send(OK)
        await asyncio.sleep(0.3)
        caller.writer.transport.resume_reading()  # type: ignore[attr-defined]
        await caller.left()
        gone.append(True)

    async with origin(script) as app, forwarding(app, timeouts=OriginTimeouts(linger_seconds=0.05)) as forward:
        assert await answered(await forward(request(b"x" * (32 * MIB)))) == (200, b"ok")
        await settled(lambda: gone)


async def test_download_of_64_mib() -> None:
    """A long answer arrives whole, in pieces."""

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.request()
        await caller.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (64 * MIB), *[b"z" * MIB] * 64)
        await caller.left()

    total, largest = 0, 0
    async with origin(script) as app, forwarding(app) as forward:
        response = await forward(request())
        while data := await response.content.read():
            total += len(data)
            largest = max(largest, len(data))
        response.close()
    assert total == 64 * MIB
    assert largest <= 2 * WINDOW_BYTES


async def test_download_that_nobody_takes() -> None:
    """While the sender does not take an answer, the app is made to wait, and its bytes stay with it."""
    callers: list[Caller] = []

    async def script(caller: Caller) -> None:
        """Play the app."""
        callers.append(caller)
        await caller.request()
        await caller.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (64 * MIB), *[b"z" * 65_536] * 1024)
        await caller.left()

    async with origin(script) as app, forwarding(app) as forward:
        response = await forward(request())
        sent = -1
        while sent != callers[0].sent_bytes:
            sent = callers[0].sent_bytes
            await asyncio.sleep(0.1)
        assert sent < 16 * MIB
        assert (await answered(response))[1] == b"z" * (64 * MIB)


async def test_response_closed_before_its_end() -> None:
    """Closing a response early resets the connection; nobody waits for the rest."""
    left: list[str] = []

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.request()
        await caller.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        left.append(await caller.left())

    async with origin(script) as app, forwarding(app) as forward:
        response = await forward(request())
        assert await response.content.read() == b"abc"
        response.close()
        assert await broken(response.content) is Failure.SENDER_ABORTED
        await settled(lambda: left)
    assert left == ["reset"]


async def test_response_closed_after_its_end() -> None:
    """Closing a response whose content came whole leaves the connection for the next exchange."""
    async with origin(OK) as app, forwarding(app) as forward:
        responses = [await forward(request()) for _ in range(2)]
        await past_trial()
        third = await forward(request())
        for response in (*responses, third):
            assert await answered(response) == (200, b"ok")
    assert app.connections == 2


async def test_unused_connection_is_closed_in_time() -> None:
    """A connection that nobody needs is closed by us, before the app does it."""
    left: list[str] = []

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.request()
        await caller.send(OK)
        left.append(await caller.left())

    async with origin(script) as app, forwarding(app, timeouts=OriginTimeouts(kept_seconds=0.05)) as forward:
        await answered(await forward(request()))
        await settled(lambda: left)
    assert left == ["closed"]


@pytest.mark.parametrize(("said", "connections"), [(b"timeout=0", 2), (b"timeout=60", 1)])
async def test_app_says_how_long_it_keeps_connections(said: bytes, connections: int) -> None:
    """What an app says about unused connections is heeded."""
    raw = OK.replace(b"\r\n\r\n", b"\r\nKeep-Alive: " + said + b"\r\n\r\n")
    async with origin(raw) as app, forwarding(app) as forward:
        await answered(await forward(request()))
        await past_trial()
        await answered(await forward(request()))
    assert app.connections == connections


async def test_bytes_that_nobody_asked_for() -> None:
    """A connection on which bytes come out of turn is dropped."""

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.request()
        await caller.send(OK)
        await asyncio.sleep(0.01)
        await caller.send(OK)
        await caller.left()

    async with origin(script) as app, forwarding(app) as forward:
        await answered(await forward(request()))
        await past_trial()
        await answered(await forward(request()))
    assert app.connections == 2
