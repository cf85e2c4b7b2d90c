"""Options that several commands share."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


_SETTINGS = (
    click.option("--relay", metavar="URL", help="The relay. Default: that of the last `hookline login`."),
    click.option(
        "--relay-ca",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Trust this CA for the relay. Default: that of the login, else the system's.",
    ),
    click.option(
        "--ui",
        type=click.Choice(["auto", "tui", "lines", "json", "quiet"]),
        help="How deliveries are shown. Default: tui on a terminal, else lines.",
    ),
    click.option(
        "--inspect-addr",
        metavar="ADDR",
        help="Where the local API listens. Default: 127.0.0.1:4040, or the next free port.",
    ),
    click.option("--no-record", is_flag=True, help="Let deliveries pass without a trace."),
    click.option(
        "--require-history",
        is_flag=True,
        help="Refuse deliveries with 503 while they cannot be recorded, instead of letting them pass.",
    ),
    click.option(
        "--config",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Settings. Default: hookline.toml here, then the user's.",
    ),
)

_TUNNEL = (
    click.option(
        "--url",
        "--subdomain",
        "--domain",
        "url",
        metavar="NAME",
        default="",
        help="The endpoint's name: NAME.relay.example.com. Default: the relay chooses, always the same.",
    ),
    click.option("--pool", is_flag=True, help="Share the endpoint with other clients of the same token."),
    click.option(
        "--host-header",
        metavar="rewrite|preserve|VALUE",
        default="rewrite",
        help="The Host that the app sees. Default: its own address.",
    ),
    click.option(
        "--timeout",
        metavar="TIME",
        default="30s",
        show_default=True,
        help="Until the app's answer must begin; once begun, it may not stand still for longer (event streams may).",
    ),
    click.option("--insecure-origin", is_flag=True, help="Do not check the app's own https certificate."),
)


def settings_options(function: F) -> F:
    """Add what the settings files can say too."""
    return _with(_SETTINGS, function)


def flags_of(given: Mapping[str, Any]) -> dict[str, object]:
    """Give what the options of `settings_options` said, but for --config, by the settings' keys; None: nothing."""
    ca = given["relay_ca"]
    return {
        "relay": given["relay"],
        "relay_ca": None if ca is None else str(ca),
        "inspect_addr": given["inspect_addr"],
        "ui": given["ui"],
        "record": False if given["no_record"] else None,
        "require_history": given["require_history"] or None,
    }


def tunnel_options(function: F) -> F:
    """Add what describes one tunnel."""
    return _with(_TUNNEL, function)


def _with(options: Sequence[Callable[[F], F]], function: F) -> F:
    for option in reversed(options):
        function = option(function)
    return function
