"""`hookline replay`: send captured deliveries to the app again."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import click

from client.cli.captured import as_json, choose, find, perform, signs
from client.cli.editing import Plan, Wanted, edits_for, read_field
from client.inspector import Inspector, ReplayRefused, UnknownDelivery
from client.views import AttemptView
from client.wording import duration, result
from shared.errors import TunnelError
from shared.printable import printable_line

_ASKED_FROM = 2
"""So many chosen by a filter are sent only after a question, where somebody can answer it."""
_FAILED_FROM = 400


class Outcome(NamedTuple):
    """A replay that was made, or why it was not."""

    delivery: str
    attempt: AttemptView | None
    refusal: str = ""

    @property
    def good(self) -> bool:
        """True when the app answered, and not with an error."""
        made = self.attempt
        return made is not None and made.state == "answered" and (made.status or 0) < _FAILED_FROM


@click.command("replay")
@click.argument("names", metavar="[ID]...", nargs=-1)
@click.option("--filter", "query", metavar="EXPR", default="", help="All that match.")
@click.option("--latest", is_flag=True, help="The newest one, of those that match.")
@click.option("--failed", is_flag=True, help="Those that failed, of those that match.")
@click.option("--to", metavar="ADDR", help="Another app, for this replay: 3000, host:3000, https://…")
@click.option("--edit", "editor", is_flag=True, help="Edit the request in $EDITOR first.")
@click.option("--method", help="Another method.")
@click.option("--path", "target", help="Another path and query.")
@click.option("--header", "headers", metavar="NAME:VALUE", multiple=True, help="Set a field. Repeatable.")
@click.option("--drop-header", "dropped", metavar="NAME", multiple=True, help="Leave a field out. Repeatable.")
@click.option("--body", help="Another content, as text.")
@click.option("--body-file", type=click.Path(path_type=Path, dir_okay=False), help="Another content, from a file.")
@click.option("--stdin", "from_stdin", is_flag=True, help="Another content, from standard input.")
@click.option("--resign", is_flag=True, help="Sign afresh, with the time of now and your secret.")
@click.option("--count", type=click.IntRange(1, 100_000), default=1, show_default=True, help="Each so many times.")
@click.option("--rate", type=click.FloatRange(min=0.001), metavar="N", help="At most N a second. Default: no pause.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent, and send nothing.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for each replay.")
def command(names: tuple[str, ...], **options: Any) -> None:
    """Send captured deliveries to the app again: as they were, edited, or signed afresh.

    Each replay is a further attempt of its delivery; the original stays. Works while the tunnel is down.
    Exit code 0: every app's answer was below 400; 1: some was not; 2: a mistake in the options.
    """
    wanted = _wanted(options)
    if wanted.editor and (options["query"] or options["failed"] or len(names) > 1):
        raise click.UsageError("--edit takes one delivery: give its id, or --latest")
    if options["dry_run"]:
        plans = perform(lambda inspector: _planned(inspector, names, wanted, options))
        raise click.exceptions.Exit(1 if any(plan.refusal for plan in plans) else 0)
    outcomes = perform(lambda inspector: _replayed(inspector, names, wanted, options))
    bad = [one for one in outcomes if not one.good]
    if len(outcomes) > 1:
        click.echo(f"{len(outcomes) - len(bad)} of {len(outcomes)} answered below {_FAILED_FROM}", err=True)
    raise click.exceptions.Exit(1 if bad else 0)


def _wanted(options: dict[str, Any]) -> Wanted:
    given = [name for name in ("body", "body_file", "from_stdin") if options[name] not in (None, False)]
    if len(given) > 1:
        raise click.UsageError("--body, --body-file and --stdin each give the content: use one")
    content: bytes | None = None
    if options["body"] is not None:
        content = options["body"].encode("utf-8", "surrogateescape")
    elif options["body_file"] is not None:
        try:
            content = options["body_file"].read_bytes()
        except OSError as error:
            raise click.UsageError(f"--body-file: {options['body_file']} cannot be read: {error.strerror}") from None
    elif options["from_stdin"]:
        content = sys.stdin.buffer.read()
    wanted = Wanted(
        to=options["to"],
        method=options["method"],
        target=options["target"],
        set_fields=tuple(read_field(text) for text in options["headers"]),
        dropped=options["dropped"],
        content=content,
        resign=options["resign"],
        editor=options["editor"],
    )
    try:
        wanted.check()
    except TunnelError as error:
        raise click.UsageError(printable_line(str(error))) from None
    return wanted


async def _chosen(inspector: Inspector, names: Sequence[str], options: dict[str, Any]) -> list[str]:
    return await choose(inspector, names, query=options["query"], latest=options["latest"], failed=options["failed"])


async def _planned(inspector: Inspector, names: Sequence[str], wanted: Wanted, options: dict[str, Any]) -> list[Plan]:
    plans: list[Plan] = []
    for identity in await _chosen(inspector, names, options):
        detail = await find(inspector, identity)
        plans.append(Plan.of(detail, await edits_for(inspector, detail, wanted), options["count"]))
        click.echo(as_json(plans[-1]) if options["as_json"] else printable_line(str(plans[-1])))
    return plans


async def _replayed(
    inspector: Inspector, names: Sequence[str], wanted: Wanted, options: dict[str, Any]
) -> list[Outcome]:
    chosen = await _chosen(inspector, names, options)
    if not names and len(chosen) >= _ASKED_FROM and not options["yes"] and sys.stdin.isatty():
        click.confirm(f"replay {len(chosen)} deliveries?", abort=True, err=True)
    say = _say_json if options["as_json"] else _say
    pace = Pace(options["rate"], clock=time.monotonic, sleep=asyncio.sleep)
    work = [identity for identity in chosen for _ in range(options["count"])]
    outcomes: list[Outcome] = []
    with _progress(len(work)) as bar:
        for identity in work:
            await pace.wait()
            outcomes.append(await _replay(inspector, identity, wanted))
            say(outcomes[-1])
            if bar is not None:
                bar.update(1)
    return outcomes


async def _replay(inspector: Inspector, identity: str, wanted: Wanted) -> Outcome:
    try:
        detail = await find(inspector, identity)
        made = await inspector.replay(detail.summary.id, await edits_for(inspector, detail, wanted))
    except (ReplayRefused, UnknownDelivery) as error:
        return Outcome(identity, None, str(error))
    return Outcome(identity, made)


class Pace:
    """Keeps a number of replays a second; waiting is measured from when the last one was due."""

    def __init__(
        self, rate: float | None, *, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._pause = 0.0 if rate is None else 1 / rate
        self._clock = clock
        self._sleep = sleep
        self._due: float | None = None

    async def wait(self) -> None:
        """Return when the next one may be sent."""
        if not self._pause:
            return
        now = self._clock()
        if self._due is not None and self._due > now:
            await self._sleep(self._due - now)
        self._due = max(now, self._due or now) + self._pause


def _progress(total: int) -> AbstractContextManager[Any]:
    """Give a bar on standard error for many replays, where it is a terminal and what is printed goes elsewhere."""
    if total < _ASKED_FROM or not sys.stderr.isatty() or sys.stdout.isatty():
        return nullcontext()
    return click.progressbar(length=total, label="replaying", file=sys.stderr)


def _say(outcome: Outcome) -> None:
    made = outcome.attempt
    if made is None:
        click.echo(printable_line(f"hookline: {outcome.delivery} was not sent: {outcome.refusal}"), err=True)
        return
    ended = result(made.state, made.status, made.failure, signs=signs())
    took = "" if made.duration_seconds is None else f" in {duration(made.duration_seconds)}"
    why = f"  {made.failure}: {made.failure_detail}" if made.failure else f"  {made.clock}" if made.clock else ""
    click.echo(printable_line(f"{outcome.delivery}.{made.number}  {ended}{took}  {made.target}{why}"))


def _say_json(outcome: Outcome) -> None:
    made = outcome.attempt
    said: dict[str, object] = {"delivery": outcome.delivery, "sent": made is not None, "good": outcome.good}
    said |= {"refusal": outcome.refusal} if made is None else {"attempt": made}
    click.echo(as_json(said))
