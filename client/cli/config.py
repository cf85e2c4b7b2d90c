"""`hookline config`: check and show the settings."""

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from shared.errors import TunnelError

if TYPE_CHECKING:
    from client.config import TunnelConfig


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
    for name, tunnel in settled.settings.tunnels.items():
        _check_tunnel(settled.origins.get("tunnels", ""), name, tunnel)
    read = ", ".join(map(str, files(config))) or "no file"
    click.echo(f"fine: {read}; tunnels: {', '.join(settled.settings.tunnels) or 'none'}")


def _check_tunnel(file: str, name: str, tunnel: "TunnelConfig") -> None:
    """See that a tunnel could be opened, but for its secrets, which need not be on this machine.

    Raises:
        ConfigError: it could not.
    """
    from client import places  # noqa: PLC0415 - `--help` need not wait for it
    from client.cli.secrets_needed import require_secret  # noqa: PLC0415
    from client.origin.address import OriginAddress  # noqa: PLC0415
    from client.origin.rewrite import host_value  # noqa: PLC0415
    from client.signatures.catalogue import Catalogue  # noqa: PLC0415
    from client.signatures.handshakes import Handshakes  # noqa: PLC0415
    from client.signatures.rule import AUTO  # noqa: PLC0415
    from shared.config import ConfigError  # noqa: PLC0415

    catalogue = Catalogue.load(places.own_schemes_file())
    key = "host_header"
    try:
        host_value(tunnel.host_header, OriginAddress.parse(str(tunnel.address)))
        for index, verify in enumerate(tunnel.verify):
            key = f"verify[{index}].scheme"
            asks = verify.handshake and Handshakes.load().knows(verify.scheme)
            if verify.scheme != AUTO and not asks:
                catalogue.get(verify.scheme)
            key = f"verify[{index}].secret"
            require_secret(verify, catalogue)
    except TunnelError as error:
        raise ConfigError(file, f"tunnels.{name}.{key}", str(error)) from error


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
    login = _login(settled.settings.relay)
    for name, value in msgspec.structs.asdict(settled.settings).items():
        found, origin = value, settled.origins.get(name, "default")
        if not value and login.get(name):
            found, origin = login[name], "login"
        click.echo(f"{name} = {msgspec.json.encode(found, enc_hook=str).decode()}  # {origin}")


def _login(relay: str) -> dict[str, object]:
    """Give what stands in for settings that nobody made: the last login's relay, and the CA of the relay in use."""
    from client import places  # noqa: PLC0415 - `--help` need not wait for it
    from client.credentials import Credentials, CredentialsUnusable  # noqa: PLC0415
    from client.relay import RelayAddress  # noqa: PLC0415

    kept = Credentials(places.credentials_file())
    found: dict[str, object] = {}
    with suppress(CredentialsUnusable):
        found["relay"] = kept.last_relay
        used = relay or kept.last_relay
        found["relay_ca"] = kept.ca_file(RelayAddress.parse(used).url) if used else None
    return found
