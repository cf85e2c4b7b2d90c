"""`hookline pin`: keep captured deliveries."""

import time
from collections.abc import Sequence

import click

from client.archive import Archive
from client.cli.captured import choose, perform
from client.cli.list_ import row
from client.lines import json_line
from client.views import DeliverySummary


@click.command("pin")
@click.argument("names", metavar="[ID]...", nargs=-1)
@click.option("--filter", "query", metavar="EXPR", default="", help="All that match.")
@click.option("--latest", is_flag=True, help="The newest one, of those that match.")
@click.option("--off", is_flag=True, help="Keep them no longer.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(names: tuple[str, ...], *, query: str, latest: bool, off: bool, as_json: bool) -> None:
    """Keep captured deliveries: neither age nor number nor `hookline clear` removes them.

    `hookline list is:pinned` shows which they are.
    """
    for summary in perform(lambda archive: _pinned(archive, names, query=query, latest=latest, pinned=not off)):
        click.echo(json_line(summary) if as_json else row(summary, time.time()))


async def _pinned(
    archive: Archive, names: Sequence[str], *, query: str, latest: bool, pinned: bool
) -> list[DeliverySummary]:
    chosen = await choose(archive, names, query=query, latest=latest)
    return [await archive.pin(identity, pinned=pinned) for identity in chosen]
