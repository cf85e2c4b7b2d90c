"""`hookline http`: one tunnel, described on the command line."""

import os
from pathlib import Path

import click

from client.cli.options import settings_options, tunnel_options
from client.config import TunnelConfig, VerifyConfig
from shared.loop import run
from shared.units import Duration, parse_duration

_EXAMPLES = """
\b
Examples:
  hookline http 3000
  hookline http 3000 --url billing --verify stripe --secret-env STRIPE_WEBHOOK_SECRET
  hookline http 3000 --verify slack --secret-env SLACK_SIGNING_SECRET --require-signature --handshake
  hookline http 3000 --local                 no relay needed: one on this machine, for test events
  hookline http https://localhost:8000 --insecure-origin
  hookline http unix:/run/app.sock --ui lines
"""


@click.command("http", epilog=_EXAMPLES)
@click.argument("address", metavar="ADDR")
@tunnel_options
@settings_options
@click.option("--local", is_flag=True, help="Use a relay on this machine instead of a public one.")
def command(
    *,
    address: str,
    url: str,
    verify: tuple[str, ...],
    secret_env: tuple[str, ...],
    secret_file: tuple[str, ...],
    secret_keyring: tuple[str, ...],
    require_signature: bool,
    handshake: bool,
    param: dict[str, str],
    pool: bool,
    host_header: str,
    timeout: str,
    insecure_origin: bool,
    local: bool,
    config: Path | None,
    relay: str | None,
    relay_ca: Path | None,
    inspect_addr: str | None,
    ui: str | None,
    no_record: bool,
) -> None:
    """Open a tunnel to the app at ADDR.

    ADDR is a port (3000), host:port, http(s)://host:port or unix:/path. Deliveries to the public URL are answered by
    the app; each is recorded, its signature checked with a secret that stays on this machine.
    """
    from client.cli.opening import open_tunnels  # noqa: PLC0415 - `--help` need not wait for it

    tunnel = TunnelConfig(
        address=address,
        url=url,
        verify=_checks(
            verify,
            (*_named("env", secret_env), *_named("file", secret_file), *_named("keyring", secret_keyring)),
            require=require_signature,
            handshake=handshake,
            params=param,
        ),
        pool=pool,
        host_header=host_header,
        timeout=Duration(parse_duration(timeout)),
        insecure_origin=insecure_origin,
    )
    flags = {
        "relay": relay,
        "relay_ca": None if relay_ca is None else str(relay_ca),
        "inspect_addr": inspect_addr,
        "ui": ui,
        "record": False if no_record else None,
    }
    run(open_tunnels({url: tunnel}, flags=flags, environ=os.environ, config=config, local=local))


def _named(kind: str, names: tuple[str, ...]) -> list[str]:
    return [f"{kind}:{name}" for name in names]


def _checks(
    schemes: tuple[str, ...],
    secrets: tuple[str, ...],
    *,
    require: bool,
    handshake: bool,
    params: dict[str, str],
) -> tuple[VerifyConfig, ...]:
    """Give the signature checks that the options ask for.

    Raises:
        UsageError: a secret, a demand or a setting without a scheme.
    """
    if secrets and not schemes:
        raise click.UsageError("a secret needs to know its scheme: add --verify SCHEME, such as --verify stripe")
    for name, given in (("--require-signature", require), ("--handshake", handshake), ("--param", params)):
        if given and not schemes:
            raise click.UsageError(f"{name} needs to know the scheme: add --verify SCHEME")
    return tuple(
        VerifyConfig(scheme=scheme, secret=secrets, require=require, handshake=handshake, params=params)
        for scheme in schemes
    )
