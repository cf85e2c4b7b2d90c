"""A relay that comes to its limit of memory (P25): it refuses what is new, finishes what runs, and recovers."""

import asyncio
import signal
from collections import Counter

import pytest

from tests.system.app import App
from tests.system.polling import until_async
from tests.system.sender import Sender
from tests.system.supervisor import Relay, Supervisor
from tests.system.verify import Weight
from tests.system.wire import read_response

pytestmark = pytest.mark.system

UPLOADS = 120
SIZE = 320 * 1024
"""More than the relay takes of an upload that is not passed on, less than that and what the system buffers."""
ROOM_KIB = 16 * 1024
"""Half of what the uploads make the relay hold."""


async def _resting(supervisor: Supervisor, app: App, token: str) -> int:
    """Give how much memory a relay holds that has served something, in KiB."""
    relay = await supervisor.relay("--memory-limit", "0")
    client = await supervisor.client(relay, app.port, token=token, role="first")
    assert (await _sender(relay).send(b"x")).status == 200
    held = Weight.of(relay.program.pid).memory_kib
    await client.program.stop()
    await relay.program.stop()
    return held


def _sender(relay: Relay) -> Sender:
    return Sender(relay.plain_port, "demo.localhost")


async def _upload(relay: Relay) -> tuple[int, bytes | None]:
    """Send an upload and give its answer's status and code."""
    async with _sender(relay).connected() as (reader, writer):
        writer.write(b"POST /up HTTP/1.1\r\nHost: demo.localhost\r\nContent-Length: %d\r\n\r\n" % SIZE)
        writer.write(b"u" * SIZE)
        response = await read_response(reader, b"POST")
        return response.status, response.first(b"hookline-error")


async def test_relay_short_of_memory_refuses_and_recovers(supervisor: Supervisor, app: App) -> None:
    """While uploads fill it, new deliveries are 503 with a time to come back; the uploads succeed, then all is well."""
    token = await supervisor.token()
    limit = await _resting(supervisor, app, token) + ROOM_KIB
    relay = await supervisor.relay("--memory-limit", f"{limit}KiB")
    client = await supervisor.client(relay, app.port, token=token)
    client.program.signal(signal.SIGSTOP)  # it takes nothing, so that the relay has to keep what it can
    async with asyncio.TaskGroup() as tasks:
        uploads = [tasks.create_task(_upload(relay)) for _ in range(UPLOADS)]
        await relay.program.says(r"memory\.scarce .*limit=")
        refused = await _sender(relay).send(b"x")
        assert refused.response is not None
        assert (refused.status, refused.response.first(b"hookline-error")) == (503, b"relay-overloaded")
        assert int(refused.response.first(b"retry-after") or b"0") > 0
        client.program.signal(signal.SIGCONT)
    found = Counter(upload.result() for upload in uploads)
    assert set(found) <= {(200, None), (503, b"relay-overloaded")}
    assert found[200, None] >= UPLOADS // 4
    await relay.program.says(r"memory\.enough")

    async def served() -> bool:
        """Tell whether a delivery gets through."""
        return (await _sender(relay).send(b"x")).status == 200

    await until_async(served, what="service again")
    said = relay.program.text
    assert (said.count("memory.scarce"), said.count("memory.enough")) == (1, 1)
