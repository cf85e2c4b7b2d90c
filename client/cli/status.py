"""`hookline status`: what runs on this machine."""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import click
import msgspec

from shared.loop import run

if TYPE_CHECKING:
    from client.running import RunningAgent
    from client.views import Status

ANSWER_SECONDS = 2.0
"""A client that has not answered by then is not waited for."""


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(*, as_json: bool) -> None:
    """Show the clients that run: link, tunnels, counts, and the local API's address. Exit code 1 when none runs."""
    run(_status(as_json=as_json))


async def _status(*, as_json: bool) -> None:
    from client import places  # noqa: PLC0415 - `--help` need not wait for it
    from client.running import running  # noqa: PLC0415

    agents = running(places.agents_directory())
    if not agents:
        click.echo("no hookline runs: start one with `hookline http 3000`", err=True)
    answered = 0
    for agent in agents:
        status = await _ask(agent)
        if status is None:
            click.echo(f"hookline {agent.pid} runs, but does not answer at {agent.url!a}", err=True)
            continue
        answered += 1
        if as_json:
            click.echo(msgspec.json.encode(status))
        else:
            _tell(agent, status)
    if not answered:
        raise click.exceptions.Exit(1)


async def _ask(agent: "RunningAgent") -> "Status | None":
    """Give the state of a client; None: it does not answer, as one that was stopped does not."""
    from client.api import RemoteInspector  # noqa: PLC0415 - `--help` need not wait for it
    from client.api.remote import ClientGone  # noqa: PLC0415

    with suppress(ClientGone, TimeoutError):
        async with RemoteInspector(agent.url, token=agent.token) as inspector, asyncio.timeout(ANSWER_SECONDS):
            return await inspector.status()
    return None


def _tell(agent: "RunningAgent", status: "Status") -> None:
    from client.wording import duration  # noqa: PLC0415 - `--help` need not wait for it
    from shared.printable import printable_line  # noqa: PLC0415

    trip = "" if status.round_trip_seconds is None else f", {duration(status.round_trip_seconds)}"
    click.echo(printable_line(f"{status.link}{trip}  {status.relay}  {status.detail}".rstrip()))
    for tunnel in status.tunnels:
        for url in tunnel.public_urls:
            click.echo(printable_line(f"  {url} -> {tunnel.origin} ({tunnel.origin_state})"))
    counts = status.counts
    bad = f"{counts.bad_signatures} bad signature{'' if counts.bad_signatures == 1 else 's'}"
    click.echo(f"  {counts.received} received, {counts.failed} failed, {bad}")
    click.echo(f"  local API {printable_line(status.inspect_url)} (pid {agent.pid})")
    if status.history:
        click.echo(printable_line(f"  {status.history}"))
