"""What befalls the connection between the two programs, and what senders notice of it (P03, P05 to P08, P23)."""

import asyncio
import hashlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from tests.system.app import Answer, App, serving
from tests.system.chaos import ChaosProxy, Direction, between
from tests.system.history import read_history
from tests.system.polling import until_async
from tests.system.sender import Sender, Sent
from tests.system.supervisor import Client, Relay, Supervisor
from tests.system.verify import verify

pytestmark = pytest.mark.system

MEBI = 1 << 20
IN_FLIGHT = 200


class Way:
    """A client with an app of its own, the bad network between it and the relay, and a sender."""

    def __init__(self, name: str, client: Client, proxy: ChaosProxy, app: App, relay: Relay) -> None:
        self.name = name
        self.client = client
        self.proxy = proxy
        self.app = app
        self.sender = Sender(relay.plain_port, f"localhost:{relay.plain_port}", prefix=f"/t/{name}".encode(), name=name)
        self._done = asyncio.Event()

    async def load(self) -> None:
        """Send until `stop`, eight at a time, and wait for every answer."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(8):
                tasks.create_task(self._send())

    async def _send(self) -> None:
        while not self._done.is_set():
            answer = Answer(wait_seconds=0.05, content="answered")
            await self.sender.send(b"x" * 2000, fields=[answer.field()], patience_seconds=60)

    def stop(self) -> None:
        """Send no more."""
        self._done.set()

    async def detail(self) -> str:
        """Give what the client says about its link."""
        status = await self.client.get("/api/status")
        return f"{status['link']}: {status['detail']}"

    async def says(self, words: str, *, seconds: float) -> None:
        """Wait until the client says so."""

        async def look() -> bool:
            """Look once."""
            return words in await self.detail()

        await until_async(look, seconds=seconds, what=f"{self.name}: {words!r}")


@asynccontextmanager
async def way(supervisor: Supervisor, relay: Relay, token: str, name: str) -> AsyncIterator[Way]:
    """Give a way to an app."""
    async with serving() as app, between(relay.port) as proxy:
        client = await supervisor.client(
            relay, app.port, token=token, role=name, name=name, relay_url=f"https://localhost:{proxy.port}"
        )
        yield Way(name, client, proxy, app, relay)
        await client.program.stop()


async def _both(one: Way) -> None:
    """Nothing gets through either way for 28 s; the client notices and says so."""
    one.proxy.black_hole()
    await one.says("online: no contact for 1", seconds=18)
    await one.says("reconnecting: ", seconds=14)
    await asyncio.sleep(3)
    one.proxy.heal()


async def _outward(one: Way) -> None:
    """What the client sends is lost."""
    one.proxy.black_hole("out")
    await asyncio.sleep(28)
    one.proxy.heal()


async def _inward(one: Way) -> None:
    """What the relay sends is lost."""
    one.proxy.black_hole("in")
    await one.says("no contact for 25 s", seconds=30)
    one.proxy.heal()


async def _roaming(one: Way) -> None:
    """The client loses its network for 20 s; the relay hears nothing of it."""
    one.proxy.black_hole("in")
    one.proxy.strand()
    one.proxy.refusing = True
    await asyncio.sleep(20)
    one.proxy.refusing = False
    one.proxy.heal()


async def _moment(one: Way) -> None:
    """Two seconds without anything, then all of it."""
    one.proxy.black_hole()
    await asyncio.sleep(2)
    one.proxy.heal()


async def _asleep(one: Way) -> None:
    """The client does not run for 28 s, long enough for the relay to give its connection up."""
    one.client.program.signal(signal.SIGSTOP)
    await asyncio.sleep(28)
    one.client.program.signal(signal.SIGCONT)
    await one.client.program.says(r"was suspended for 2\d s", seconds=5)
    await one.client.online(seconds=5)


async def _busy(one: Way) -> None:
    """The client does not run for 5 s: nobody gives up anything."""
    one.client.program.signal(signal.SIGSTOP)
    await asyncio.sleep(5)
    one.client.program.signal(signal.SIGCONT)


OUTAGES: dict[str, Callable[[Way], Awaitable[None]]] = {
    "both": _both,
    "outward": _outward,
    "inward": _inward,
    "roaming": _roaming,
    "moment": _moment,
    "asleep": _asleep,
    "busy": _busy,
}


async def _suffer(one: Way, outage: Callable[[Way], Awaitable[None]], repetitions: int) -> None:
    """Deliver before, during and after the outage."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(one.load())
        await one.app.arrived(20)
        for _ in range(repetitions):
            await outage(one)
            seen = len(one.app.journal)
            async with asyncio.timeout(20):
                await one.app.arrived(seen + 50)
        one.stop()


async def test_outages_lose_nothing_and_double_nothing(
    supervisor: Supervisor, relay: Relay, token: str, request: pytest.FixtureRequest
) -> None:
    """Whatever happens to the connection for less than half a minute, every delivery is answered, once.

    All outages run at the same time, each with a client, an app and senders of its own.
    """
    repetitions = request.config.getoption("--repetitions")
    async with AsyncExitStack() as stack:
        ways = [await stack.enter_async_context(way(supervisor, relay, token, name)) for name in OUTAGES]
        async with asyncio.TaskGroup() as tasks:
            for one in ways:
                tasks.create_task(_suffer(one, OUTAGES[one.name], repetitions))
        for one in ways:
            statuses = {sent.status for sent in one.sender.manifest}
            assert (one.name, statuses) == (one.name, {200})
            assert verify(one.sender.manifest, one.app.journal, await read_history(one.client)) == []
            seen = sorted(entry.id for entry in one.app.journal)
            assert seen == sorted(sent.id for sent in one.sender.manifest)


async def test_transfers_go_on_over_another_connection(supervisor: Supervisor, relay: Relay, token: str) -> None:
    """Uploads and downloads in the middle of their bodies survive a change of networks byte for byte."""
    async with way(supervisor, relay, token, "bulk") as one, asyncio.TaskGroup() as tasks:
        body = bytes(range(256)) * (32 * MEBI // 256)
        up = tasks.create_task(one.sender.send(body, patience_seconds=60))
        down = tasks.create_task(one.sender.send(fields=[Answer(size=32 * MEBI).field()], patience_seconds=60))
        for share in (6, 14, 22):
            await _carried(one.proxy, share * MEBI)
            one.proxy.strand()
        sent, got = await up, await down
        assert (sent.status, got.status) == (200, 200)
        assert got.response is not None
        assert got.response.size == 32 * MEBI
        assert one.proxy.accepted >= 4
        assert verify([sent, got], one.app.journal, await read_history(one.client)) == []
        (entry,) = [entry for entry in one.app.journal if entry.id == sent.id]
        assert (entry.complete, entry.message.sha256) == (True, sent.content_sha256)


async def test_transfers_go_on_when_a_black_hole_is_healed(
    supervisor: Supervisor, relay: Relay, token: str, request: pytest.FixtureRequest
) -> None:
    """Nothing gets through for 14 s in the middle of uploads and downloads; then they go on byte for byte.

    Each direction by itself, and both; every way has a client, an app and transfers of its own.
    """
    directions: dict[str, tuple[Direction, ...]] = {"holeout": ("out",), "holein": ("in",), "holeboth": ("out", "in")}
    async with AsyncExitStack() as stack:
        ways = [await stack.enter_async_context(way(supervisor, relay, token, name)) for name in directions]
        for _ in range(request.config.getoption("--repetitions")):
            async with asyncio.TaskGroup() as tasks:
                for one in ways:
                    tasks.create_task(_transfer(one, *directions[one.name]))
        for one in ways:
            assert verify(one.sender.manifest, one.app.journal, await read_history(one.client)) == []


async def _transfer(one: Way, *directions: Direction) -> None:
    """Let nothing through in the middle of an upload and a download."""
    body = bytes(range(256)) * (24 * MEBI // 256)
    begun = {direction: weather.carried_bytes for direction, weather in one.proxy.weather.items()}
    async with asyncio.TaskGroup() as tasks:
        up = tasks.create_task(one.sender.send(body, patience_seconds=90))
        down = tasks.create_task(one.sender.send(fields=[Answer(size=24 * MEBI).field()], patience_seconds=90))
        await _carried(one.proxy, 4 * MEBI + max(begun.values()))
        one.proxy.black_hole(*directions)
        assert [up.done(), down.done()] == [False, False]
        await asyncio.sleep(14)
        one.proxy.heal()
    sent, got = up.result(), down.result()
    assert (one.name, sent.status, got.status) == (one.name, 200, 200)
    assert got.response is not None
    assert (got.response.size, got.response.sha256) == (24 * MEBI, hashlib.sha256(b"x" * (24 * MEBI)).hexdigest())
    (entry,) = [entry for entry in one.app.journal if entry.id == sent.id]
    assert (entry.complete, entry.message.sha256) == (True, sent.content_sha256)


async def _carried(proxy: ChaosProxy, count: int) -> None:
    async def look() -> bool:
        """Look once."""
        return all(weather.carried_bytes > count for weather in proxy.weather.values())

    await until_async(look, seconds=30, what=f"{count} bytes each way")


@pytest.mark.timeout(300)
async def test_killed_relay_is_found_again(
    supervisor: Supervisor, relay: Relay, token: str, app: App, request: pytest.FixtureRequest
) -> None:
    """`kill -9` of the relay with deliveries in flight: senders see a break, the history tells, the client returns."""
    client = await supervisor.client(relay, app.port, token=token)
    manifest: list[Sent] = []
    for kill in range(2 * request.config.getoption("--repetitions")):
        sender = Sender(relay.plain_port, "demo.localhost", name=f"k{kill}")
        seen = len(app.journal)
        async with asyncio.TaskGroup() as tasks:
            for number in range(IN_FLIGHT):
                tasks.create_task(sender.send(b"x" * number, fields=[Answer(wait_seconds=1).field()]))
            await app.arrived(seen + IN_FLIGHT)
            relay.program.kill()
        endings = {(sent.ending, sent.status) for sent in sender.manifest}
        assert ("broken", None) in endings
        assert endings <= {("broken", None), ("answered", 200)}
        relay = await supervisor.relay(port=relay.port)
        await relay.program.says(r"link\.opened", seconds=12)
        late = Sender(relay.plain_port, "demo.localhost", name=f"late{kill}")
        assert (await late.send(b"after")).status == 200
        manifest += sender.manifest + late.manifest
    history = await read_history(client)
    assert verify(manifest, app.journal, history) == []
    assert len(history) == len(manifest)
