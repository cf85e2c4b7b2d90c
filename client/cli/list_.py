"""`hookline list`: the captured deliveries."""

import sys
import time
from collections.abc import AsyncIterator

import click

from client.archive import Archive
from client.cli.captured import page_through, perform, signs
from client.lines import json_line
from client.views import DeliverySummary
from client.wording import duration, result, signature, size, time_of_day
from shared.printable import printable_line

_TYPE_WIDTH = 24
_DEFAULT_ROWS = 30
_HEADINGS = f"{'#':<6} {'RECEIVED':<12}  {'ANSWER':<6} {'TOOK':>8}  SIG   {'EVENT':<{_TYPE_WIDTH}}  REQUEST  SIZE  ID"


@click.command("list")
@click.argument("words", metavar="[FILTER]...", nargs=-1)
@click.option("--filter", "query", metavar="EXPR", default="", help="Which: status:5xx sig:bad type:charge.* …")
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), default=_DEFAULT_ROWS, show_default=True, help="The newest so many."
)
@click.option("--all", "everything", is_flag=True, help="All that match.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(words: tuple[str, ...], *, query: str, limit: int, everything: bool, as_json: bool) -> None:
    """List captured deliveries, the newest last. Works without a relay and without a running client.

    \b
    hookline list status:5xx                    answered 500 to 599
    hookline list "sig:bad | is:failed" -n 5
    hookline list --filter "-path:/health body:usd"
    """  # noqa: D301 - \b is click's mark for text that is not to be wrapped
    expression = " ".join((*words, query)).strip()
    count = perform(lambda inspector: _listed(inspector, expression, None if everything else limit, as_json=as_json))
    if not count and not as_json:
        click.echo(
            "nothing matches" if expression else "no delivery yet: `hookline http 3000` opens a tunnel", err=True
        )


async def _searched(archive: Archive, query: str, limit: int) -> AsyncIterator[DeliverySummary]:
    """Give the newest so many that match, oldest first, and say on the terminal how far the search has come."""
    rows: list[DeliverySummary] = []
    while len(rows) < limit:
        before = rows[-1].seq if rows else None
        step = min(limit - len(rows), 1000)
        known = len(rows)
        async for scanned in archive.search(query, before=before, limit=step):
            rows += scanned.found
            done = 100 * scanned.scanned // max(scanned.total, 1)
            click.echo(f"\rsearched {done} %, {len(rows)} found", nl=False, err=True)
        if len(rows) - known < step:
            break
    click.echo("\r" + " " * 40 + "\r", nl=False, err=True)
    for summary in reversed(rows):
        yield summary


async def _listed(archive: Archive, query: str, limit: int | None, *, as_json: bool) -> int:
    from client.deliveries.filter import parse  # noqa: PLC0415 - a mistake is shown before anything is asked

    slow = parse(query).cost == "scan" and sys.stderr.isatty() and limit is not None
    found = _searched(archive, query, limit or 0) if slow else page_through(archive, query, newest=limit)
    count = 0
    async for summary in found:
        if not count and not as_json and sys.stdout.isatty():
            click.echo(_HEADINGS)
        click.echo(json_line(summary) if as_json else row(summary, time.time()))
        count += 1
    return count


def _moment(at: float, now: float) -> str:
    """Give `14:03:22` of today, `23 Nov 14:03` of this year, else `23 Nov 2025`."""
    then, today = time.localtime(at), time.localtime(now)
    if then[:3] == today[:3]:
        return time_of_day(at)
    return time.strftime("%d %b %H:%M" if then.tm_year == today.tm_year else "%d %b %Y", then)


def row(summary: DeliverySummary, now: float) -> str:
    """Give `#12  14:03:22  ✓ 200   38 ms  ok    call.ended  POST /hooks  412 B  dlv_01k9…`, or the day."""
    ended = result(summary.state, summary.status, summary.failure, healthy=summary.healthy, signs=signs())
    took = "" if summary.duration_seconds is None else duration(summary.duration_seconds)
    attempts = f" x{summary.attempts}" if summary.attempts > 1 else ""
    pinned = " pinned" if summary.pinned else ""
    kind = (summary.event_type or "-")[:_TYPE_WIDTH]
    return printable_line(
        f"#{summary.seq:<5} {_moment(summary.received_at, now):<12}  {ended!s:<6} {took:>8}  "
        f"{signature(summary.signature).word:<4}  {kind:<{_TYPE_WIDTH}}  {summary.method} {summary.target}"
        f"  {size(summary.size_bytes)}  {summary.id}{attempts}{pinned}"
    )
