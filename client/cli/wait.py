"""`hookline wait`: block until a delivery arrives."""

import time
from datetime import UTC, datetime

import click

from client.arrivals import arrived
from client.cli.captured import perform
from client.cli.list_ import row
from client.inspector import Inspector
from client.lines import json_line
from client.views import DeliverySummary
from client.wording import duration
from shared.units import parse_duration


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
    beginning = None if since is None else time.time() - parse_duration(since)

    async def work(inspector: Inspector) -> list[DeliverySummary]:
        """Wait from now on, or from the moment that was asked for."""
        if beginning is None:
            return await arrived(inspector, query, count=count, seconds=seconds)
        return await arrived(inspector, from_moment(query, beginning), count=count, seconds=seconds, after=0)

    found = perform(work)
    for summary in found:
        click.echo(json_line(summary) if as_json else row(summary, time.time()))
    if len(found) < count:
        click.echo(f"hookline: {len(found)} of {count} arrived in {duration(seconds)}", err=True)
        raise click.exceptions.Exit(1)


def from_moment(query: str, at: float) -> str:
    """Give the expression for what matches `query` and came at or after a moment, in Unix seconds."""
    moment = f"since:{datetime.fromtimestamp(at, UTC).isoformat()}"
    return f"({query}) {moment}" if query else moment
