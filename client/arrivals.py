"""Waiting for deliveries: what a pipeline and a test do until the one they caused is there."""

import asyncio
from contextlib import suppress

from client.deliveries.filter import parse
from client.inspector import Inspector
from client.views import DeliverySummary

LOOK_SECONDS = 1.0
"""How often is looked where nothing says that something changed."""


async def newest_seq(inspector: Inspector) -> int:
    """Give the `seq` of the newest delivery; 0: there is none."""
    newest = await inspector.deliveries(limit=1)
    return newest[-1].seq if newest else 0


async def arrived(
    inspector: Inspector, query: str, *, count: int, seconds: float, after: int | None = None
) -> list[DeliverySummary]:
    """Give the first `count` deliveries that match, or those that there are after `seconds`.

    Args:
        inspector: of a client that runs; one on the file alone sees what another process writes.
        query: a filter expression. A delivery that comes to match later, as one that must be answered first, counts.
        count: how many, 1 to 1,000.
        seconds: when to give up.
        after: only deliveries with a larger `seq`; None: those that come from now on.

    Raises:
        FilterError: the query has a mistake.
    """
    parse(query)
    if after is None:
        after = await newest_seq(inspector)
    changed = asyncio.Event()
    found: list[DeliverySummary] = []

    async def follow() -> None:
        """Say that something changed."""
        async for _ in inspector.changes():
            changed.set()

    async def look() -> None:
        """Look after each change, until there are enough or the time is over."""
        nonlocal found
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while len(found) < count:
                    changed.clear()
                    found = await inspector.deliveries(query=query, after=after, limit=count)
                    if len(found) < count:
                        await _either(changed, LOOK_SECONDS)

    try:
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(follow())
            await look()
            following.cancel()
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None
    return found


async def _either(changed: asyncio.Event, seconds: float) -> None:
    """Wait until something changed, or for a time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await changed.wait()
