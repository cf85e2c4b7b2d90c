"""`hookline http`: one tunnel, described on the command line."""

import os
from pathlib import Path
from typing import Any

import click

from client.cli.checking import checking_options
from client.cli.options import flags_of, settings_options, tunnel_options
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
@checking_options
@settings_options
@click.option("--local", is_flag=True, help="Use a relay on this machine instead of a public one.")
def command(
    *,
    address: str,
    url: str,
    checks: tuple[VerifyConfig, ...],
    pool: bool,
    host_header: str,
    timeout: str,
    insecure_origin: bool,
    local: bool,
    config: Path | None,
    **settings: Any,
) -> None:
    """Open a tunnel to the app at ADDR.

    ADDR is a port (3000), host:port, http(s)://host:port or unix:/path. Deliveries to the public URL are answered by
    the app; each is recorded, its signature checked with a secret that stays on this machine.
    """
    from client.cli.opening import open_tunnels  # noqa: PLC0415 - `--help` need not wait for it

    tunnel = TunnelConfig(
        address=address,
        url=url,
        verify=checks,
        pool=pool,
        host_header=host_header,
        timeout=Duration(parse_duration(timeout)),
        insecure_origin=insecure_origin,
    )
    run(open_tunnels({url: tunnel}, flags=flags_of(settings), environ=os.environ, config=config, local=local))
