"""`hookline login`: keeps the token for a relay."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shared.loop import run

if TYPE_CHECKING:
    from client.credentials import Credentials


@click.command("login")
@click.argument("relay", metavar="URL")
@click.option(
    "--relay-ca",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Trust this CA for the relay, now and later, instead of the system's.",
)
def command(*, relay: str, relay_ca: Path | None) -> None:
    """Store the token for the relay at URL, after the relay has accepted it.

    The token is asked for, or read from standard input where that is no terminal; it never stands on a command line.
    It is what `hookline-relay token create NAME` printed on the server.
    """
    from client import places  # noqa: PLC0415 - `--help` need not wait for it
    from client.agent import PRODUCT  # noqa: PLC0415
    from client.credentials import Credentials, checked_token  # noqa: PLC0415
    from client.relay import Dialer, RelayAddress  # noqa: PLC0415

    address = RelayAddress.parse(relay)
    token = click.prompt("Token", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    if not token.strip():
        raise click.UsageError("no token was given: paste what `hookline-relay token create NAME` printed")
    token = checked_token(token)
    credentials = Credentials(places.credentials_file())
    credentials.check()
    ca = relay_ca or _remembered(credentials, address.url)
    run(_check(Dialer(address, token, PRODUCT, ca)))
    credentials.store(address.url, token, ca)
    click.echo(f"logged in to {address.url}; now: hookline http 3000", err=True)


def _remembered(credentials: "Credentials", relay: str) -> Path | None:
    """Give the CA of an earlier login; one that is gone may be needed no more, and the relay's certificate tells."""
    from client.credentials import CredentialsUnusable  # noqa: PLC0415 - `--help` need not wait for it

    with suppress(CredentialsUnusable):
        return credentials.ca_file(relay)
    return None


async def _check(dialer: object) -> None:
    """Have the relay accept the token.

    Raises:
        LinkRefused: it was not reached or said no.
    """
    from client.relay import Dialer  # noqa: PLC0415 - `--help` need not wait for it
    from shared.errors import LinkRefused  # noqa: PLC0415

    assert isinstance(dialer, Dialer)  # noqa: S101 - typed as object for the lazy import's sake
    try:
        (await dialer.dial()).abort()
    except LinkRefused as refused:
        if refused.code != "bad-token":
            raise
        sentence = (
            f"{dialer.address.url} refused: the token is unknown, expired or revoked: copy it once more, "
            "or have `hookline-relay token create NAME` make a new one"
        )
        raise LinkRefused(refused.code, sentence, final=True) from refused
