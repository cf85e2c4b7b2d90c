"""Opens the inspector that a command works on: a running client's, or one beside the file alone."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from client import places
from client.api import RemoteInspector
from client.inspector import Inspector
from client.running import RunningAgent, running


def newest_agent() -> RunningAgent | None:
    """Give the client that was started last and still runs."""
    found = running(places.agents_directory())
    return found[0] if found else None


@asynccontextmanager
async def open_inspector() -> AsyncIterator[Inspector]:
    """Give the inspector of the client that runs, or one on the history file.

    Raises:
        TunnelError: the history file cannot be used.
    """
    agent = newest_agent()
    if agent is not None:
        async with RemoteInspector(agent.url) as remote:
            yield remote
        return
    async with _beside_the_file() as local:
        yield local


@asynccontextmanager
async def _beside_the_file() -> AsyncIterator[Inspector]:
    from client.offline import OfflineInspector  # noqa: PLC0415 - only without a running client

    async with OfflineInspector.opened(places.history_file(), clock=time.time) as local:
        yield local
