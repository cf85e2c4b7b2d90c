"""`hookline start`: the tunnels of the settings file."""

import os
from pathlib import Path
from typing import Any

import click

from client.cli.options import flags_of, settings_options
from shared.loop import run


@click.command("start")
@click.argument("names", metavar="[NAME…]", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Open all of them.")
@settings_options
def command(
    *,
    names: tuple[str, ...],
    every: bool,
    config: Path | None,
    **settings: Any,
) -> None:
    """Open tunnels of hookline.toml: those named, or --all.

    \b
    [tunnels.billing]
    address = 3000
    verify = [{ path = "/stripe", scheme = "stripe", secret = "env:STRIPE_WEBHOOK_SECRET" }]
    """  # noqa: D301 - \b is click's mark for text that is not to be wrapped
    from client.cli.opening import open_tunnels  # noqa: PLC0415 - `--help` need not wait for it
    from client.config import load  # noqa: PLC0415
    from shared.config import ConfigError  # noqa: PLC0415
    from shared.fitting import nearest  # noqa: PLC0415

    tunnels = load({}, os.environ, config).settings.tunnels
    if not tunnels:
        raise click.UsageError("no settings file has tunnels: write hookline.toml (see `hookline start --help`)")
    if not names and not every:
        raise click.UsageError(f"name a tunnel ({', '.join(tunnels)}), or give --all")
    for name in names:
        if name not in tunnels:
            raise ConfigError("", f"tunnels.{name}", "there is no such tunnel", nearest(name, tunnels))
    chosen = {name: tunnel for name, tunnel in tunnels.items() if every or name in names}
    run(open_tunnels(chosen, flags=flags_of(settings), environ=os.environ, config=config, local=False))
