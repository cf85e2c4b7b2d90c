"""Options that several commands share."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def pairs(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> dict[str, str]:
    """Read NAME=VALUE options.

    Raises:
        BadParameter: one has another form.
    """
    found = {}
    for text in value:
        name, equals, setting = text.partition("=")
        if not equals or not name:
            said = f"{text!a}: write NAME=VALUE, as webhook_id=8PT597110X687430LKGECATA"
            raise click.BadParameter(said, context, parameter)
        found[name] = setting
    return found


_SETTINGS = (
    click.option("--relay", metavar="URL", help="The relay. Default: that of the last `hookline login`."),
    click.option(
        "--relay-ca",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Trust this CA for the relay, instead of the system's.",
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
    click.option(
        "--verify",
        metavar="SCHEME",
        multiple=True,
        help="Check signatures, such as talkifai, stripe, github; see `hookline schemes`.",
    ),
    click.option(
        "--secret-env",
        metavar="VAR",
        multiple=True,
        help="The environment variable that holds the signing secret. Repeat while rotating.",
    ),
    click.option(
        "--secret-file",
        metavar="FILE",
        multiple=True,
        help="The file that holds the signing secret (mode 0600).",
    ),
    click.option(
        "--secret-keyring", metavar="NAME", multiple=True, help="The entry of the system keyring that holds the secret."
    ),
    click.option(
        "--require-signature",
        is_flag=True,
        help="Refuse what is not validly signed with 401, before the app sees it.",
    ),
    click.option(
        "--handshake", is_flag=True, help="Answer the provider's questions (challenges, pings) in the app's stead."
    ),
    click.option(
        "--param",
        metavar="K=V",
        multiple=True,
        callback=pairs,
        help="A setting that the scheme needs beside the secret, such as webhook_id=… for PayPal. Repeatable.",
    ),
    click.option("--pool", is_flag=True, help="Share the endpoint with other clients of the same token."),
    click.option(
        "--host-header",
        metavar="rewrite|preserve|VALUE",
        default="rewrite",
        help="The Host that the app sees. Default: its own address.",
    ),
    click.option(
        "--timeout", metavar="TIME", default="30s", show_default=True, help="Until the app's answer must begin."
    ),
    click.option("--insecure-origin", is_flag=True, help="Do not check the app's own https certificate."),
)


def settings_options(function: F) -> F:
    """Add what the settings files can say too."""
    return _with(_SETTINGS, function)


def tunnel_options(function: F) -> F:
    """Add what describes one tunnel."""
    return _with(_TUNNEL, function)


def _with(options: Sequence[Callable[[F], F]], function: F) -> F:
    for option in reversed(options):
        function = option(function)
    return function
