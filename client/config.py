"""The client's settings: what each means, and where they are read from."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from client import places
from client.inspect_address import InspectAddress
from client.origin.address import OriginAddress
from shared.config import ConfigError, Layer, Settled, environment_layer, file_layer, flags_layer, settle
from shared.errors import TunnelError
from shared.units import Duration, Size

PREFIX = "HOOKLINE"
TOKEN_VARIABLE = "HOOKLINE_TOKEN"  # noqa: S105 - a variable's name
INSPECT_TOKEN_VARIABLE = "HOOKLINE_INSPECT_TOKEN"  # noqa: S105 - a variable's name

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
    """Until the app's answer must begin; and how long one of known length may stand still (others ten times that)."""
    insecure_origin: bool = False

    def __post_init__(self) -> None:
        """See that the address is one.

        Raises:
            BadAddress: it is not.
        """
        OriginAddress.parse(str(self.address))


class HistoryConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What of the history is kept; the oldest deliveries go first, pinned ones never."""

    deliveries: int = 100_000
    """At most so many."""
    age: Duration = Duration(30 * 86_400)
    """At most so old, such as `7d`."""
    size: Size = Size(2 * 1024**3)
    """The file, in use, at most so large, such as `500MiB`."""
    content: Size = Size(64 * 1024**2)
    """Of one content at most so much; what is longer is marked as truncated."""


class ClientConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that the files, the environment and the flags can set."""

    relay: str = ""
    """`https://relay.example.com`; empty: the one of the last login."""
    relay_ca: Path | None = None
    inspect_addr: str = "127.0.0.1:4040"
    """Where the local API listens, a loopback address; the next free port where that one is taken."""
    ui: Interface = "auto"
    record: bool = True
    require_history: bool = False
    """Refuse deliveries with 503 while they cannot be recorded."""
    history: HistoryConfig = HistoryConfig()
    tunnels: dict[str, TunnelConfig] = {}


def load(flags: Mapping[str, object], environ: Mapping[str, str], extra: Path | None = None) -> Settled[ClientConfig]:
    """Settle the settings: flags, then environment, then `extra` or the project's file, then the user's.

    Raises:
        ConfigError: something does not fit; names the file, the key and what would fit.
    """
    layers: list[Layer] = [flags_layer(flags), environment_layer(environ, PREFIX, ClientConfig)]
    layers += [file_layer(path) for path in files(extra)]
    settled = settle(ClientConfig, layers)
    _check_addresses(settled.settings, layers)
    return settled


def _check_addresses(settings: ClientConfig, layers: Sequence[Layer]) -> None:
    """See that the addresses are some, where their origin is still known.

    Raises:
        ConfigError: one is not.
    """
    from client.relay.address import RelayAddress  # noqa: PLC0415 - the options' help need not wait for it

    for key, parse in (("relay", RelayAddress.parse), ("inspect_addr", InspectAddress.parse)):
        layer = next((layer for layer in layers if key in layer.values), None)
        text = getattr(settings, key)
        if layer is not None and text:
            try:
                parse(text)
            except TunnelError as error:
                raise ConfigError(layer.origin, layer.spelled(key), str(error)) from error


def files(extra: Path | None = None) -> list[Path]:
    """Give the settings files that are read, the strongest first."""
    first = [extra] if extra is not None else [path for path in (places.project_config_file(),) if path.exists()]
    return first + [path for path in (places.user_config_file(),) if path.exists()]
