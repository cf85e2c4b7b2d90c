"""`hookline wait`: block until a delivery arrives."""

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime

import click

from client.cli.captured import perform
from client.cli.list_ import row
from client.cli.loop import leaf
from client.deliveries.filter import parse
from client.inspector import Inspector
from client.lines import json_line
from client.views import DeliverySummary
from client.wording import duration
from shared.units import parse_duration

_LOOK_SECONDS = 1.0
"""How often is looked where nothing says that something changed."""


@click.command("wait")
@click.option("--filter", "query", metavar="EXPR", default="", help="Which: type:call.ended status:2xx sig:ok …")
@click.option("--count", type=click.IntRange(1, 1000), default=1, show_default=True, help="How many.")
@click.option("--timeout", metavar="SECONDS", default="30", show_default=True, help="When to give up: 30, 2m, 1h.")
@click.option("--since", metavar="DURATION", help="Count also what came in the last 10s, 5m, … Default: from now on.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(*, query: str, count: int, timeout: str, since: str | None, as_json: bool) -> None:
    """Block until deliveries arrive that match, and print them. For CI.

    Exit code 0: they arrived; 1: they did not in time.
    """
    seconds = parse_duration(timeout if not timeout.isdecimal() else f"{timeout}s")
    found = perform(lambda inspector: arrived(inspector, query, count=count, seconds=seconds, since=since))
    for summary in found:
        click.echo(json_line(summary) if as_json else row(summary))
    if len(found) < count:
        click.echo(f"hookline: {len(found)} of {count} arrived in {duration(seconds)}", err=True)
        raise click.exceptions.Exit(1)


async def arrived(
    inspector: Inspector, query: str, *, count: int, seconds: float, since: str | None = None
) -> list[DeliverySummary]:
    """Give the first `count` deliveries that match from now on, or those that came in `seconds`.

    Args:
        inspector: of a client that runs; one on the file alone sees what another process writes.
        query: a filter expression.
        count: how many.
        seconds: when to give up.
        since: a duration: count what came in this time before now too.

    Raises:
        FilterError: the query has a mistake.
        UnitError: `since` is no duration.
    """
    parse(query)
    after, wanted = await _beginning(inspector, query, since)
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
                    found = await inspector.deliveries(query=wanted, after=after, limit=count)
                    if len(found) < count:
                        await _either(changed, _LOOK_SECONDS)

    try:
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(follow())
            await look()
            following.cancel()
    except BaseExceptionGroup as group:
        raise leaf(group) from None
    return found


async def _beginning(inspector: Inspector, query: str, since: str | None) -> tuple[int, str]:
    """Give the seq after which is looked, and the expression."""
    if since is not None:
        at = datetime.fromtimestamp(time.time() - parse_duration(since), UTC)
        moment = f"since:{at.isoformat()}"
        return 0, f"({query}) {moment}" if query else moment
    newest = await inspector.deliveries(limit=1)
    return (newest[-1].seq if newest else 0), query


async def _either(changed: asyncio.Event, seconds: float) -> None:
    """Wait until something changed, or for a time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await changed.wait()
