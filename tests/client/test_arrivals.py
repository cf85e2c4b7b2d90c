"""Waiting ends when what is waited for is there, or when the time is over."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from client.arrivals import arrived, newest_seq
from client.deliveries.filter import FilterError
from client.inspector import UnknownDelivery
from client.views import Change, DeliverySummary
from tests.client.deliveries.stage import Desk, event


async def test_arrived_counts_what_comes_from_now_on(desk: Desk) -> None:
    """Not what was there before."""
    await desk.send(*event("evt_1"))
    assert await arrived(desk.inspector, "", count=1, seconds=0.05) == []
    (found,) = await arrived(desk.inspector, "sig:ok", count=1, seconds=5, after=0)
    assert (found.event_id, await newest_seq(desk.inspector)) == ("evt_1", 1)


async def test_arrived_gives_what_there_was_when_the_time_is_over(desk: Desk) -> None:
    """Fewer than wanted are given too."""
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(arrived(desk.inspector, "", count=2, seconds=0.5))
        await asyncio.sleep(0.1)
        await desk.send()
    assert [one.id for one in waiting.result()] == ["dlv_000001"]


async def test_arrived_refuses_mistakes_at_once(desk: Desk) -> None:
    """Before anything is waited for."""
    with pytest.raises(FilterError):
        await arrived(desk.inspector, "sig:bda", count=1, seconds=60)


class Gone:
    """An inspector whose client has just gone."""

    async def deliveries(self, **_: object) -> list[DeliverySummary]:
        """Fail."""
        raise UnknownDelivery("gone")

    async def changes(self, after: int | None = None) -> AsyncIterator[Change]:
        """Follow nothing for ever."""
        await asyncio.Event().wait()
        yield Change(0)


async def test_arrived_raises_what_happened_as_it_is() -> None:
    """No group of exceptions reaches who waits."""
    with pytest.raises(UnknownDelivery):
        await arrived(Gone(), "", count=1, seconds=60, after=0)  # type: ignore[arg-type]
