"""The raw requests once more, with HAProxy and with Caddy in front: nobody smuggles anything past both."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.authority import Authority
from tests.conformance import fronts
from tests.conformance.door import Door, answered
from tests.conformance.framing import FRAMING
from tests.conformance.heads import HEADS
from tests.system.app import serving
from tests.system.polling import until_async
from tests.system.sender import Sender
from tests.system.supervisor import Supervisor, free_port

pytestmark = pytest.mark.system


@asynccontextmanager
async def behind(front: str, directory: Path, authority: Authority) -> AsyncIterator[Door]:
    """Give a door that leads through a proxy to the relay."""
    async with serving() as app, Supervisor(directory, authority) as supervisor:
        relay = await supervisor.relay("--trusted-proxy", "127.0.0.1", tls="off")
        await supervisor.client(relay, app.port, token=await supervisor.token(), ui="quiet")
        port = free_port()
        proxy = fronts.start(front, directory / front, port=port, relay=relay.port)
        try:
            await until_async(lambda: _listens(port), what=f"{front}\n{proxy.text}")
            yield Door(app, Sender(port, "demo.localhost"))
        finally:
            proxy.kill()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@pytest.mark.parametrize(
    "front",
    [
        pytest.param("haproxy", marks=pytest.mark.needs("haproxy")),
        pytest.param("caddy", marks=pytest.mark.needs("caddy")),
    ],
)
async def test_app_saw_what_was_answered(front: str, tmp_path: Path, authority: Authority) -> None:
    """What the app took for whole requests are, one for one, those whose answers came back."""
    cases = FRAMING + HEADS
    async with behind(front, tmp_path, authority) as door:
        plain = await door.sender.send(b"first of all")
        results = await door.results(cases)
        wrong = {case.name: door.seen(case) for case in cases if door.seen(case) != answered(results[case.name])}
        last = await door.sender.send(b"last of all")
    assert (plain.status, last.status, wrong) == (200, 200, {})
