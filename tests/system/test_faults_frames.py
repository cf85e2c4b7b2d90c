"""A token's owner who sends nonsense: the relay stays small, and nobody else notices (T25)."""

import asyncio
import contextlib
import random
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from tests.system.app import App
from tests.system.sender import Sender
from tests.system.supervisor import Client, Relay, Supervisor
from tests.system.verify import Weight

pytestmark = pytest.mark.system

FRAMES = 100_000
BATCH = 400
GROWTH_KIB = 12 * 1024
HELLO = b"\x94\xa4evil\x90\x91\x92\xa4evil\xc2\xc0"
"""MessagePack: product, no capabilities, the endpoint `evil`, no resume."""

DATA, HEADERS, RESET, WINDOW_UPDATE, BIND, UNBIND, PING, PONG, ACK, GOAWAY = 0, 1, 2, 3, 6, 7, 10, 11, 12, 13


def frame(kind: int, stream: int, payload: bytes, flags: int = 0) -> bytes:
    """Give one frame."""
    return struct.pack(">IBI", len(payload) << 8 | kind, flags, stream) + payload


def harmless(chance: random.Random) -> bytes:
    """Give a frame that a relay has to skip or answer."""
    noise = chance.randbytes(chance.randrange(40))
    return chance.choice(
        [
            frame(PING, 0, chance.randbytes(8)),
            frame(PONG, 0, noise),
            frame(chance.randrange(0x20, 0x100), chance.randrange(1 << 32), noise, chance.randrange(256)),
            frame(UNBIND, 0, b"\x91\xa6nobody"),
            frame(BIND, 0, b"\x91\x92\xa5-bad-\xc2"),
        ]
    )


def fatal(chance: random.Random) -> bytes:
    """Give a frame that no link survives, as far as it is one."""
    noise = chance.randbytes(chance.randrange(1, 60))
    return chance.choice(
        [
            noise,
            frame(DATA, 1, noise),
            frame(DATA, 0, b"x" * 70_000),
            frame(HEADERS, 1, noise),
            frame(HEADERS, 2, b"\x92" + noise),
            frame(HEADERS, 1, b"\xdd\xff\xff\xff\xff"),
            frame(RESET, chance.randrange(1 << 32), noise),
            frame(WINDOW_UPDATE, 0, struct.pack(">I", chance.choice([0, 1 << 31, (1 << 32) - 1]))),
            frame(WINDOW_UPDATE, 0, b"\x01"),
            frame(ACK, 0, struct.pack(">Q", chance.randrange(1 << 64))),
            frame(BIND, 0, b"\xc1"),
            frame(GOAWAY, 0, noise),
            frame(PING, 0, b"short"),
            frame(DATA, 1, b"")[:-2],
        ]
    )


@asynccontextmanager
async def linked(relay: Relay, token: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """Give a WebSocket that has greeted as a client does."""
    headers = {"Authorization": f"Bearer {token}"}
    url = f"ws://localhost:{relay.plain_port}/_hookline/link"
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(url, headers=headers, protocols=["hookline.v1"], max_msg_size=0) as link,
    ):
        await link.send_bytes(frame(4, 0, HELLO))
        assert (await link.receive_bytes())[3] == 5
        yield link


async def attack(relay: Relay, token: str, chance: random.Random) -> int:
    """Send frames over one link until the relay has enough; give how many."""
    async with linked(relay, token) as link:
        batch = [harmless(chance) for _ in range(BATCH)]
        await link.send_bytes(b"".join(batch))
        await link.send_bytes(fatal(chance))
        async with asyncio.timeout(20):
            with contextlib.suppress(ConnectionError):
                await link.send_bytes(frame(ACK, 0, b"\xff" * 8))  # what was sent before may have been skipped
            while not link.closed:
                await link.receive()
        return len(batch) + 2


async def test_hostile_frames_harm_nobody(
    supervisor: Supervisor, relay: Relay, client: Client, app: App, request: pytest.FixtureRequest
) -> None:
    """A hundred thousand bad frames: memory flat, every bad link ended, deliveries beside them answered."""
    token = await supervisor.token("evil")
    chance = random.Random(5)
    sender = Sender(relay.plain_port, "demo.localhost")
    for _ in range(20):
        await attack(relay, token, chance)
    before = Weight.of(relay.program.pid)
    frames = 0
    while frames < FRAMES * request.config.getoption("--repetitions"):
        async with asyncio.TaskGroup() as tasks:
            attacks = [tasks.create_task(attack(relay, token, chance)) for _ in range(4)]
            await sender.send(b"beside them", patience_seconds=5)
        frames += sum(one.result() for one in attacks)
    after = Weight.of(relay.program.pid)
    assert {sent.status for sent in sender.manifest} == {200}
    assert after.memory_kib - before.memory_kib < GROWTH_KIB
    assert after.files <= before.files + 4
    assert max(sent.seconds for sent in sender.manifest) < 2
    assert client.program.running


async def test_peer_that_asks_and_does_not_read_piles_up_nothing(
    supervisor: Supervisor, relay: Relay, client: Client
) -> None:
    """A million pings whose answers nobody reads cost the relay no memory."""
    token = await supervisor.token("evil")
    async with linked(relay, token) as link:
        before = Weight.of(relay.program.pid)
        pings = frame(PING, 0, b"12345678") * 20_000
        connection = link._response.connection
        assert connection is not None
        transport = connection.transport
        assert transport is not None
        transport.pause_reading()
        for _ in range(50):
            await link.send_bytes(pings)
        sent = await Sender(relay.plain_port, "demo.localhost").send(b"x", patience_seconds=10)
        after = Weight.of(relay.program.pid)
        transport.abort()
    assert (sent.status, client.program.running) == (200, True)
    assert after.memory_kib - before.memory_kib < GROWTH_KIB
