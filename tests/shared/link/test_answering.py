"""The answering end of a link, while it ends."""

import asyncio

import msgspec
import pytest

from shared.errors import ExchangeFailed, Failure, LinkClosed
from shared.exchange import Request, Response
from shared.link import Doorstep, Link
from shared.protocol.connection import Connection
from tests.exchanges import echo, request
from tests.pairs import linked, wires
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


@pytest.mark.parametrize(
    "said",
    [
        {"id": 'dlv_"""\nimport os'},
        {"id": ""},
        {"id": "dlv_1\n"},
        {"id": "dlv_" + "1" * 41},
        {"endpoint": "de mo"},
        {"remote": "192.0.2.1\x1b[2J"},
        {"public_url": "https://demo.relay.test/\x9b"},
        {"public_url": "https://h\nhttps://h"},
    ],
)
async def test_delivery_that_no_relay_can_mean_is_refused(said: dict[str, str]) -> None:
    """What could leave a file's quotes or steer a terminal ends its own request, and the link stays."""
    good = request()
    bad = Request(good.head, msgspec.structs.replace(good.delivery, **said), good.content)
    async with linked(echo) as pair:
        with pytest.raises(ExchangeFailed) as failed:
            await pair.relay.request(bad)
        answered = await pair.relay.request(request())
    assert (failed.value.failure, failed.value.delivered, answered.head.status) == (Failure.BAD_REQUEST, "no", 200)
