"""Turns settings into a plan and runs it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import click

from client import places
from client.agent import PRODUCT
from client.cli.interface import Shown, choose
from client.cli.loop import until_stopped
from client.cli.secrets_needed import require_secret
from client.cli.session import run_agent
from client.config import INSPECT_TOKEN_VARIABLE, TOKEN_VARIABLE, ClientConfig, TunnelConfig, VerifyConfig, load
from client.credentials import Credentials, checked_token
from client.deliveries import Limits
from client.inspect_address import InspectAddress
from client.local_relay import LocalRelay
from client.origin.address import OriginAddress
from client.origin.timeouts import OriginTimeouts
from client.plan import AgentPlan, TunnelPlan
from client.relay import Dialer, RelayAddress
from client.signatures.rule import Rule
from client.signatures.secret import Secret
from shared.config import ConfigError


async def open_tunnels(
    tunnels: Mapping[str, TunnelConfig],
    *,
    flags: Mapping[str, object],
    environ: Mapping[str, str],
    config: Path | None,
    local: bool,
) -> None:
    """Open `tunnels` and show what happens until the user ends it.

    Raises:
        TunnelError: something does not fit, or the relay refused.
    """
    settings = load(flags, environ, config).settings
    if settings.require_history and not settings.record:
        raise click.UsageError("--require-history and --no-record contradict each other: give one")
    shown = choose(settings.ui)
    plans = tuple(tunnel_plan(name, tunnel) for name, tunnel in tunnels.items())
    await until_stopped(_open(settings, plans, shown, environ, local=local))


async def _open(
    settings: ClientConfig, plans: tuple[TunnelPlan, ...], shown: Shown, environ: Mapping[str, str], *, local: bool
) -> None:
    async with _dialer(settings, environ, local=local) as dialer:
        plan = agent_plan(settings, dialer, plans)
        await run_agent(replace(plan, inspect_token=environ.get(INSPECT_TOKEN_VARIABLE, "")), shown)


def agent_plan(settings: ClientConfig, dialer: Dialer, tunnels: tuple[TunnelPlan, ...]) -> AgentPlan:
    """Give the plan of an agent.

    Raises:
        TunnelError: the inspect address is no loopback address with a port, or a tunnel leads to it.
    """
    inspect = InspectAddress.parse(settings.inspect_addr)
    for tunnel in tunnels:
        if tunnel.address.is_own({inspect.port}):
            raise ConfigError("", "address", f"{tunnel.address.url} is hookline's own API", "give the app's address")
    return AgentPlan(
        dialer=dialer,
        tunnels=tunnels,
        history=places.history_file(),
        record=settings.record,
        require_history=settings.require_history,
        limits=Limits(settings.history.deliveries, settings.history.age, settings.history.size),
        capture_bytes=settings.history.content,
        inspect_host=inspect.host,
        inspect_port=inspect.port,
        agents=places.agents_directory(),
    )


def tunnel_plan(name: str, tunnel: TunnelConfig) -> TunnelPlan:
    """Give the plan of one tunnel.

    Raises:
        TunnelError: its address or a secret does not fit.
    """
    return TunnelPlan(
        name=tunnel.url or name,
        address=OriginAddress.parse(str(tunnel.address)),
        rules=tuple(_rule(verify) for verify in tunnel.verify),
        pool=tunnel.pool,
        host_header=tunnel.host_header,
        timeouts=OriginTimeouts(first_byte_seconds=tunnel.timeout),
        insecure_origin=tunnel.insecure_origin,
    )


def _rule(verify: VerifyConfig) -> Rule:
    require_secret(verify)
    return Rule(
        scheme=verify.scheme,
        secrets=tuple(Secret.from_reference(reference) for reference in verify.secret),
        path=verify.path,
        require=verify.require,
        handshake=verify.handshake,
        params=verify.params,
    )


@asynccontextmanager
async def _dialer(settings: ClientConfig, environ: Mapping[str, str], *, local: bool) -> AsyncIterator[Dialer]:
    """Give what dials the relay: the settings' one, or one on this machine for as long as the block runs."""
    if local:
        async with LocalRelay.started(places.local_relay_directory(), domain="localhost") as relay:
            click.echo(f"relay on this machine: {relay.url} (its CA: {relay.ca_file})", err=True)
            yield relay.dialer(PRODUCT)
        return
    credentials = Credentials(places.credentials_file())
    url = settings.relay or credentials.last_relay
    if not url:
        raise click.UsageError(
            "no relay is known: `hookline login https://relay.example.com` once, give --relay URL, "
            "or try it without one: `hookline http ADDR --local`"
        )
    address = RelayAddress.parse(url)
    token = environ.get(TOKEN_VARIABLE, "") or credentials.token(address.url)
    if not token:
        raise click.UsageError(
            f"there is no token for {address.url}: run `hookline login {address.url}`, or set {TOKEN_VARIABLE}"
        )
    ca = settings.relay_ca or credentials.ca_file(address.url)
    yield Dialer(address, checked_token(token), PRODUCT, ca)
