"""The relay's settings: what each one means, and where they are read from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import platformdirs

from relay_server.addresses import AdminAddress, Domain, ListenAddress, Network, PublicUrl
from shared.config import Layer, Settled, environment_layer, file_layer, flags_layer, settle
from shared.units import Count, Duration, Size

PREFIX = "HOOKLINE_RELAY"
CONFIG_VARIABLE = f"{PREFIX}_CONFIG"
SYSTEM_FILE = Path("/etc/hookline/relay.toml")


def _is(metavar: str, description: str) -> msgspec.Meta:
    return msgspec.Meta(description=description, extra={"metavar": metavar})


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator can set; the words are those that `--help` shows."""

    domain: Annotated[
        Domain | None,
        _is(
            "NAME", "The relay's own host name, such as relay.example.com; endpoints are NAME.DOMAIN and DOMAIN/t/NAME."
        ),
    ] = None
    listen: Annotated[
        tuple[ListenAddress, ...],
        _is(
            "ADDR",
            "Where senders and clients connect: 443, 127.0.0.1:8443, [::1]:0 (0: any free port). May be repeated. "
            "Default: 443; 127.0.0.1:8443 for *.localhost; 127.0.0.1:8080 with --tls off.",
        ),
    ] = ()
    listen_http: Annotated[
        ListenAddress | None, _is("ADDR", "Accept plain HTTP here as well, such as 80. Default: nowhere.")
    ] = None
    tls: Annotated[
        Literal["files", "local-ca", "off"] | None,
        _is(
            "files|local-ca|off",
            "The certificate: from --cert and --key (read again when they change), from a CA of the relay's own "
            "(for trials), or none, behind a proxy. Default: files with --cert, local-ca for *.localhost.",
        ),
    ] = None
    cert: Annotated[Path | None, _is("FILE", "The certificate chain in PEM form.")] = None
    key: Annotated[Path | None, _is("FILE", "The certificate's private key in PEM form, without a passphrase.")] = None
    public_url: Annotated[
        PublicUrl | None,
        _is("URL", "How senders see the relay, if not as it listens. Default behind --trusted-proxy: https://DOMAIN."),
    ] = None
    trusted_proxy: Annotated[
        tuple[Network, ...],
        _is("CIDR", "Believe Forwarded and X-Forwarded-* fields from these addresses. May be repeated."),
    ] = ()
    connections: Annotated[
        Count,
        _is(
            "N",
            "How many connections may be open in all, from accepting them on; more are refused. The system's limit "
            "on open files bounds them too. Default: 20000.",
        ),
    ] = Count(20_000)
    connections_per_address: Annotated[
        Count,
        _is(
            "N",
            "The same for one sender's address (of IPv6: for its /64 network); trusted proxies are not counted. "
            "Default: 1000.",
        ),
    ] = Count(1000)
    memory_limit: Annotated[
        Size | None,
        _is(
            "SIZE",
            "Above this much memory new deliveries are refused, those that run go on (0: no limit; Linux only). "
            "Default: 80 % of the machine's, or of its control group's (container, systemd unit).",
        ),
    ] = None
    data_dir: Annotated[
        Path | None, _is("DIR", "Where tokens and names are kept. Default: the user's data directory.")
    ] = None
    admin: Annotated[
        AdminAddress | None,
        _is(
            "ADDR|PATH|off",
            "Where `hookline-relay status` asks: a Unix socket or 127.0.0.1:PORT. Default: admin.sock in --data-dir.",
        ),
    ] = None
    drain: Annotated[
        Duration, _is("DURATION", "How long running deliveries may take to finish when the relay ends. Default: 10s.")
    ] = Duration(10)
    hold: Annotated[
        Duration,
        _is(
            "DURATION",
            "How long a delivery waits for a client that was here a moment ago (0: not at all). Senders have "
            "deadlines of their own: Slack 3 s, Shopify 5 s. Default: 2500ms.",
        ),
    ] = Duration(2.5)
    log_format: Annotated[Literal["text", "json"], _is("text|json", "The form of the log. Default: text.")] = "text"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        _is("LEVEL", "The least that is logged: debug, info, warning or error. Default: info."),
    ] = "info"

    @property
    def data_directory(self) -> Path:
        """The directory of `data_dir`, or the default."""
        return self.data_dir or platformdirs.user_data_path("hookline-relay", appauthor=False)

    @property
    def admin_address(self) -> AdminAddress:
        """The address of `admin`, or the default."""
        return self.admin or AdminAddress(path=self.data_directory / "admin.sock")


def config_file(environ: Mapping[str, str], chosen: Path | None) -> Path | None:
    """Give the configuration file: the chosen one, else the first that exists of those looked for, else None."""
    if chosen is not None:
        return chosen
    if environ.get(CONFIG_VARIABLE):
        return Path(environ[CONFIG_VARIABLE])
    return next((path for path in searched_files() if path.exists()), None)


def searched_files() -> tuple[Path, ...]:
    """Give where a configuration file is looked for, in order."""
    return (platformdirs.user_config_path("hookline", appauthor=False) / "relay.toml", SYSTEM_FILE)


def load_settings(flags: Mapping[str, object], environ: Mapping[str, str], file: Path | None) -> Settled[Settings]:
    """Settle the settings: flags before environment before file before default.

    Args:
        flags: by field; None or an empty tuple: not given.
        environ: the process's environment.
        file: the configuration file, or None.

    Raises:
        ConfigError: a value does not fit, a key does not exist, or the file cannot be read.
    """
    layers: list[Layer] = [flags_layer(flags), environment_layer(environ, PREFIX, Settings)]
    if file is not None:
        layers.append(file_layer(file))
    return settle(Settings, layers)
