"""Waiting for what happens in other tasks, or other processes."""

import asyncio
from collections.abc import Callable


async def settled(condition: Callable[[], object], *, within_seconds: float = 10.0) -> None:
    """Let the loop go on until `condition` holds.

    Raises:
        TimeoutError: it did not hold in time.
    """
    async with asyncio.timeout(within_seconds):
        while not condition():  # noqa: ASYNC110 - the condition belongs to code that has no event to wait for
            await asyncio.sleep(0.005)
