"""The demo's sample app."""

import hashlib
from collections.abc import AsyncIterator

import aiohttp
import pytest

from client.simulate.sample_app import SampleApp, is_genuine, start

SECRET = b"whsec_sample"


async def no_pause(_seconds: float) -> None:
    """Wait for nothing."""


@pytest.fixture
async def app() -> AsyncIterator[SampleApp]:
    """Give a running app."""
    app = await start(SECRET, pause=no_pause)
    yield app
    await app.close()


def test_genuine_means_the_documented_hash() -> None:
    """The published formula: `sha256=` and the hexadecimal HMAC-SHA-256 of the raw body."""
    signature = "sha256=88aab3ede8d3adf94d26ab90d3bafd4a2083070c3bcce9c014ee04a443847c0b"
    assert is_genuine(b"Hello, World!", signature, b"It's a Secret to Everybody") is False
    assert is_genuine(b"", "", SECRET) is False


async def test_unsigned_event_is_refused(app: SampleApp) -> None:
    """An event without signature gets 401."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://127.0.0.1:{app.port}/webhooks/talkifai", data=b"{}") as answer,
    ):
        assert answer.status == 401


async def test_function_is_answered_with_json(app: SampleApp) -> None:
    """A custom function's caller gets a result."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://127.0.0.1:{app.port}/functions/find-appointment", json={}) as answer,
    ):
        assert (await answer.json())["result"]["slots"][0] == "Thursday 16:00"


async def test_recording_is_answered_with_its_hash(app: SampleApp) -> None:
    """Bytes come through unchanged, and bytes come back."""
    content = bytes(range(256))
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://127.0.0.1:{app.port}/recordings", data=content) as answer,
    ):
        assert hashlib.sha256(content).digest() == await answer.read()


async def test_port_in_use_is_an_error(app: SampleApp) -> None:
    """A taken port is said, and nothing is left running."""
    with pytest.raises(OSError, match="address already in use"):
        await start(SECRET, app.port)
