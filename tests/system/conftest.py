"""Programs and apps for the system tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.authority import Authority
from tests.system.app import App, serving
from tests.system.supervisor import Client, Relay, Supervisor


@pytest.fixture
async def app() -> AsyncIterator[App]:
    """Give a local app."""
    async with serving() as app:
        yield app


@pytest.fixture
async def supervisor(tmp_path: Path, authority: Authority) -> AsyncIterator[Supervisor]:
    """Give a supervisor; whatever it started has ended after the test."""
    async with Supervisor(tmp_path, authority) as supervisor:
        yield supervisor


@pytest.fixture
async def relay(supervisor: Supervisor) -> Relay:
    """Give a relay with TLS."""
    return await supervisor.relay()


@pytest.fixture
async def token(supervisor: Supervisor, relay: Relay) -> str:
    """Give a token of that relay's."""
    return await supervisor.token()


@pytest.fixture
async def client(supervisor: Supervisor, relay: Relay, token: str, app: App) -> Client:
    """Give a client that leads `demo` to the app."""
    return await supervisor.client(relay, app.port, token=token)
