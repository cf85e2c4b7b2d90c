"""`hookline show`: one delivery, with all its attempts."""

import time
from collections.abc import Iterator
from datetime import datetime

import click

from client.cli.captured import as_json, attempt_of, choose, find, perform, read_name, signs, write
from client.inspector import Inspector
from client.views import AttemptView, DeliveryDetail, MessageView
from client.wording import duration, kind, result, signature, size
from shared.printable import printable, printable_content, printable_line

SHOWN_BYTES = 16 * 1024
"""Of a content, unless all of it is asked for."""


@click.command("show")
@click.argument("name", metavar="[ID[.N]]", required=False)
@click.option("--body", "content", is_flag=True, help="Only the request's content, as it came.")
@click.option("--response", "answer", is_flag=True, help="Only the response's content, as it came.")
@click.option("--json", "json_wanted", is_flag=True, help="One JSON object.")
def command(name: str | None, *, content: bool, answer: bool, json_wanted: bool) -> None:
    """Show a captured delivery: its id, the beginning of it, or its number in `hookline list`; .N is attempt N.

    Without ID the newest one.
    """
    if content + answer + json_wanted > 1:
        raise click.UsageError("--body, --response and --json are three different outputs: give one")
    if content or answer:
        write(perform(lambda inspector: _content(inspector, name, request=content)))
    elif json_wanted:
        click.echo(as_json(perform(lambda inspector: _found(inspector, name))[0]))
    else:
        click.echo(perform(lambda inspector: shown(inspector, name)), nl=False)


async def _found(inspector: Inspector, name: str | None) -> tuple[DeliveryDetail, AttemptView]:
    if name is None:
        (newest,) = await choose(inspector, (), latest=True)
        name = newest
    identity, number = read_name(name)
    detail = await find(inspector, identity)
    if number is not None:
        return detail, attempt_of(detail, number)
    return detail, detail.attempts[-1]


async def _content(inspector: Inspector, name: str | None, *, request: bool) -> bytes:
    """Give the content of what was received, or of the answer to the newest attempt, unless another is named."""
    detail, attempt = await _found(inspector, name)
    if request and (name is None or read_name(name).attempt is None):
        attempt = detail.attempts[0]
    message = attempt.request if request else attempt.response
    if message is not None and message.captured_bytes < message.content_bytes:
        click.echo(f"hookline: {_cut(message)}", err=True)
    if message is None:
        click.echo(f"hookline: attempt {attempt.number} of {detail.summary.id} has no response", err=True)
        raise click.exceptions.Exit(1)
    return await inspector.content(detail.summary.id, attempt.number, "request" if request else "response")


def _cut(message: MessageView) -> str:
    kept, all_of_it = size(message.captured_bytes), size(message.content_bytes)
    return f"truncated: {kept} of {all_of_it} were kept; it cannot be replayed or exported as it was"


async def shown(inspector: Inspector, name: str | None) -> str:
    """Give the page about a delivery: everything captured in it is printable."""
    detail, attempt = await _found(inspector, name)
    first = detail.attempts[0]
    lines = [*_summary(detail), *(line for one in detail.attempts for line in _attempt(one))]
    number = read_name(name or "").attempt
    for title, side, one in (("request", "request", attempt if number else first), ("response", "response", attempt)):
        message = one.request if side == "request" else one.response
        if message is None:
            continue
        lines.append(f"── {title} of attempt {one.number} ──")
        lines += [message.line, *(f"{key}: {value}" for key, value in message.fields), ""]
        content = await inspector.content(detail.summary.id, one.number, "request" if side == "request" else "response")
        lines += _body(content, message, option="--body" if side == "request" else "--response")
    return printable("\n".join(lines).rstrip() + "\n")


def _summary(detail: DeliveryDetail) -> Iterator[str]:
    summary = detail.summary
    at = datetime.fromtimestamp(summary.received_at).astimezone().isoformat(sep=" ", timespec="milliseconds")
    yield printable_line(f"#{summary.seq} {summary.id}  {summary.method} {summary.target}  {size(summary.size_bytes)}")
    yield printable_line(f"  received   {at} from {detail.remote} at {detail.public_url}")
    if summary.event_type or summary.event_id:
        event = " ".join(filter(None, (summary.event_type, summary.event_id)))
        yield printable_line(f"  event      {event}" + (f" ({summary.provider})" if summary.provider else ""))


def _attempt(attempt: AttemptView) -> Iterator[str]:
    ended = result(attempt.state, attempt.status, attempt.failure, signs=signs())
    took = "" if attempt.duration_seconds is None else f" in {duration(attempt.duration_seconds)}"
    timing = _timing(attempt)
    yield printable_line(f"  attempt {attempt.number:<2} {kind(attempt.kind):<9} {ended}{took}  {attempt.target}")
    if timing:
        yield f"             {timing}"
    verdict = attempt.signature
    said = "; ".join(filter(None, (verdict.sentence, verdict.next_step)))
    words = " ".join(filter(None, (str(signature(verdict.state, signs=signs())), verdict.scheme)))
    yield printable_line("             signature " + ": ".join(filter(None, (words, said))))
    for sentence in filter(
        None, (attempt.failure and f"{attempt.failure}: {attempt.failure_detail}", attempt.clock, _retry(attempt))
    ):
        yield printable_line(f"             {sentence}")


def _timing(attempt: AttemptView) -> str:
    """Give `relay to client 3.1 ms · connected in 0.4 ms · first byte after 37 ms`: what is known of it."""
    known = (
        ("relay to client", attempt.relay_seconds),
        ("connected in", attempt.connect_seconds),
        ("first byte after", attempt.first_byte_seconds),
    )
    return " · ".join(f"{words} {duration(seconds)}" for words, seconds in known if seconds is not None)


def _retry(attempt: AttemptView) -> str:
    """Give when the provider's next attempt is due, while it is still to come."""
    wait = None if attempt.retry_at is None else attempt.retry_at - time.time()
    return f"next attempt in {duration(wait)}" if wait is not None and wait > 0 else ""


def _body(content: bytes, message: MessageView, *, option: str) -> Iterator[str]:
    if message.captured_bytes < message.content_bytes:
        yield _cut(message)
    if not content:
        return
    if b"\0" in content[:SHOWN_BYTES]:
        yield f"({size(len(content))} of binary content; {option} writes it)"
        return
    yield printable_content(content[:SHOWN_BYTES])
    if len(content) > SHOWN_BYTES:
        yield f"({size(len(content) - SHOWN_BYTES)} more; {option} writes it all)"
