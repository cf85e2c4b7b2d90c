"""Networks and clients that really fail: what the kernel makes of it, not a proxy (P05, P07 to P09, P23)."""

import asyncio
import hashlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.system.app import Answer, App, serving
from tests.system.history import read_history
from tests.system.networks import Host, hosts
from tests.system.sender import Sender, Sent, request_head
from tests.system.supervisor import CERTIFIED, Client, Relay, Supervisor, free_port
from tests.system.verify import verify
from tests.system.wire import Broken, read_head, read_response

pytestmark = [pytest.mark.system, pytest.mark.needs("ip", "nft", "nsenter", "root")]

SENDERS = 4
PATIENCE_SECONDS = 90
PIECE = bytes(range(256)) * 64
PIECES = 300
DOWN_BYTES = 64 << 20
LARGE = 600
"""What a packet with a name or an acknowledgement in it is shorter than, and one full of content is not."""


class Site:
    """A client on a host of its own, its app, and senders to it."""

    def __init__(self, host: Host, relay: Relay, client: Client, app: App) -> None:
        self.host = host
        self.client = client
        self.app = app
        self.port = relay.port
        """What the rules are about: the relay's."""
        name = f"h{host.gateway.split('.')[2]}"
        self.sender = Sender(relay.plain_port, f"localhost:{relay.plain_port}", prefix=f"/t/{name}".encode(), name=name)
        self.over = asyncio.Event()
        """The fault is, and transfers need not be slow any more."""
        self.done = asyncio.Event()
        """Nothing more is to be sent."""

    async def deliver(self) -> None:
        """Send one delivery after the other."""
        while not self.done.is_set():
            fields = [Answer(wait_seconds=0.1, content="answered").field()]
            await self.sender.send(b"d" * 2000, fields=fields, patience_seconds=PATIENCE_SECONDS)

    async def upload(self) -> None:
        """Send content slowly, so that the fault comes in the middle of it."""
        sent = self.sender._note(b"POST", b"/up", [], PIECE * PIECES, chunked=False)
        async with self._transfer(sent) as (reader, writer):
            for _ in range(PIECES):
                writer.write(PIECE)
                await writer.drain()
                await self._pause(0.05)
            sent.response = await read_response(reader, b"POST")
            sent.ending = "answered"

    async def download(self) -> None:
        """Take content slowly."""
        sent = self.sender._note(b"GET", b"/down", [Answer(size=DOWN_BYTES).field()], b"", chunked=False)
        async with self._transfer(sent) as (reader, _):
            head = await read_head(reader)
            if head is None:
                raise Broken("closed before a response")
            if head.status == 200:
                await self._take(reader)
            sent.response, sent.ending = head, "answered"

    async def _take(self, reader: asyncio.StreamReader) -> None:
        left, digest = DOWN_BYTES, hashlib.sha256()
        while left:
            data = await reader.read(min(left, 65536))
            if not data:
                raise Broken(f"{left} bytes are missing")
            digest.update(data)
            left -= len(data)
            await self._pause(0.02)
        if digest.digest() != hashlib.sha256(b"x" * DOWN_BYTES).digest():
            raise AssertionError("content was changed on its way")

    async def _pause(self, seconds: float) -> None:
        if not self.over.is_set():
            await asyncio.sleep(seconds)

    @asynccontextmanager
    async def _transfer(self, sent: Sent) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Give a connection with the request's head on it; note how it ends."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self.sender.connected() as (reader, writer):
                writer.write(request_head(sent.method, self.sender.prefix + sent.target, sent.fields))
                yield reader, writer
        except TimeoutError:
            sent.ending, sent.why = "hung", f"no end in {PATIENCE_SECONDS} s"
        except (Broken, OSError) as error:
            sent.ending, sent.why = "broken", str(error)

    def lose(self, *hooks: str, what: str = "") -> None:
        """Drop what comes in or goes out, or the part of it that `what` says."""
        for hook in hooks or ("input", "output"):
            side = "sport" if hook == "input" else "dport"
            self.host.damage(hook, f"tcp {side} {self.port} {what} drop")

    def reset(self) -> None:
        """Answer whatever passes with RST, to both ends."""
        for hook, side in (("input", "sport"), ("output", "dport")):
            # Else the one rule would swallow the reset that the other sends.
            self.host.damage(hook, f"tcp {side} {self.port} tcp flags & rst == 0 reject with tcp reset")


async def _moment(site: Site) -> None:
    """Nothing passes for 2 s."""
    site.lose()
    await asyncio.sleep(2)


async def _while(site: Site) -> None:
    """Nothing passes for 14 s: nobody gives up."""
    site.lose()
    await asyncio.sleep(14)


async def _partition(site: Site) -> None:
    """Nothing passes for 30 s: both give the connection up, and keep the link."""
    site.lose()
    await asyncio.sleep(30)


async def _deaf(site: Site) -> None:
    """What the relay sends is lost."""
    site.lose("input")
    await asyncio.sleep(28)


async def _mute(site: Site) -> None:
    """What the client sends is lost."""
    site.lose("output")
    await asyncio.sleep(28)


async def _resets(site: Site) -> None:
    """Somebody on the way resets the connection, again and again."""
    for _ in range(4):
        site.reset()
        await asyncio.sleep(0.3)
        site.host.heal()
        await asyncio.sleep(1.5)


async def _black_hole(site: Site) -> None:
    """Large packets vanish without a word, small ones pass."""
    site.lose(what=f"meta length > {LARGE}")
    await asyncio.sleep(20)


async def _moved(site: Site) -> None:
    """The host gets another address, and answers for the old one no more."""
    site.host.move()
    await asyncio.sleep(1)


LOSSLESS: dict[str, Callable[[Site], Awaitable[None]]] = {
    "moment": _moment,
    "while": _while,
    "partition": _partition,
    "deaf": _deaf,
    "mute": _mute,
    "resets": _resets,
    "black hole": _black_hole,
    "moved": _moved,
}
"""Faults that are over before the link is given up."""


async def _cut(site: Site) -> None:
    """The connection is reset, and none can be made for longer than a closed one is waited for."""
    site.reset()
    await asyncio.sleep(0.5)
    site.lose()
    await asyncio.sleep(14)


async def _long(site: Site) -> None:
    """Nothing passes for longer than a link that fell silent is kept."""
    site.lose()
    await asyncio.sleep(65)


async def _asleep(site: Site) -> None:
    """The client does not run for longer than its link is kept, as on a laptop whose lid is closed."""
    program = site.client.program
    program.signal(signal.SIGSTOP)
    await asyncio.sleep(60)
    program.signal(signal.SIGCONT)
    await program.says(r"was suspended for [56]\d s", seconds=5)
    await site.client.online(seconds=5)


@asynccontextmanager
async def _site(supervisor: Supervisor, relay: Relay, token: str, host: Host, place: Path) -> AsyncIterator[Site]:
    api, name = free_port(), f"h{host.gateway.split('.')[2]}"
    async with serving(path=place / f"{name}.sock") as app, host.lending(api):
        client = await supervisor.client(
            relay,
            f"unix:{place / name}.sock",
            token=token,
            role=name,
            name=name,
            relay_url=f"https://{host.gateway}:{relay.port}",
            api=api,
            through=host.enter,
        )
        yield Site(host, relay, client, app)
        await client.program.stop()


async def _suffer(site: Site, fault: Callable[[Site], Awaitable[None]], repetitions: int) -> None:
    """Deliver and transfer before, during and after the fault."""
    async with asyncio.TaskGroup() as tasks:
        for _ in range(SENDERS):
            tasks.create_task(site.deliver())
        for _ in range(repetitions):
            site.over.clear()
            transfers = [tasks.create_task(site.upload()), tasks.create_task(site.download())]
            seen = len(site.app.journal)
            await site.app.arrived(seen + 20)
            await fault(site)
            site.host.heal()
            await site.client.online(seconds=40)
            site.over.set()
            await asyncio.wait(transfers)
            seen = len(site.app.journal)
            await site.app.arrived(seen + 20)
        site.done.set()


async def _run(
    supervisor: Supervisor, place: Path, faults: Sequence[Callable[[Site], Awaitable[None]]], repetitions: int
) -> tuple[list[set[tuple[str, int | None]]], int]:
    """Have each fault on a host of its own, all at the same time.

    Returns:
        How the deliveries to each ended, and how often a link went on over another connection.
    """
    with hosts(len(faults)) as made:
        port = free_port()
        listen = [word for host in made for word in ("--listen", f"{host.gateway}:{port}")]
        names = (*CERTIFIED, *(host.gateway for host in made))
        relay = await supervisor.relay(*listen, port=port, names=names)
        token = await supervisor.token()
        async with AsyncExitStack() as stack:
            sites = [await stack.enter_async_context(_site(supervisor, relay, token, host, place)) for host in made]
            async with asyncio.TaskGroup() as tasks:
                for site, fault in zip(sites, faults, strict=True):
                    tasks.create_task(_suffer(site, fault, repetitions))
            for site in sites:
                history = await read_history(site.client)
                assert verify(site.sender.manifest, site.app.journal, history) == [], site.client.program.text
            resumed = relay.program.text.count("link.resumed")
            return [{(sent.ending, sent.status) for sent in site.sender.manifest} for site in sites], resumed


@pytest.mark.timeout(150)
async def test_networks_that_come_back_lose_nothing(
    supervisor: Supervisor, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Partitions one way and both, resets, large packets that vanish, another address: every byte arrives, once."""
    repetitions = request.config.getoption("--repetitions")
    endings, resumed = await _run(supervisor, tmp_path, list(LOSSLESS.values()), repetitions)
    found = dict(zip(LOSSLESS, endings, strict=True))
    # A connection that is reset is closed for both: what comes then is held for 2.5 s; a busy machine may need more.
    found["resets"].discard(("answered", 503))
    assert found == {name: {("answered", 200)} for name in LOSSLESS}
    assert resumed >= repetitions * len(LOSSLESS) // 2, "the faults did nothing"


@pytest.mark.timeout(300)
async def test_networks_that_stay_away_are_told(
    supervisor: Supervisor, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Longer than the link is kept: what was under way is refused with a code or broken off, and the client returns.

    What outlasts the link takes a minute, a silence as well as a sleep; it is part of the longer run (`--repetitions`).
    """
    repetitions = request.config.getoption("--repetitions")
    faults = [_cut] if repetitions == 1 else [_cut, _long, _asleep]
    found, _ = await _run(supervisor, tmp_path, faults, repetitions)
    for endings in found:
        assert ("answered", 200) in endings
        assert endings <= {("answered", 200), ("answered", 502), ("answered", 503), ("broken", None)}
        assert len(endings) > 1
