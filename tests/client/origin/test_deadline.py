"""A timer that is set again and again."""

import asyncio

from client.origin.deadline import Deadline
from tests.waiting import settled


class Clock:
    """A deadline, and when it came."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.came: list[float] = []
        self.deadline = Deadline(self.loop, lambda: self.came.append(self.loop.time()))
        self.began = self.loop.time()


async def test_deadline_comes_once() -> None:
    """The callback runs once, and not before its time."""
    clock = Clock()
    clock.deadline.set(0.02)
    await asyncio.sleep(0.06)
    (came,) = clock.came
    assert came - clock.began >= 0.019


async def test_deadline_put_off() -> None:
    """A later moment replaces an earlier one."""
    clock = Clock()
    clock.deadline.set(0.02)
    clock.deadline.set(0.06)
    await settled(lambda: clock.came)
    assert clock.came[0] - clock.began >= 0.059


async def test_deadline_brought_forward() -> None:
    """An earlier moment replaces a later one."""
    clock = Clock()
    clock.deadline.set(60)
    clock.deadline.set(0.01)
    await settled(lambda: clock.came, within_seconds=1)
    assert len(clock.came) == 1


async def test_deadline_cleared_and_set_again() -> None:
    """What was cleared does not come; the next one does."""
    clock = Clock()
    clock.deadline.set(0.01)
    clock.deadline.clear()
    await asyncio.sleep(0.03)
    assert clock.came == []
    clock.deadline.set(0.01)
    await settled(lambda: clock.came)


async def test_deadline_cancelled() -> None:
    """After a cancel the loop holds no timer any more."""
    clock = Clock()
    clock.deadline.cancel()
    clock.deadline.set(0.01)
    clock.deadline.cancel()
    await asyncio.sleep(0.03)
    assert clock.came == []
