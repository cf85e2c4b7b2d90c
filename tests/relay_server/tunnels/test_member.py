"""A client as the relay sees it."""

import asyncio
from pathlib import Path

import pytest

from relay_server.tunnels.member import MOST_ENDPOINTS
from shared.errors import LinkRefused
from shared.protocol.hello import Resume, Wanted
from tests.doors import Visitor, opened, visiting
from tests.waiting import settled


@pytest.mark.parametrize("count", [MOST_ENDPOINTS, MOST_ENDPOINTS + 1])
async def test_link_serves_so_many_endpoints_and_no_more(tmp_path: Path, count: int) -> None:
    """A client that asks for more is told, not served in part."""
    async with opened(tmp_path) as door:
        wanted = [Wanted(f"name-{number}") for number in range(count)]
        visitor = Visitor(door.dialer(door.tokens.create("laptop")), *wanted)
        async with visiting(visitor) as (running,):
            if count > MOST_ENDPOINTS:
                with pytest.raises(LinkRefused, match="at most 64 endpoints"):
                    await running
            else:
                assert len((await visitor.until(online=True)).granted) == count


async def test_one_endpoint_too_many_is_refused_while_it_runs(tmp_path: Path) -> None:
    """Those that are served stay."""
    async with opened(tmp_path) as door:
        wanted = [Wanted(f"name-{number}") for number in range(MOST_ENDPOINTS)]
        visitor = Visitor(door.dialer(door.tokens.create("laptop")), *wanted)
        async with visiting(visitor):
            await visitor.until(online=True)
            with pytest.raises(LinkRefused, match="at most 64 endpoints"):
                await visitor.tether.bind(Wanted("more"), lambda _granted: None)
            visitor.tether.unbind("name-0")
            assert (await visitor.tether.bind(Wanted("more"), lambda _granted: None)).name == "more"
            await settled(lambda: not door.endpoint("name-0").links)


async def test_refused_name_does_not_end_the_link(tmp_path: Path) -> None:
    """One more endpoint that is another owner's."""
    async with opened(tmp_path) as door:
        first = Visitor(door.dialer(door.tokens.create("one")), Wanted("theirs"))
        second = Visitor(door.dialer(door.tokens.create("two")), Wanted("ours"))
        async with visiting(first, second):
            await first.until(online=True)
            await second.until(online=True)
            with pytest.raises(LinkRefused, match="theirs"):
                await second.tether.bind(Wanted("theirs"), lambda _granted: None)
            assert door.endpoint("ours").links


async def test_only_its_own_client_goes_on_with_a_link(tmp_path: Path) -> None:
    """The key, the owner, and a link that is alive."""
    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop")))
        stranger = door.tokens.check(door.tokens.create("stranger"))
        async with visiting(visitor):
            await visitor.until(online=True)
            (member,) = door.entrance.members
            key = visitor.tether._key
            assert stranger is not None
            assert [
                member.may_resume(Resume(member.link_id, key, 0), member.owner),
                member.may_resume(Resume(member.link_id, key + "x", 0), member.owner),
                member.may_resume(Resume(member.link_id, "ключ", 0), member.owner),
                member.may_resume(Resume(member.link_id, key, 0), stranger),
            ] == [True, False, False, False]
        await settled(lambda: member.link.ended)
        assert member.may_resume(Resume(member.link_id, key, 0), member.owner) is False


async def test_member_without_a_connection_is_dismissed_when_the_relay_drains(tmp_path: Path) -> None:
    """It would not hear the warning; its name is free for the next relay."""
    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop")))
        async with visiting(visitor):
            await visitor.until(online=True)
            (member,) = door.entrance.members
            visitor.tether._dialer = door.dialer("hkl_wrong")
            door.cut()
            await settled(lambda: not member.link.connected)
            member.warn("the relay restarts")
            async with asyncio.timeout(5):
                await settled(lambda: member.link.ended and not door.endpoint("demo").links)
