"""What the commands on captured deliveries share: naming them, choosing several, and reading one whole."""

import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import NamedTuple, TypeVar

import click
import msgspec

from client.archive import Archive
from client.deliveries.export.model import CapturedExchange, CapturedResponse
from client.deliveries.filter import FilterError, parse
from client.inspector import Inspector, UnknownDelivery
from client.lines import needs_ascii
from client.views import AttemptView, DeliveryDetail, DeliverySummary, MessageView
from client.wording import ASCII, UNICODE, Signs
from shared.errors import TunnelError
from shared.loop import run
from shared.printable import printable, printable_content

T = TypeVar("T")

PAGE = 500
FAILED = "is:failed"


class NothingChosen(TunnelError):  # noqa: N818 - reads as the sentence it is
    """No delivery is there that is meant."""


def perform(work: Callable[[Archive], Awaitable[T]]) -> T:
    """Do what a command does, with the inspector of the client that runs, or one beside the history file.

    A mistake in a filter is shown at its place, and ends the program with exit code 2.
    """
    from client.cli.inspecting import open_inspector  # noqa: PLC0415 - `--help` need not wait for it

    async def work_on_it() -> T:
        """Open the inspector for as long as the work takes."""
        async with open_inspector() as inspector:
            return await work(inspector)

    try:
        return run(work_on_it())
    except FilterError as error:
        click.echo(f"hookline: a mistake in the filter\n{printable(error.pointing())}", err=True)
        raise click.exceptions.Exit(2) from None


def write(data: bytes) -> None:
    """Write captured bytes to standard output: as they are to a file or pipe, made printable on a terminal."""
    if sys.stdout.isatty():
        click.echo(printable_content(data), nl=not data.endswith(b"\n"))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def as_json(value: object) -> str:
    """Give a value as a JSON object on one line, in ASCII alone: nothing captured in it steers a terminal."""
    return json.dumps(msgspec.to_builtins(value)).replace("\x7f", "\\u007f")


def signs() -> Signs:
    """Give the signs that standard output can show."""
    return ASCII if needs_ascii(sys.stdout, os.environ) else UNICODE


class Name(NamedTuple):
    """A delivery, and one of its attempts where `.N` says which."""

    delivery: str
    attempt: int | None = None


def read_name(text: str) -> Name:
    """Read `dlv_01k9…`, the beginning of one, `1167` or `#1167` from a list, each with `.2` behind for attempt 2."""
    name, dot, number = text.rpartition(".")
    if dot and number.isdecimal() and number.isascii() and name:
        return Name(name, int(number))
    return Name(text)


async def find(inspector: Inspector, name: str) -> DeliveryDetail:
    """Give a delivery by id, the beginning of one, or its number in lists.

    Raises:
        UnknownDelivery: there is none, or several.
    """
    number = name.removeprefix("#")
    if number.isdecimal() and number.isascii() and len(number) < 16:  # noqa: PLR2004 - SQLite's integers end later
        found = await inspector.deliveries(after=int(number) - 1, limit=1)
        if not found or found[0].seq != int(number):
            raise UnknownDelivery(f"there is no delivery #{number}: `hookline list` shows which there are")
        name = found[0].id
    return await inspector.delivery(name)


def attempt_of(detail: DeliveryDetail, number: int | None) -> AttemptView:
    """Give an attempt by its number, or what was received first.

    Raises:
        UnknownDelivery: it has no such attempt.
    """
    if number is None:
        return detail.attempts[0]
    for attempt in detail.attempts:
        if attempt.number == number:
            return attempt
    numbers = ", ".join(str(attempt.number) for attempt in detail.attempts)
    raise UnknownDelivery(f"{detail.summary.id} has no attempt {number}; it has {numbers}")


async def page_through(
    inspector: Inspector, query: str, *, newest: int | None = None, page: int = PAGE
) -> AsyncIterator[DeliverySummary]:
    """Give the deliveries that match, oldest first.

    Args:
        inspector: whose deliveries.
        query: a filter expression.
        newest: only so many of the newest; None: all.
        page: how many are asked for at once.
    """
    if newest is not None:
        for summary in reversed(await _newest(inspector, query, newest, page)):
            yield summary
        return
    after = 0
    while found := await inspector.deliveries(query=query, after=after, limit=page):
        for summary in found:
            yield summary
        after = found[-1].seq


async def _newest(inspector: Inspector, query: str, count: int, page: int) -> list[DeliverySummary]:
    """Give the newest deliveries, newest first."""
    rows: list[DeliverySummary] = []
    before: int | None = None
    while len(rows) < count:
        found = await inspector.deliveries(query=query, before=before, limit=min(page, count - len(rows)))
        if not found:
            break
        rows.extend(reversed(found))
        before = found[0].seq
    return rows


async def choose(
    inspector: Inspector, names: Sequence[str], *, query: str = "", latest: bool = False, failed: bool = False
) -> list[str]:
    """Give the ids of the deliveries that a command is to work on, in the order of their names or of their arrival.

    Raises:
        NothingChosen: nothing matches.
        UsageError: nothing says which, or both ways are used.
        FilterError: the query has a mistake.
        UnknownDelivery: a name fits none, or several.
    """
    by_query = bool(query) or latest or failed
    if names and by_query:
        raise click.UsageError("give either ids, or --filter, --latest and --failed; not both")
    if names:
        return [(await find(inspector, name)).summary.id for name in names]
    if not by_query:
        raise click.UsageError("say which deliveries: ids from `hookline list`, --latest, --failed, or --filter EXPR")
    parse(query)
    wanted = f"({query}) {FAILED}" if query and failed else query or (FAILED if failed else "")
    found = [summary.id async for summary in page_through(inspector, wanted, newest=1 if latest else None)]
    if not found:
        raise NothingChosen(f"no delivery matches {wanted}" if wanted else "there is no delivery yet")
    return found


async def exchange(inspector: Inspector, detail: DeliveryDetail, attempt: AttemptView) -> CapturedExchange:
    """Read an attempt whole, with what was answered.

    Raises:
        UnknownDelivery: its request is no longer there.
    """
    request = attempt.request
    if request is None:
        raise UnknownDelivery(f"{detail.summary.id} has no captured request")
    method, target, version = request_line(request)
    identity = detail.summary.id
    response = attempt.response
    answer = None
    if response is not None and attempt.status is not None:
        answer = CapturedResponse(
            status=attempt.status,
            reason=" ".join(response.line.split(" ")[2:]).encode("latin-1", "replace"),
            fields=octets(response.fields),
            content=await _content(inspector, identity, attempt, response, request=False),
            content_bytes=response.content_bytes,
        )
    return CapturedExchange(
        method=method.encode("latin-1"),
        base=detail.public_url,
        target=target.encode("latin-1"),
        fields=octets(request.fields),
        content=await _content(inspector, identity, attempt, request, request=True),
        content_bytes=request.content_bytes,
        version=version.encode("latin-1"),
        started_at=attempt.started_at,
        duration_seconds=attempt.duration_seconds,
        response=answer,
        delivery_id=identity,
        attempt=attempt.number,
    )


def request_line(request: MessageView) -> tuple[str, str, str]:
    """Give method, target and version, as `1.1`."""
    method, _, rest = request.line.partition(" ")
    target, _, version = rest.rpartition(" ")
    return method, target, version.removeprefix("HTTP/")


def octets(fields: tuple[tuple[str, str], ...]) -> tuple[tuple[bytes, bytes], ...]:
    """Give fields as the octets that a view shows."""
    return tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in fields)


async def _content(
    inspector: Inspector, identity: str, attempt: AttemptView, message: MessageView, *, request: bool
) -> bytes | None:
    """Give a content, or None where it was not captured whole."""
    if message.captured_bytes < message.content_bytes:
        return None
    if message.content_bytes == 0:
        return b""
    return await inspector.content(identity, attempt.number, "request" if request else "response")
