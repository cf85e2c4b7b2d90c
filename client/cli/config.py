"""`hookline config`: check and show the settings."""

import os
from pathlib import Path

import click
import msgspec


@click.group("config")
def command() -> None:
    """Check and show the settings: flags, HOOKLINE_* variables, hookline.toml here, the user's file, in this order."""


_FILE = click.option(
    "--config", metavar="FILE", type=click.Path(path_type=Path), help="Instead of hookline.toml in this directory."
)


@command.command()
@_FILE
def check(*, config: Path | None) -> None:
    """Say whether every settings file fits; exit code 2 when one does not."""
    from client.config import files, load  # noqa: PLC0415 - `--help` need not wait for it

    settled = load({}, os.environ, config)
    read = ", ".join(map(str, files(config))) or "no file"
    click.echo(f"fine: {read}; tunnels: {', '.join(settled.settings.tunnels) or 'none'}")


@command.command()
def path() -> None:
    """Print where settings are looked for, the strongest first."""
    from client import places  # noqa: PLC0415 - `--help` need not wait for it

    for place in (places.project_config_file(), places.user_config_file()):
        click.echo(f"{place.absolute()}{'' if place.exists() else '  (not there)'}")


@command.command()
@_FILE
def show(*, config: Path | None) -> None:
    """Print the settings as they are in force, and where each came from."""
    from client.config import load  # noqa: PLC0415 - `--help` need not wait for it

    settled = load({}, os.environ, config)
    for name, value in msgspec.structs.asdict(settled.settings).items():
        shown = msgspec.json.encode(value, enc_hook=str).decode()
        click.echo(f"{name} = {shown}  # {settled.origins.get(name, 'default')}")
