"""Kept connections that the app has closed meanwhile."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from client.origin.forward import Forward
from client.origin.liveness import Liveness
from shared.errors import Failure
from tests.client.origin.ways import answered, failure_of, forwarding, past_trial
from tests.exchanges import request
from tests.origins import OK, Caller, origin
from tests.waiting import settled


class Watched(asyncio.Protocol):
    """Looks at its connection's liveness at its end, as a connection to the app does."""

    def __init__(self) -> None:
        self.acknowledged: list[bool] = []
        self.sent_before = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to look."""
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.liveness = Liveness(self.transport)

    def eof_received(self) -> None:
        """Look at an end by FIN."""
        self.acknowledged.append(self.liveness.acknowledged(self.sent_before))

    def connection_lost(self, exc: Exception | None) -> None:
        """Look at an end by reset."""
        self.acknowledged.append(self.liveness.acknowledged(self.sent_before))


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[Watched, socket.socket]]:
    """Give a connection's near end, and its far end as a plain socket whose every deed takes effect at once."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        _, near = await asyncio.get_running_loop().create_connection(Watched, *listener.getsockname())
        far, _ = listener.accept()
        with far:
            try:
                yield near, far
            finally:
                near.transport.abort()
                await settled(lambda: near.acknowledged)


async def test_quiet_until_anything_comes() -> None:
    """Bytes and an end are noticed before the loop has delivered them."""
    async with connected() as (near, far):
        assert near.liveness.quiet() is True
        far.send(b"x")
        assert near.liveness.quiet() is False
    async with connected() as (near, far):
        far.shutdown(socket.SHUT_WR)
        assert near.liveness.quiet() is False


async def test_bytes_that_crossed_the_close_were_not_taken() -> None:
    """What is written to a connection that the app has closed already was seen by nobody."""
    async with connected() as (near, far):
        near.transport.write(b"first")
        await settled(lambda: far.recv(5, socket.MSG_PEEK) == b"first")
        far.recv(5)
        near.sent_before = 5
        far.close()
        near.transport.write(b"second")
        await settled(lambda: near.acknowledged)
        assert near.acknowledged[0] is False


async def test_bytes_that_arrived_may_have_been_taken() -> None:
    """What the app had received when it closed may have been acted on."""
    async with connected() as (near, far):
        near.transport.write(b"first")
        await settled(lambda: far.recv(5, socket.MSG_PEEK) == b"first")
        far.recv(5)
        far.close()
        await settled(lambda: near.acknowledged)
        assert near.acknowledged[0] is True


async def test_unix_socket_cannot_tell() -> None:
    """Where the system does not tell, bytes count as taken."""
    near_end, far = socket.socketpair()
    with far:
        _, near = await asyncio.get_running_loop().create_unix_connection(Watched, sock=near_end)
        far.close()
        await settled(lambda: near.acknowledged)
        near.transport.abort()
        assert near.acknowledged[0] is True


async def trust(forward: Forward) -> None:
    """Use one connection twice, so that the app is known to keep it."""
    await answered(await forward(request()))
    await past_trial()
    await answered(await forward(request()))


async def test_close_that_the_loop_has_not_seen() -> None:
    """A close that came while the loop was busy with other things costs no exchange."""
    callers: list[Caller] = []

    async def script(caller: Caller) -> None:
        """Play the app."""
        callers.append(caller)
        while True:
            await caller.request()
            await caller.send(OK)

    async with origin(script) as app, forwarding(app) as forward:
        await trust(forward)
        far = callers[0].writer.get_extra_info("socket")
        with socket.fromfd(far.fileno(), socket.AF_INET, socket.SOCK_STREAM) as same:
            same.shutdown(socket.SHUT_RDWR)
        assert await answered(await forward(request(b"x"))) == (200, b"ok")
    assert app.connections == 2


@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize("method", [b"POST", b"GET"])
async def test_app_that_takes_a_request_and_goes(how: str, method: bytes) -> None:
    """A request that the app may have acted on is sent again only if its method allows it."""
    asked: list[bytes] = []

    async def script(caller: Caller) -> None:
        """Play the app: the first connection ends with its third request."""
        for _ in range(2):
            asked.append((await caller.request()).content)
            await caller.send(OK)
        asked.append((await caller.request()).content)
        caller.close() if how == "close" else caller.reset()

    async with origin(script) as app, forwarding(app) as forward:
        await trust(forward)
        if method == b"GET":
            assert await answered(await forward(request(method=method))) == (200, b"ok")
        else:
            failed = await failure_of(forward(request(b"x", method=method)))
            assert (failed.failure, failed.delivered) == (Failure.ORIGIN_CLOSED, "unknown")
    assert (app.connections, asked.count(b"x")) == ((2, 0) if method == b"GET" else (1, 1))


async def test_first_request_of_a_connection_is_not_sent_again() -> None:
    """An app that closes a new connection without an answer has the fault itself."""

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.request()

    async with origin(script) as app, forwarding(app) as forward:
        assert (await failure_of(forward(request(method=b"GET")))).failure is Failure.ORIGIN_CLOSED
    assert app.connections == 1


@pytest.mark.parametrize(("delay_seconds", "clock"), [(0.0, time.time), (0.005, lambda: 1.0)], ids=["soon", "late"])
async def test_app_that_says_it_stays_and_goes(delay_seconds: float, clock: Callable[[], float]) -> None:
    """An app that closes after each answer without a word gets a new connection for each request, and all arrive.

    The clock that stands still keeps the app on trial, however slow this machine is.
    """

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.request()
        await caller.send(OK)
        await asyncio.sleep(delay_seconds)

    async def post(forward: Forward) -> None:
        """Send some in a row."""
        for _ in range(10):
            assert await answered(await forward(request(b"x"))) == (200, b"ok")

    async with origin(script) as app, forwarding(app, clock=clock) as forward, asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(post(forward))
    assert app.connections == 50
