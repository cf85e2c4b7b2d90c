"""The timer of all connections."""

import asyncio
from collections.abc import Callable
from typing import cast

from relay_server.gateway.deadlines import NEVER, Deadlines
from tests.waiting import settled


class Watched:
    """Something that is due, and what became of it."""

    def __init__(self, due: float) -> None:
        self.due = due
        self.overdue_at: list[float] = []

    def overdue(self, now: float) -> None:
        """Note it, and be due no more."""
        self.overdue_at.append(now)
        self.due = NEVER


async def test_overdue_in_time() -> None:
    """What is due hears of it, not before its time and a tick late at most; the rest does not."""
    loop = asyncio.get_running_loop()
    deadlines = Deadlines(loop, [0.1, None])
    first, second, third = Watched(deadlines.after(0.1)), Watched(deadlines.after(None)), Watched(deadlines.after(0.1))
    begin = loop.time()
    for one in (first, second, third):
        deadlines.watch(one)
    deadlines.forget(third)
    await settled(lambda: first.overdue_at)
    assert first.overdue_at[0] - begin >= 0.1
    assert (second.overdue_at, third.overdue_at) == ([], [])
    deadlines.close()


async def test_nobody_to_watch() -> None:
    """Without anybody to watch the timer rests, and the next one is not due too early for that."""
    loop = asyncio.get_running_loop()
    deadlines = Deadlines(loop, [0.04])
    one = Watched(NEVER)
    deadlines.watch(one)
    deadlines.forget(one)
    await asyncio.sleep(0.05)
    stale = deadlines.now
    await asyncio.sleep(0.05)
    deadlines.watch(one)
    assert deadlines.now > stale
    deadlines.close()
    deadlines.close()


async def test_one_that_breaks_does_not_stop_the_timer() -> None:
    """The deadlines of all the others go on."""

    class Broken(Watched):
        """Fails when it is due."""

        def overdue(self, now: float) -> None:
            """Note it, and fail."""
            super().overdue(now)
            raise ZeroDivisionError

    loop = asyncio.get_running_loop()
    said: list[object] = []
    loop.set_exception_handler(lambda _loop, context: said.append(context.get("exception")))
    deadlines = Deadlines(loop, [0.04])
    broken, later = Broken(deadlines.after(0.0)), Watched(deadlines.after(0.1))
    deadlines.watch(broken)
    deadlines.watch(later)
    await settled(lambda: later.overdue_at)
    assert [type(error) for error in said] == [ZeroDivisionError]
    deadlines.close()


async def test_one_that_another_has_ended_hears_nothing() -> None:
    """Both are due in one tick."""
    deadlines = Deadlines(asyncio.get_running_loop(), [0.04])
    pair = [Watched(deadlines.now), Watched(deadlines.now)]

    def end(one: Watched) -> None:
        """Note it, and forget the other."""
        one.overdue_at.append(0.0)
        for other in pair:
            deadlines.forget(other)

    for one in pair:
        one.overdue = lambda _now, one=one: end(one)  # type: ignore[method-assign,misc]
        deadlines.watch(one)
    await settled(lambda: any(one.overdue_at for one in pair))
    assert sorted(len(one.overdue_at) for one in pair) == [0, 1]
    deadlines.close()


async def test_after_never() -> None:
    """No span means never."""
    assert Deadlines(asyncio.get_running_loop(), []).after(None) == NEVER


class Stepped:
    """What the timer needs of a loop, run by the test."""

    def __init__(self) -> None:
        self.now = 0.0
        self.tick: Callable[[], None] = lambda: None

    def time(self) -> float:
        """Tell the time."""
        return self.now

    def call_later(self, _seconds: float, callback: Callable[[], None]) -> None:
        """Keep what is to be called."""
        self.tick = callback

    def run(self, seconds: float) -> None:
        """Let the timer come after so long."""
        self.now += seconds
        self.tick()


def test_loop_that_did_not_run_reads_before_it_judges() -> None:
    """What came due meanwhile has one tick more; a loop that is always late judges all the same."""
    loop = Stepped()
    deadlines = Deadlines(cast("asyncio.AbstractEventLoop", loop), [4.0])
    first, second = Watched(10.0), Watched(70.0)
    for one in (first, second):
        deadlines.watch(one)
    for _ in range(9):
        loop.run(1.0)
    loop.run(30.0)
    assert first.overdue_at == []
    loop.run(1.0)
    assert first.overdue_at == [40.0]
    loop.run(30.0)
    assert second.overdue_at == []
    loop.run(30.0)
    assert second.overdue_at == [100.0]
