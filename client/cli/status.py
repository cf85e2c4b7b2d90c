"""`hookline status`: what runs on this machine."""

import click
import msgspec

from shared.loop import run


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(*, as_json: bool) -> None:
    """Show the clients that run: link, tunnels, counts, and the local API's address. Exit code 1 when none runs."""
    run(_status(as_json=as_json))


async def _status(*, as_json: bool) -> None:
    from client import places  # noqa: PLC0415 - `--help` need not wait for it
    from client.api import RemoteInspector  # noqa: PLC0415
    from client.running import running  # noqa: PLC0415
    from client.wording import duration  # noqa: PLC0415
    from shared.printable import printable_line  # noqa: PLC0415

    agents = running(places.agents_directory())
    if not agents:
        click.echo("no hookline runs: start one with `hookline http 3000`", err=True)
        raise click.exceptions.Exit(1)
    for agent in agents:
        async with RemoteInspector(agent.url) as inspector:
            status = await inspector.status()
        if as_json:
            click.echo(msgspec.json.encode(status))
            continue
        trip = "" if status.round_trip_seconds is None else f", {duration(status.round_trip_seconds)}"
        click.echo(printable_line(f"{status.link}{trip}  {status.relay}  {status.detail}".rstrip()))
        for tunnel in status.tunnels:
            for url in tunnel.public_urls:
                click.echo(printable_line(f"  {url} -> {tunnel.origin} ({tunnel.origin_state})"))
        counts = status.counts
        click.echo(f"  {counts.received} received, {counts.failed} failed, {counts.bad_signatures} bad signatures")
        click.echo(f"  {status.inspect_url} (pid {agent.pid})")
        if status.history:
            click.echo(printable_line(f"  {status.history}"))
