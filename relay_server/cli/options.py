"""Options made from the settings: a setting is explained once, in `relay_server.config`."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, get_args

import click
import msgspec

from relay_server import config
from relay_server.config import PREFIX, Settings, load_settings
from shared.config import Settled

Command = TypeVar("Command", bound=Callable[..., Any])


def settings_options(*names: str) -> Callable[[Command], Command]:
    """Add the options of these settings, and `--config`, to a command, which gets them by field name."""

    def add(command: Command) -> Command:
        command = click.option(
            "--config",
            "config_file",
            metavar="FILE",
            type=click.Path(path_type=Path),
            help=f"A configuration file in TOML form (or {PREFIX}_CONFIG). Default: see `hookline-relay config path`.",
        )(command)
        for name in reversed(names):
            command = _option(name)(command)
        return command

    return add


def settings_of(config_file: Path | None, flags: dict[str, Any]) -> Settled[Settings]:
    """Settle the settings of a command that was called with these flags.

    Raises:
        ConfigError: as `load_settings`.
    """
    return load_settings(flags, os.environ, config.config_file(os.environ, config_file))


def _option(name: str) -> Callable[[Command], Command]:
    field = next(field for field in msgspec.structs.fields(Settings) if field.name == name)
    kind, meta = get_args(field.type)[:2]
    return click.option(
        f"--{name.replace('_', '-')}",
        name,
        metavar=(meta.extra or {})["metavar"],
        help=meta.description,
        multiple=getattr(kind, "__origin__", None) is tuple,
    )
