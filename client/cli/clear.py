"""`hookline clear`: remove captured deliveries."""

import sys

import click

from client.archive import Archive
from client.cli.captured import perform
from client.inspector import Inspector


@click.command("clear")
@click.argument("words", metavar="[FILTER]...", nargs=-1)
@click.option("--filter", "query", metavar="EXPR", default="", help="Only those that match: age:>7d -is:failed …")
@click.option("--pinned", is_flag=True, help="Remove pinned ones too.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
def command(words: tuple[str, ...], *, query: str, pinned: bool, yes: bool) -> None:
    """Remove captured deliveries with all their attempts: all of them, or those that match.

    Pinned ones stay (see `hookline pin`), and so do those that are being answered. What was removed is overwritten in
    the file, which keeps its size.
    """
    expression = " ".join((*words, query)).strip()
    if not yes:
        count = perform(lambda inspector: _counted(inspector, expression, pinned=pinned))
        if not count:
            click.echo("nothing matches" if expression else "there is nothing to remove", err=True)
            return
        _ask(count)
    removed = perform(lambda archive: _cleared(archive, expression, pinned=pinned))
    click.echo(f"{removed} deliver{'y' if removed == 1 else 'ies'} removed", err=True)


async def _cleared(archive: Archive, expression: str, *, pinned: bool) -> int:
    return await archive.clear(expression, pinned=pinned)


async def _counted(inspector: Inspector, expression: str, *, pinned: bool) -> int:
    """Count what would be removed."""
    from client.cli.captured import page_through  # noqa: PLC0415 - only where somebody is asked
    from client.deliveries.filter import parse  # noqa: PLC0415

    parse(expression)
    wanted = expression if pinned else f"({expression}) -is:pinned" if expression else "-is:pinned"
    count = 0
    async for _ in page_through(inspector, wanted, page=1000):
        count += 1
    return count


def _ask(count: int) -> None:
    """Have the user say yes.

    Raises:
        UsageError: there is nobody to ask.
        Abort: the user did not.
    """
    if not sys.stdin.isatty():
        raise click.UsageError(f"{count} deliveries would be removed, and there is no terminal to ask at: add --yes")
    click.confirm(f"remove {count} deliver{'y' if count == 1 else 'ies'} for good?", abort=True, err=True)
