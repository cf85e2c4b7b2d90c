"""Connections between exchanges."""

import asyncio
import time

from client.origin.forward import Forward
from client.origin.pool import MOST_KEPT
from tests.client.origin.ways import answered, forwarding, past_trial
from tests.exchanges import request
from tests.origins import OK, origin


class Clock:
    """A clock that jumps when it is told to."""

    def __init__(self) -> None:
        self.ahead_seconds = 0.0

    def __call__(self) -> float:
        """Give the time."""
        return time.time() + self.ahead_seconds


async def at_once(forward: Forward, count: int) -> None:
    """Make that many exchanges at one time."""
    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(_one(forward))


async def _one(forward: Forward) -> None:
    assert await answered(await forward(request(b"x"))) == (200, b"ok")


async def test_kept_connections_serve_as_many_at_one_time() -> None:
    """As many connections are kept as were needed at one time, and no more are made."""
    async with origin(OK) as app, forwarding(app) as forward:
        await at_once(forward, 8)
        await past_trial()
        await _one(forward)
        for _ in range(5):
            await at_once(forward, 8)
    assert app.connections == 8


async def test_no_more_are_kept_than_allowed() -> None:
    """However many were needed at one time, the rest is closed."""
    async with origin(OK) as app, forwarding(app) as forward:
        await at_once(forward, MOST_KEPT + 20)
        made = app.connections
        await past_trial()
        await _one(forward)
        await at_once(forward, MOST_KEPT + 5)
    assert app.connections == made + 5


async def test_app_on_trial_gets_new_connections() -> None:
    """Before a connection has stood for a while, each exchange gets a new one."""
    async with origin(OK) as app, forwarding(app) as forward:
        await _one(forward)
        await _one(forward)
        assert app.connections == 2
        await past_trial()
        await _one(forward)
        await _one(forward)
    assert app.connections == 2


async def test_laptop_that_slept() -> None:
    """After a sleep, or a step of the clock, what was kept before is not used."""
    clock = Clock()
    async with origin(OK) as app, forwarding(app, clock=clock) as forward:
        await _one(forward)
        for step in (3600.0, -3600.0):
            clock.ahead_seconds += step
            await _one(forward)
    assert app.connections == 3


async def test_forward_that_is_closed_keeps_nothing() -> None:
    """After a close an exchange still works, and its connection ends with it."""
    async with origin(OK) as app, forwarding(app) as forward:
        await _one(forward)
        await forward.close()
        await _one(forward)
        await past_trial()
        await _one(forward)
    assert app.connections == 3
