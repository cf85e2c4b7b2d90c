"""The client's settings: what each means, and where they are read from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from client import places
from shared.config import Layer, Settled, environment_layer, file_layer, flags_layer, settle
from shared.units import Duration

PREFIX = "HOOKLINE"
TOKEN_VARIABLE = "HOOKLINE_TOKEN"  # noqa: S105 - a variable's name

Interface = Literal["auto", "tui", "lines", "json", "quiet"]


class VerifyConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A signature check under a path."""

    scheme: str
    """An entry of `hookline schemes`, or `auto`."""
    secret: tuple[str, ...] = ()
    """References: `env:NAME`, `file:PATH`, `keyring:NAME`. Several: any of them may have signed."""
    path: str = "/"
    require: bool = False
    """Refuse what is not valid before the app sees it."""
    handshake: bool = False
    params: dict[str, str] = {}


class TunnelConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A tunnel that `hookline start` opens."""

    address: int | str
    """The app: `3000`, `host:3000`, `https://…`, `unix:/path`."""
    url: str = ""
    """The endpoint's name; empty: the table's key."""
    verify: tuple[VerifyConfig, ...] = ()
    pool: bool = False
    host_header: str = "rewrite"
    """`rewrite`: the app's own address; `preserve`: as the sender sent it; else the value to send."""
    timeout: Duration = Duration(30.0)
    """Until the app's answer must begin."""
    insecure_origin: bool = False


class ClientConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that the files, the environment and the flags can set."""

    relay: str = ""
    """`https://relay.example.com`; empty: the one of the last login."""
    relay_ca: Path | None = None
    inspect_addr: str = "127.0.0.1:4040"
    ui: Interface = "auto"
    record: bool = True
    tunnels: dict[str, TunnelConfig] = {}


def load(flags: Mapping[str, object], environ: Mapping[str, str], extra: Path | None = None) -> Settled[ClientConfig]:
    """Settle the settings: flags, then environment, then `extra` or the project's file, then the user's.

    Raises:
        ConfigError: something does not fit; names the file, the key and what would fit.
    """
    layers: list[Layer] = [flags_layer(flags), environment_layer(environ, PREFIX, ClientConfig)]
    layers += [file_layer(path) for path in files(extra)]
    return settle(ClientConfig, layers)


def files(extra: Path | None = None) -> list[Path]:
    """Give the settings files that are read, the strongest first."""
    first = [extra] if extra is not None else [path for path in (places.project_config_file(),) if path.exists()]
    return first + [path for path in (places.user_config_file(),) if path.exists()]
