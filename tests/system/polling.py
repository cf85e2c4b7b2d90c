"""Waiting for what another process does: it cannot set an event of ours."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PAUSE_SECONDS = 0.02


async def until(look: Callable[[], T | None], *, seconds: float = 15.0, what: str = "it") -> T:
    """Look again and again until there is something (true), and give it.

    Raises:
        AssertionError: there was nothing in time.
    """
    end = asyncio.get_running_loop().time() + seconds
    while not (found := look()):
        assert asyncio.get_running_loop().time() < end, f"{what} did not come about in {seconds:g} s"
        await asyncio.sleep(PAUSE_SECONDS)
    return found


async def until_async(look: Callable[[], Awaitable[T | None]], *, seconds: float = 15.0, what: str = "it") -> T:
    """Do the same with a look that has to wait itself."""
    end = asyncio.get_running_loop().time() + seconds
    while not (found := await look()):
        assert asyncio.get_running_loop().time() < end, f"{what} did not come about in {seconds:g} s"
        await asyncio.sleep(PAUSE_SECONDS)
    return found
