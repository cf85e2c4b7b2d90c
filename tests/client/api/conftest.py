"""A local API that serves a desk."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from client.api import ApiServer, RemoteInspector
from tests.client.deliveries.stage import Desk


@pytest.fixture
async def url(desk: Desk) -> AsyncIterator[str]:
    """Give the URL of a running API."""
    server = ApiServer(desk.inspector, port=0, heartbeat_seconds=0.05)
    yield await server.start()
    await server.close()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Give a client that asks what it is told to."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def remote(url: str) -> AsyncIterator[RemoteInspector]:
    """Give an inspector over the API."""
    inspector = RemoteInspector(url)
    yield inspector
    await inspector.close()
