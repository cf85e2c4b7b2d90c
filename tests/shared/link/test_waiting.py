"""Requests that wait for a transport."""

import asyncio

import pytest

from shared.errors import ExchangeFailed, Failure
from shared.link.waiting import Waiting


async def test_everybody_goes_on_when_there_is_a_transport() -> None:
    """Those who came after it are not let in by it."""
    waiting = Waiting(seconds=10, most=3)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        early = [tasks.create_task(waiting.wait()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting.release()
        late = tasks.create_task(waiting.wait())
        await asyncio.wait(early)
        assert not late.done()
        waiting.release()


async def test_patience_ends() -> None:
    """The sender's own deadline is not far: it is told that nobody is there."""
    with pytest.raises(ExchangeFailed, match="in time") as caught:
        await Waiting(seconds=0.01, most=1).wait()
    assert (caught.value.failure, caught.value.delivered) == (Failure.ENDPOINT_OFFLINE, "no")


@pytest.mark.parametrize(("seconds", "most"), [(0.0, 10), (10.0, 0)])
async def test_nobody_waits_where_that_is_not_wanted(seconds: float, most: int) -> None:
    """No patience, or no room: refused at once."""
    with pytest.raises(ExchangeFailed, match="no connection"):
        await Waiting(seconds=seconds, most=most).wait()


async def test_room_is_given_back() -> None:
    """Who was let go, gave up or was cancelled takes no place any more."""
    waiting = Waiting(seconds=0.02, most=1)
    async with asyncio.TaskGroup() as tasks:
        cancelled = tasks.create_task(waiting.wait())
        await asyncio.sleep(0)
        with pytest.raises(ExchangeFailed, match="no connection"):
            await waiting.wait()
        cancelled.cancel()
    for _ in range(2):
        with pytest.raises(ExchangeFailed, match="in time"):
            await waiting.wait()


async def test_release_of_one_who_gave_up_does_nothing() -> None:
    """The two may come in the same turn of the loop."""
    waiting = Waiting(seconds=0.001, most=1)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(_ended(waiting))
        await asyncio.sleep(0)
        (waiter,) = waiting._waiters
        waiter.add_done_callback(lambda _: waiting.release())
        assert await task == Failure.ENDPOINT_OFFLINE


async def _ended(waiting: Waiting) -> Failure | None:
    try:
        await waiting.wait()
    except ExchangeFailed as failed:
        return failed.failure
    return None
