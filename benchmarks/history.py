"""W10, the history of 100,000 deliveries: `python -m benchmarks.history`.

Start to the first recorded answer, a page, filters, a search through every body, and what pruning half of it costs the
exchanges meanwhile. Everything in one process, as in the agent: readings in threads, commits in the loop.
"""

import asyncio
import hashlib
import hmac
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import click

from client.deliveries import Feed, Limits, Record, Store
from client.deliveries.taking_in import TakeIn
from client.local_inspector import LocalInspector
from client.replay import Replayer
from client.signatures.catalogue import Catalogue
from client.signatures.engine import Signatures
from client.signatures.rule import Rule
from client.signatures.secret import Secret
from client.views import Status
from shared.exchange import Content, Delivery, Request, Response
from shared.http.heads import RequestHead, ResponseHead
from shared.ids import new_id
from shared.loop import run as run_loop

BODY_BYTES = 3 * 1024
LEAST = 1000
"""Deliveries with which there is something to prune."""

ROUNDS = 9
PACE_SECONDS = 0.002
"""Between two exchanges while the history is pruned."""

QUIET = 500
"""Exchanges before the pruning begins."""

LOOK_EVERY = 50
"""Exchanges between two looks at how far the pruning has come."""

SECRET = b"whsec_of_the_benchmark"
TYPES = ("call.started", "call.ended", "transcript.ready", "analysis.completed")
BOUNDS = {
    "start": 300.0,
    "page": 5.0,
    "column filter": 20.0,
    "body search": 500.0,
    "longest exchange while pruning": 20.0,
}
"""Milliseconds."""


@dataclass
class History:
    """A store with what the agent has around it."""

    store: Store
    record: Record
    inspector: LocalInspector

    @classmethod
    def opened(cls, path: Path, *, limits: Limits | None = None) -> "History":
        """Open it."""
        store = Store.open(path, clock=time.time, limits=limits)
        rule = Rule(scheme="talkifai", secrets=(Secret("env:SECRET", SECRET),))
        signatures = Signatures(catalogue=Catalogue.load(), rules=[rule])
        feed = Feed()
        record = Record(
            _app, store=store, signatures=signatures, feed=feed, clock=time.time, target="http://localhost:3000"
        )
        replayer = Replayer(record, store=store, signatures=signatures, clock=time.time)
        take_in = TakeIn(store=store, signatures=signatures, clock=time.time, new_id=new_id)
        inspector = LocalInspector(
            store=store, feed=feed, replayer=replayer, take_in=take_in, status=lambda: Status("", "", "online")
        )
        return cls(store, record, inspector)

    async def exchange(self, number: int, filler: bytes) -> float:
        """Have a delivery answered; give the milliseconds that it took."""
        request = delivery(number, filler)
        began = time.perf_counter()
        response = await self.record(request)
        response.content.whole()
        response.close()
        return (time.perf_counter() - began) * 1000


async def _app(request: Request) -> Response:
    request.content.whole()
    status = 500 if request.head.target.endswith(b"0") else 200
    return Response(ResponseHead(status, b"", ((b"Content-Length", b"2"),)), Content(b"ok"))


def delivery(number: int, filler: bytes) -> Request:
    """Make a signed event of about 3 KB."""
    content = b'{"id":"evt_%d","type":"%s","data":{"n":%d,"text":"%s"}}' % (
        number,
        TYPES[number % 4].encode(),
        number,
        filler,
    )
    signature = b"sha256=" + hmac.new(SECRET, content, hashlib.sha256).hexdigest().encode()
    fields = ((b"Host", b"demo"), (b"Content-Length", b"%d" % len(content)), (b"X-TalkifAI-Signature", signature))
    head = RequestHead(b"POST", b"/hooks/%d" % (number % 50), fields)
    told = Delivery(new_id("dlv"), 1, "demo", time.time(), "203.0.113.7", "https://demo.localhost")
    return Request(head, told, Content(content))


async def fill(path: Path, deliveries: int, filler: bytes) -> float:
    """Record so many; give the µs each took."""
    history = await asyncio.to_thread(History.opened, path)
    numbers = count()
    began = time.perf_counter()

    async def sender() -> None:
        """Send until there are enough."""
        while (number := next(numbers)) < deliveries:
            await history.exchange(number, filler)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(16):
            tasks.create_task(sender())
    took = time.perf_counter() - began
    history.store.close()
    return took / deliveries * 1e6


async def started(path: Path, number: int, filler: bytes) -> float:
    """Give the milliseconds from nothing to the first recorded answer."""
    began = time.perf_counter()
    history = await asyncio.to_thread(History.opened, path)
    await history.exchange(number, filler)
    took = (time.perf_counter() - began) * 1000
    history.store.close()
    return took


async def median(work: Callable[[], Awaitable[object]]) -> float:
    """Give the median of the milliseconds that it takes."""
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await work()
        found.append((time.perf_counter() - began) * 1000)
    return statistics.median(found)


async def looked_at(path: Path, deliveries: int) -> dict[str, float]:
    """Measure what front ends ask."""
    history = await asyncio.to_thread(History.opened, path)
    list_ = history.inspector.deliveries
    await list_(limit=1)
    figures = {
        "page": max(await median(list_), await median(lambda: list_(before=deliveries // 2))),
        "column filter": max(
            await median(lambda: list_(query="status:404")),
            await median(lambda: list_(query="source:stripe")),
            await median(lambda: list_(query="path:/nowhere")),
            await median(lambda: list_(query="sig:bad dur:>5s")),
        ),
        "body search": await median(lambda: list_(query='body:"found in none of them"')),
        "search by a JSON member": await median(lambda: list_(query="json:data.n>999999999")),
    }
    steps = [step async for step in history.inspector.search('body:"found in none of them"')]
    figures["steps of a search"] = len(steps)
    history.store.close()
    return figures


async def pruned(path: Path, keep: int, filler: bytes, first: int) -> dict[str, float]:
    """Have retention take the rest out while exchanges go on."""
    history = await asyncio.to_thread(History.opened, path)
    quiet = [await _paced(history, first + number, filler) for number in range(QUIET)]
    history.store.close()
    history = await asyncio.to_thread(History.opened, path, limits=Limits(deliveries=keep))
    took: list[float] = []
    began = time.perf_counter()
    oldest = 0
    while oldest < first + QUIET - keep:
        took.append(await _paced(history, first + QUIET + len(took), filler))
        if len(took) % LOOK_EVERY == 0:
            oldest = (await history.inspector.deliveries(after=0, limit=1))[0].seq
    seconds = time.perf_counter() - began
    history.store.close()
    took.sort()
    return {
        "seconds to prune": seconds,
        "median exchange before": statistics.median(quiet),
        "median exchange while pruning": statistics.median(took),
        "p99 exchange while pruning": took[int(len(took) * 0.99)],
        "longest exchange while pruning": took[-1],
    }


async def _paced(history: History, number: int, filler: bytes) -> float:
    """Give the milliseconds until the answer of an exchange that came while the loop may have been busy otherwise."""
    due = time.perf_counter() + PACE_SECONDS
    await asyncio.sleep(PACE_SECONDS)
    late = (time.perf_counter() - due) * 1000
    return late + await history.exchange(number, filler)


def filling(body_bytes: int) -> bytes:
    """Give what makes a delivery so long: a part that does not compress, and one that does."""
    return random.Random(1).randbytes(body_bytes * 3 // 8).hex().encode() + b"x" * (body_bytes // 4 - 120)  # noqa: S311


def run(deliveries: int, directory: Path) -> dict[str, float]:
    """Measure everything in a directory."""
    path = directory / "history.db"
    filler = filling(BODY_BYTES)
    figures = {"recording, µs each": run_loop(fill(path, deliveries, filler))}
    figures["file, MiB"] = path.stat().st_size / 1024**2
    figures["start"] = statistics.median(
        run_loop(started(path, deliveries + number, filler)) for number in range(ROUNDS)
    )
    figures |= run_loop(looked_at(path, deliveries))
    figures |= run_loop(pruned(path, deliveries // 2, filler, deliveries + ROUNDS))
    return figures


@click.command()
@click.option("--deliveries", type=click.IntRange(LEAST), default=100_000, show_default=True)
@click.option("--directory", type=click.Path(path_type=Path, file_okay=False), help="Where the file is made.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one line of JSON.")
@click.option("--only-fill", type=click.Path(path_type=Path), help="Make a history there, and measure nothing.")
@click.option("--body-bytes", type=click.IntRange(1024), default=BODY_BYTES, help="Of a delivery, with --only-fill.")
def main(deliveries: int, directory: Path | None, as_json: bool, only_fill: Path | None, body_bytes: int) -> None:
    """Measure the history; exit code 1 when a bound is missed."""
    if only_fill is not None:
        click.echo(f"filled at {run_loop(fill(only_fill, deliveries, filling(body_bytes))):.0f} µs each")
        return
    with tempfile.TemporaryDirectory(dir=directory) as made:
        figures = run(deliveries, Path(made))
    if as_json:
        click.echo(f"figures {json.dumps(figures)}")
        return
    missed = [name for name, most in BOUNDS.items() if figures[name] > most]
    click.echo(f"| {deliveries:,} deliveries of {BODY_BYTES // 1024} KB | ms | bound |\n|---|--:|--:|")
    for name, value in figures.items():
        click.echo(f"| {name} | {value:.2f} | {BOUNDS.get(name, '')} |")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
