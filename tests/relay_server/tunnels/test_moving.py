"""A client that moves from one link to the next, as when its relay is replaced."""

import asyncio
from pathlib import Path

from relay_server.endpoint import Endpoint
from shared.exchange import Request, Response
from tests.doors import Door, Visitor, opened, visiting
from tests.exchanges import drain, echo, request
from tests.waiting import settled


def hold(door: Door) -> Endpoint:
    """Give the endpoint `demo`, which waits for its client."""
    endpoint = door.endpoints["demo"] = Endpoint("demo", clock=lambda: 0.0, hold_seconds=5, expected=True)
    door.routes.add("demo", endpoint)
    return endpoint


async def test_requests_that_wait_come_with_the_greeting(tmp_path: Path) -> None:
    """A client is ready for deliveries that reach it in the same breath as the relay's first words."""
    async with opened(tmp_path) as door:
        endpoint = hold(door)
        asking = [asyncio.get_running_loop().create_task(endpoint(request(b"%d" % number))) for number in range(30)]
        await asyncio.sleep(0)
        async with visiting(Visitor(door.dialer(door.tokens.create("laptop")))):
            answers = [await one for one in asking]
            assert [await drain(answer.content) for answer in answers] == [b"%d" % number for number in range(30)]


async def test_old_link_answers_while_the_new_one_is_dialled(tmp_path: Path) -> None:
    """What runs when the relay says goodbye is answered, and the client goes on at the next relay."""
    proceed = asyncio.Event()

    async def slow(asked: Request) -> Response:
        """Answer when the test says so."""
        await proceed.wait()
        return await echo(asked)

    async with opened(tmp_path / "a") as old, opened(tmp_path / "b") as new:
        visitor = Visitor(old.dialer(old.tokens.create("laptop")), handler=slow)
        async with visiting(visitor):
            await visitor.until(online=True)
            asking = asyncio.get_running_loop().create_task(old.endpoint("demo")(request(b"x")))
            await settled(lambda: old.endpoint("demo").active)
            visitor.tether._dialer = new.dialer(new.tokens.create("laptop"))
            old.entrance.drain()
            await settled(lambda: new.endpoint("demo").links)
            assert not asking.done()
            proceed.set()
            assert await drain((await asking).content) == b"x"
            old.entrance.close()
            await settled(lambda: not old.entrance.members)
            answer = await new.endpoint("demo")(request(b"y"))
            assert await drain(answer.content) == b"y"
            assert len(new.endpoint("demo").links) == 1
            assert visitor.states[-1].online


async def test_relay_that_drains_does_not_keep_links_without_a_connection(tmp_path: Path) -> None:
    """A client that is away when its relay drains cannot come back to it: nobody waits for that."""
    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop")))
        async with visiting(visitor):
            await visitor.until(online=True)
            (member,) = door.entrance.members
            visitor.tether._dialer = door.dialer("hkl_nobody")
            door.cut()
            await settled(lambda: not member.link.connected)
            door.entrance.drain()
            await settled(lambda: not door.entrance.members)
