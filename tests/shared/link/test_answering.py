"""The answering end of a link, while it ends."""

import asyncio

import pytest

from shared.errors import LinkClosed
from shared.exchange import Request, Response
from shared.link import Doorstep, Link
from shared.protocol.connection import Connection
from tests.exchanges import request
from tests.pairs import wires
from tests.waiting import settled


def messages(count: int) -> list[bytes]:
    """Give what a relay sends that asks so many times."""
    relay, asked, said = Connection(relay=True), request(), []
    for _ in range(count):
        relay.open_stream(asked.head, asked.delivery, end=True)
        said.append(relay.outgoing.take())
    return said


async def test_request_that_comes_while_the_client_ends_is_nobody_s() -> None:
    """A handler that takes its time to end does not keep the link open for others."""
    served: list[Request] = []

    async def slow_to_end(asked: Request) -> Response:
        served.append(asked)
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
        raise AssertionError

    first, second = messages(2)
    link = Link(relay=False, on_event=lambda _: None)
    here, _there = wires()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(link.run(slow_to_end))
        await asyncio.sleep(0)
        link.attach(Doorstep(here))
        link.take_message(first)
        await settled(lambda: served)
        running.cancel()
        await asyncio.sleep(0)
        link.take_message(second)
    assert (len(served), link.active, here.lost) == (1, 0, True)


async def test_link_that_has_ended_takes_no_requests() -> None:
    """Whoever asks hears that nothing was sent."""
    link = Link(relay=True, on_event=lambda _: None)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(link.run())
        await asyncio.sleep(0)
        running.cancel()
    with pytest.raises(LinkClosed):
        await link.request(request())
