"""Options that say how signatures are checked."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from client.config import VerifyConfig

T = TypeVar("T")


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


_OPTIONS = (
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
)


def checking_options(function: Callable[..., T]) -> Callable[..., T]:
    """Add the options, and give the command what they say as one argument: `checks`."""

    @wraps(function)
    def command(
        *,
        verify: tuple[str, ...],
        secret_env: tuple[str, ...],
        secret_file: tuple[str, ...],
        secret_keyring: tuple[str, ...],
        require_signature: bool,
        handshake: bool,
        param: dict[str, str],
        **rest: Any,
    ) -> T:
        """Turn the options into checks."""
        secrets = (*_named("env", secret_env), *_named("file", secret_file), *_named("keyring", secret_keyring))
        if secrets and not verify:
            raise click.UsageError("a secret needs to know its scheme: add --verify SCHEME, such as --verify stripe")
        for name, given in (
            ("--require-signature", require_signature),
            ("--handshake", handshake),
            ("--param", param),
        ):
            if given and not verify:
                raise click.UsageError(f"{name} needs to know the scheme: add --verify SCHEME")
        checks = tuple(
            VerifyConfig(scheme=scheme, secret=secrets, require=require_signature, handshake=handshake, params=param)
            for scheme in verify
        )
        return function(checks=checks, **rest)

    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def _named(kind: str, names: tuple[str, ...]) -> list[str]:
    return [f"{kind}:{name}" for name in names]
