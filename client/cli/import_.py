"""`hookline import`: requests that were captured elsewhere."""

import sys
import time
from pathlib import Path

import click

from client.archive import Archive
from client.cli.captured import perform
from client.cli.list_ import row
from client.deliveries.export.model import CapturedExchange
from client.deliveries.importing import MOST_BYTES, RequestUnreadable, read_request
from client.lines import json_line
from client.views import DeliverySummary
from shared.printable import printable_line


@click.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(files: tuple[str, ...], *, as_json: bool) -> None:
    """Take in HAR files, raw HTTP/1.1 requests and cURL lines as deliveries; - is standard input.

    They can be searched, replayed and verified like those that came through a tunnel.
    """
    exchanges = [one for name in files for one in _read(name)]

    async def kept(archive: Archive) -> list[DeliverySummary]:
        """Hand them over."""
        return await archive.take_in(exchanges)

    for summary in perform(kept):
        click.echo(json_line(summary) if as_json else row(summary, time.time()))
    plural = "y" if len(exchanges) == 1 else "ies"
    click.echo(f"{len(exchanges)} deliver{plural} imported", err=True)


def _read(name: str) -> list[CapturedExchange]:
    try:
        data = sys.stdin.buffer.read(MOST_BYTES + 1) if name == "-" else Path(name).read_bytes()
        return read_request(data)
    except OSError as error:
        click.echo(printable_line(f"hookline: {name} cannot be read: {error.strerror or error}"), err=True)
    except RequestUnreadable as error:
        click.echo(printable_line(f"hookline: {name}: {error}"), err=True)
    raise click.exceptions.Exit(2)
