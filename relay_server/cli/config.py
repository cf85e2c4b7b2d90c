"""`hookline-relay config`: what the relay would be run with."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from relay_server.cli.options import settings_of, settings_options
from relay_server.cli.serve import SETTINGS
from relay_server.config import CONFIG_VARIABLE, Settings, searched_files
from relay_server.config import config_file as chosen_file
from relay_server.plan import make_plan
from relay_server.tls.pair import load_pair


@click.group()
def config() -> None:
    """Check and show the settings, as `serve` with the same options would use them."""


@config.command()
@settings_options(*SETTINGS)
def check(config_file: Path | None, **flags: Any) -> None:
    """Say whether the relay could be started with these settings. Exit code 2: a setting does not fit."""
    settings = settings_of(config_file, flags).settings
    plan = make_plan(settings)
    if plan.certificate is not None:
        load_pair(*plan.certificate, now=datetime.now(UTC))
    listen = ", ".join(str(address) for address in plan.listen)
    click.echo(f"ok: {plan.domain}, TLS {plan.tls}, listens on {listen}, data in {settings.data_directory}")


@config.command("path")
@settings_options()
def path_(config_file: Path | None) -> None:
    """Print the configuration file that is read; none: where one is looked for, on standard error."""
    found = chosen_file(os.environ, config_file)
    if found is not None:
        click.echo(found)
        return
    click.echo(f"no configuration file; looked for {CONFIG_VARIABLE} in the environment and", err=True)
    for path in searched_files():
        click.echo(f"  {path}", err=True)


@config.command()
@settings_options(*SETTINGS)
def show(config_file: Path | None, **flags: Any) -> None:
    """Print every setting with its value and where that comes from, in the form of a configuration file."""
    settled = settings_of(config_file, flags)
    for name in Settings.__struct_fields__:
        value = getattr(settled.settings, name)
        line = f"# {name} is not set" if value is None else f"{name} = {_toml(value)}"
        click.echo(f"{line}  # {settled.origins.get(name, 'default')}")


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(one) for one in value)}]"
    if isinstance(value, float):
        return f"{value:g}"
    return msgspec.json.encode(str(value)).decode()
