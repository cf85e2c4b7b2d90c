"""`hookline diff`: what two deliveries or attempts differ in."""

import os
import sys

import click
import msgspec

from client.cli.captured import as_json, attempt_of, find, perform, read_name
from client.deliveries.diff import Diff, Message, compare, render
from client.inspector import Inspector, Side, UnknownDelivery
from client.lines import wants_colour
from client.views import AttemptView, DeliveryDetail, MessageView
from shared.printable import printable_line


@click.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="[B]", required=False)
@click.option("--ignore-order", is_flag=True, help="Fields and items of JSON lists may stand in any order.")
@click.option("--request", "request_only", is_flag=True, help="Compare the requests alone.")
@click.option("--json", "json_wanted", is_flag=True, help="One JSON object.")
def command(before: str, after: str | None, *, ignore_order: bool, request_only: bool, json_wanted: bool) -> None:
    """Compare two deliveries, or two attempts: ID.2 is attempt 2. With A alone: what came, and its newest attempt.

    Exit code 0: no difference; 1: some.
    """
    titles, found = perform(
        lambda inspector: _compared(inspector, before, after, ignore_order=ignore_order, request_only=request_only)
    )
    if json_wanted:
        click.echo(as_json({"a": titles[0], "b": titles[1], "count": found.count, "parts": found.parts}))
    elif found.count:
        plural = "" if found.count == 1 else "s"
        click.echo(printable_line(f"A {titles[0]}   B {titles[1]}   {found.count} change{plural}"))
        click.echo(render(found, colour=wants_colour(sys.stdout, os.environ)), nl=False, color=True)
    raise click.exceptions.Exit(1 if found.count else 0)


async def _compared(
    inspector: Inspector, before: str, after: str | None, *, ignore_order: bool, request_only: bool
) -> tuple[tuple[str, str], Diff]:
    left = await _side(inspector, before)
    if after is not None:
        right = await _side(inspector, after)
    else:
        detail = left[0]
        if len(detail.attempts) == 1:
            raise UnknownDelivery(f"{detail.summary.id} has one attempt: give a second delivery, or replay it first")
        right = (detail, detail.attempts[-1])
    messages = [await _messages(inspector, *one, request_only=request_only) for one in (left, right)]
    return (_title(left), _title(right)), compare(messages[0], messages[1], ignore_order=ignore_order)


async def _side(inspector: Inspector, text: str) -> tuple[DeliveryDetail, AttemptView]:
    name = read_name(text)
    detail = await find(inspector, name.delivery)
    return detail, attempt_of(detail, name.attempt)


def _title(side: tuple[DeliveryDetail, AttemptView]) -> str:
    return f"{side[0].summary.id}.{side[1].number} {side[1].kind}"


async def _messages(
    inspector: Inspector, detail: DeliveryDetail, attempt: AttemptView, *, request_only: bool
) -> tuple[Message, Message | None]:
    request = await _message(inspector, detail, attempt, attempt.request)
    if request_only:
        return request, None
    response = await _message(inspector, detail, attempt, attempt.response)
    outcome = (("state", attempt.state), ("status", str(attempt.status or "")), ("failure", attempt.failure))
    return request, msgspec.structs.replace(response, line=tuple(pair for pair in outcome if pair[1]))


async def _message(
    inspector: Inspector, detail: DeliveryDetail, attempt: AttemptView, message: MessageView | None
) -> Message:
    if message is None:
        return Message(())
    method, _, rest = message.line.partition(" ")
    target = rest.rpartition(" ")[0]
    side: Side = "request" if message is attempt.request else "response"
    content = await inspector.content(detail.summary.id, attempt.number, side) if message.captured_bytes else b""
    return Message(
        (("method", method), ("target", target)),
        message.fields,
        content,
        whole=message.captured_bytes >= message.content_bytes,
    )
