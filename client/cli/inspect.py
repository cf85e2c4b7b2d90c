"""`hookline inspect`: the terminal interface on a running client."""

import os
import subprocess
import sys

import click


@click.command("inspect")
@click.option("--url", metavar="URL", help="The client's local API. Default: that of the client started last.")
def command(*, url: str | None) -> None:
    """Attach the terminal interface to a running client. `q` leaves it; the client goes on."""
    from client.cli.inspecting import newest_agent  # noqa: PLC0415 - `--help` need not wait for it
    from client.cli.interface import choose  # noqa: PLC0415
    from client.config import INSPECT_TOKEN_VARIABLE  # noqa: PLC0415

    if choose("auto") != "tui":
        raise click.UsageError("this needs a terminal for input and output: use `hookline list` here")
    token = ""
    if url is None:
        agent = newest_agent()
        if agent is None:
            click.echo("hookline: no hookline runs: start one with `hookline http 3000`", err=True)
            raise click.exceptions.Exit(1)
        url, token = agent.url, agent.token
    environ = {**os.environ, INSPECT_TOKEN_VARIABLE: token} if token else None
    code = subprocess.run([sys.executable, "-m", "client.tui", url], env=environ, check=False).returncode  # noqa: S603
    raise click.exceptions.Exit(code)
