"""A caller that goes away, at every moment of an exchange."""

import asyncio

import pytest

from client.origin.forward import Forward
from shared.exchange import Content, Request, Response
from shared.http import RequestHead
from tests.authority import Authority
from tests.client.origin.ways import Source, answered, forwarding
from tests.exchanges import DELIVERY, request
from tests.origins import OK, Caller, origin
from tests.waiting import settled

PIECE = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"


async def call_then_cancel(forward: Forward, asked: Request, moment: asyncio.Event) -> None:
    """Call, and cancel the call when `moment` has come."""
    async with asyncio.TaskGroup() as group:
        call = group.create_task(_take(forward, asked))
        await moment.wait()
        call.cancel()


async def _take(forward: Forward, asked: Request) -> None:
    response = await forward(asked)
    try:
        while await response.content.read():
            pass
    finally:
        response.close()


REQUESTS = {
    "whole": lambda: request(b"x"),
    "streamed": lambda: request(Content(b"x", ended=False)),
    "long": lambda: request(Source(64 * 1024 * 1024).content),
    "upgrade": lambda: Request(RequestHead(b"GET", b"/", (), upgrade=b"echo"), DELIVERY, Content(ended=False)),
}


@pytest.mark.parametrize("kind", REQUESTS)
@pytest.mark.parametrize("says", [b"", b"HTTP/1.1 20", PIECE], ids=["nothing", "half a head", "half an answer"])
async def test_call_that_is_cancelled(kind: str, says: bytes) -> None:
    """The app sees a reset, the next exchange is not harmed, and no task or connection is left."""
    moment = asyncio.Event()
    left: list[str] = []

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.head()
        if left:
            await caller.send(OK)
            return
        await caller.send(says)
        await asyncio.sleep(0.01)
        moment.set()
        left.append(await caller.left())

    async with origin(script) as app, forwarding(app) as forward:
        await call_then_cancel(forward, REQUESTS[kind](), moment)
        await settled(lambda: left)
        assert left == ["reset"]
        assert await answered(await forward(request())) == (200, b"ok")


async def test_call_that_is_cancelled_with_its_answer_here() -> None:
    """An answer that arrives in the same turn as the cancellation does not leak its connection."""
    loop = asyncio.get_running_loop()
    async with origin(OK) as app, forwarding(app) as forward:
        for delay in (0.0, 0.0001, 0.0002, 0.0005, 0.001, 0.002):
            async with asyncio.TaskGroup() as group:
                call = group.create_task(forward(request()))
                loop.call_later(delay, call.cancel)
        assert await answered(await forward(request())) == (200, b"ok")


async def test_call_that_is_cancelled_while_it_connects(authority: Authority) -> None:
    """A connection that is still being made is given up, TLS handshake or not."""
    accepted: list[str] = []

    async def script(caller: Caller) -> None:
        """Play an app that never answers the handshake."""
        accepted.append(await caller.left())

    async with origin(script) as app, forwarding(f"https://127.0.0.1:{app.port}", insecure=True) as forward:
        async with asyncio.TaskGroup() as group:
            call = group.create_task(forward(request()))
            await settled(lambda: app.connections)
            call.cancel()
        await settled(lambda: accepted)


async def test_app_is_gone_when_the_call_is_cancelled() -> None:
    """A cancellation after the failure changes nothing."""

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.head()

    async with origin(script) as app, forwarding(app) as forward:
        responses: list[Response] = []
        async with asyncio.TaskGroup() as group:
            call = group.create_task(_collect(forward, responses))
            await settled(lambda: app.connections)
            await asyncio.sleep(0.02)
            call.cancel()
        assert responses == []


async def _collect(forward: Forward, responses: list[Response]) -> None:
    try:
        responses.append(await forward(request()))
    except Exception:  # noqa: BLE001 - whatever it is, it came before the cancellation
        await asyncio.Event().wait()
