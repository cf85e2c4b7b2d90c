"""Opens the inspector that a command works on: a running client's, or one beside the file alone."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import click

from client import places
from client.api import RemoteInspector
from client.api.remote import ClientGone
from client.archive import Archive
from client.plan import TunnelPlan
from client.running import RunningAgent, running
from shared.errors import TunnelError
from shared.printable import printable_line

ANSWER_SECONDS = 2.0
"""A client that runs and has not answered by then is not waited for."""


def newest_agent() -> RunningAgent | None:
    """Give the client that was started last and still runs."""
    found = running(places.agents_directory())
    return found[0] if found else None


@asynccontextmanager
async def open_inspector() -> AsyncIterator[Archive]:
    """Give the inspector of the client that runs, or one on the history file.

    A client that is said to run and does not answer, as one that was stopped does, is passed over.

    Raises:
        TunnelError: the history file cannot be used.
    """
    for agent in running(places.agents_directory()):
        async with RemoteInspector(agent.url, token=agent.token) as remote:
            if await _answers(remote):
                yield remote
                return
    async with _beside_the_file() as local:
        yield local


async def _answers(remote: RemoteInspector) -> bool:
    with suppress(ClientGone, TimeoutError):
        async with asyncio.timeout(ANSWER_SECONDS):
            await remote.status()
            return True
    return False


@asynccontextmanager
async def _beside_the_file() -> AsyncIterator[Archive]:
    from client.deliveries.faults import plainly  # noqa: PLC0415 - only without a running client
    from client.offline import OfflineInspector  # noqa: PLC0415
    from client.signatures.catalogue import Catalogue  # noqa: PLC0415

    catalogue = Catalogue.load(places.own_schemes_file())
    opened = OfflineInspector.opened(places.history_file(), clock=time.time, catalogue=catalogue, tunnels=_tunnels())
    async with opened as local:
        trouble = (await local.status()).history
        if trouble:
            click.echo(printable_line(f"hookline: {plainly(trouble)}"), err=True)
        yield local


def _tunnels() -> tuple[TunnelPlan, ...]:
    """Give what the settings files say of tunnels; what does not fit them now, as a missing secret, is left out."""
    from client.cli.opening import tunnel_plan  # noqa: PLC0415
    from client.config import load  # noqa: PLC0415

    plans: list[TunnelPlan] = []
    with suppress(TunnelError):
        for name, tunnel in load({}, os.environ).settings.tunnels.items():
            with suppress(TunnelError):
                plans.append(tunnel_plan(name, tunnel))
    return tuple(plans)
