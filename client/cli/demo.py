"""`hookline demo`: everything on this machine."""

from typing import TYPE_CHECKING

import click

from shared.loop import run

if TYPE_CHECKING:
    from client.cli.interface import Shown


@click.command("demo")
@click.option("--once", is_flag=True, help="Send the series once, print a line a delivery and a summary, and end.")
@click.option(
    "--ui",
    type=click.Choice(["auto", "tui", "lines", "json", "quiet"]),
    default="auto",
    help="How deliveries are shown. Default: tui on a terminal, else lines.",
)
def command(*, once: bool, ui: str) -> None:
    """See it work, with nothing to set up: q or Ctrl-C ends it, and nothing is left behind.

    A relay serves https://demo.localhost:8443, a client is linked to it, a small app answers on a free port, and a
    sender posts signed TalkifAI events to the public URL: good ones, a forged one, one that the app fails and that
    is retried, a slow answer, a binary body, a custom function.
    """
    from client.cli.demo_once import play_once  # noqa: PLC0415 - `--help` need not wait for it
    from client.cli.interface import choose  # noqa: PLC0415

    if once:
        raise click.exceptions.Exit(run(play_once()))
    run(_until_stopped(choose(ui)))


async def _until_stopped(shown: "Shown") -> None:
    from client.cli.loop import until_stopped  # noqa: PLC0415 - `--help` need not wait for it

    click.echo("starting a relay, a client, an app and a sender on this machine …", err=True)
    await until_stopped(_watched(shown))


async def _watched(shown: "Shown") -> None:
    from client import demo  # noqa: PLC0415 - `--help` need not wait for it
    from client.cli.interface import show  # noqa: PLC0415
    from client.cli.loop import first  # noqa: PLC0415

    async with demo.running(4040) as running:

        async def watch() -> None:
            """Show the deliveries once the tunnel stands."""
            public = await running.ready()
            click.echo(f"{public}  (CA: {running.relay.ca_file})", err=True)
            await show(running.agent.inspector, running.url, shown)

        await first(running.link(), running.play(), watch())
