"""Endpoints that are opened and given back while the client is connected."""

import asyncio
from pathlib import Path

import pytest

from client.relay.binding import Binding
from relay_server.endpoint import Endpoint
from shared.errors import ExchangeFailed, Failure, LinkRefused
from shared.exchange import Request, Response
from shared.protocol.hello import Bound, Granted, Refused, Wanted
from tests.doors import Visitor, opened, visiting
from tests.exchanges import drain, echo, request
from tests.waiting import settled


def nothing(_: Granted) -> None:
    """Take a grant."""


async def test_endpoint_is_served_as_soon_as_it_is_bound(tmp_path: Path) -> None:
    """It is granted with its URLs, told, served, and offline again when it is given back."""
    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop")))
        told: list[Granted] = []
        async with visiting(visitor):
            await visitor.until(online=True)
            granted = await visitor.tether.bind(Wanted("billing"), told.append)
            assert (granted.name, granted.urls[0]) == ("billing", "https://billing.relay.test")
            assert told == [granted]
            assert [one.name for one in visitor.states[-1].granted] == ["demo", "billing"]
            answer = await door.endpoint("billing")(request(b"hello"))
            assert await drain(answer.content) == b"hello"
            answer.close()
            visitor.tether.unbind("billing")
            visitor.tether.unbind("nonsense")
            assert [one.name for one in visitor.states[-1].granted] == ["demo"]
            await settled(lambda: not door.endpoint("billing").links)
            with pytest.raises(ExchangeFailed) as caught:
                await door.endpoint("billing")(request())
            assert caught.value.failure == Failure.ENDPOINT_OFFLINE


async def test_new_link_serves_what_was_bound_on_the_old_one(tmp_path: Path) -> None:
    """What was opened stays open, and what was closed stays closed, whatever becomes of the link."""
    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop")))
        async with visiting(visitor):
            await visitor.until(online=True)
            await visitor.tether.bind(Wanted("billing"), nothing)
            await visitor.tether.bind(Wanted("orders"), nothing)
            visitor.tether.unbind("demo")
            link = visitor.tether._link
            assert link is not None
            link.abort("the test ends it")
            await visitor.until(online=False)
            await visitor.until(online=True)
            assert [one.name for one in visitor.granted] == ["billing", "orders"]


async def test_refusal_is_told_and_harms_nothing(tmp_path: Path) -> None:
    """A name that is not granted ends the question, not the link."""
    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop", names=("demo", "laptop"))))
        async with visiting(visitor):
            await visitor.until(online=True)
            with pytest.raises(LinkRefused) as caught:
                await visitor.tether.bind(Wanted("billing"), nothing)
            assert caught.value.final
            with pytest.raises(LinkRefused, match="serves demo already"):
                await visitor.tether.bind(Wanted("demo"), nothing)
            assert visitor.states[-1].online
            assert (await visitor.tether.bind(Wanted(""), nothing)).name == "laptop"
            with pytest.raises(LinkRefused, match="no name could be chosen"):
                await visitor.tether.bind(Wanted(""), nothing)


async def test_name_that_the_relay_chooses_is_a_new_one(tmp_path: Path) -> None:
    """Whoever asks for a second endpoint without a name is not given the first again."""
    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop")), Wanted(""))
        async with visiting(visitor):
            await visitor.until(online=True)
            assert [one.name for one in visitor.granted] == ["laptop"]
            assert (await visitor.tether.bind(Wanted(""), nothing)).name == "random-name"


async def test_answers_of_a_link_that_another_followed_answer_nothing(tmp_path: Path) -> None:
    """What the relay still says on a link that drains is no answer to what was asked on its successor."""
    finish = asyncio.Event()

    async def handler(asked: Request) -> Response:
        """Answer when the test says so, so that the old link stays."""
        await finish.wait()
        return await echo(asked)

    async with opened(tmp_path) as door, asyncio.TaskGroup() as tasks:
        pooled = Wanted("demo", pool=True)  # else the new link supersedes the old one at once
        visitor = Visitor(door.dialer(door.tokens.create("laptop")), pooled, handler=handler)
        async with visiting(visitor):
            await visitor.until(online=True)
            (old,) = door.entrance.members
            running = tasks.create_task(_answered(door.endpoint("demo"), request()))
            await settled(lambda: old.link.active)
            old.warn("the relay is restarting")
            await settled(lambda: len(door.entrance.members) == 2)
            (new,) = door.entrance.members - {old}
            await settled(lambda: visitor.states[-1].online and new.link.connected)
            answer = visitor.tether._binding.ask(Wanted("billing"), nothing)
            late = old._leases.bind(old.link, Wanted("late"), old.owner)
            old.link.say(Refused("billing", "x", "no", final=True))
            old.link.say(Bound(late))
            await settled(lambda: not door.endpoint("late").links)
            assert not answer.done()
            new.link.say(Bound(Granted("billing", ())))
            assert (await answer).name == "billing"
            assert [one.name for one in visitor.states[-1].granted] == ["demo", "billing"]
            finish.set()
            assert await running == b""


async def _answered(endpoint: Endpoint, asked: Request) -> bytes:
    answer = await endpoint(asked)
    content = await drain(answer.content)
    answer.close()
    return content


async def test_name_that_is_being_asked_for_is_not_asked_for_twice(tmp_path: Path) -> None:
    """Of two who want one endpoint at the same time, the second is told."""
    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop")))
        async with visiting(visitor):
            await visitor.until(online=True)
            results = await asyncio.gather(
                *(visitor.tether.bind(Wanted("billing"), nothing) for _ in range(2)), return_exceptions=True
            )
            assert [type(result) for result in results] == [Granted, LinkRefused]
            assert [one.name for one in visitor.states[-1].granted] == ["demo", "billing"]


async def test_without_a_link_nobody_is_asked(tmp_path: Path) -> None:
    """There is nothing to wait for."""
    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer("hkl_x"))
        with pytest.raises(LinkRefused) as caught:
            await visitor.tether.bind(Wanted("billing"), nothing)
        assert (caught.value.code, caught.value.final) == ("offline", False)


async def test_answers_go_to_questions_in_order() -> None:
    """A question nobody waits for any more gets no endpoint, and a lost link answers all."""
    binding = Binding()
    assert not binding.refused(Refused("a", "x", "no", final=True))
    assert binding.bound(Bound(Granted("a", ()))) is None
    first, second, third, fourth = (binding.ask(Wanted(name, pool=True), nothing) for name in ("a", "b", "c", "d"))
    first.cancel()
    assert binding.bound(Bound(Granted("a", ()))) is None
    assert not binding.refused(Refused("a", "x", "no", final=True))
    assert binding.refused(Refused("b", "x", "no", final=True))
    assert binding.bound(Bound(Granted("c", ()))) == Wanted("c", pool=True)
    binding.lost()
    results = await asyncio.gather(second, third, fourth, return_exceptions=True)
    assert [type(result) for result in results] == [LinkRefused, Granted, LinkRefused]
