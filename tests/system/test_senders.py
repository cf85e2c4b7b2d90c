"""Senders that others wrote, each over TLS: curl, hey, h2load, and slowhttptest, which means harm."""

import asyncio
import hashlib
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.system.app import ID_FIELD, App
from tests.system.history import read_history
from tests.system.listening import listening
from tests.system.polling import until
from tests.system.sender import Sender, Sent
from tests.system.supervisor import Client, Relay, Supervisor
from tests.system.tools import run
from tests.system.verify import Weight, verify
from tests.system.wire import Message, read_content, read_head

pytestmark = pytest.mark.system

MANY = 200
AT_ONCE = 10
HOST = "demo.localhost"
SLOW = 30
"""Connections of each kind of attack."""
SLOW_SECONDS = 66
"""Longer than the relay's longest deadline: 30 s for some progress, after 30 s in which there was some."""
LARGE_BYTES = 16 << 20
"""More than the kernel takes over from the relay for one connection."""


def sent_by_curl(number: int, content: bytes) -> Sent:
    """Give the row of the manifest for one transfer of curl's."""
    identity = f"curl-{number:05d}"
    fields = [(b"Host", HOST.encode()), (ID_FIELD, identity.encode())]
    digest = hashlib.sha256(content).hexdigest()
    return Sent(identity, b"POST", b"/hooks?n=%d" % number, fields, digest, len(content), ending="broken")


def transfers(relay: Relay, manifest: list[Sent], contents: list[str]) -> bytes:
    """Write curl's configuration: a transfer for each row, whose answer is printed as status and id."""
    blocks = [
        f'url = "https://{HOST}:{relay.port}{sent.target.decode()}"\n'
        f'resolve = "{HOST}:{relay.port}:127.0.0.1"\ncacert = "{relay.ca}"\nsilent\noutput = "/dev/null"\n'
        f'header = "Host: {HOST}"\nheader = "X-Delivery: {sent.id}"\n'
        'header = "User-Agent:"\nheader = "Accept:"\nheader = "Content-Type:"\n'
        f'data-raw = "{content}"\nwrite-out = "%{{http_code}} %header{{x-delivery}}\\n"\n'
        for sent, content in zip(manifest, contents, strict=True)
    ]
    return "next\n".join(blocks).encode()


@pytest.mark.needs("curl")
@pytest.mark.parametrize("parallel", [False, True], ids=["kept", "parallel"])
async def test_curl_gets_each_answer(relay: Relay, client: Client, app: App, *, parallel: bool) -> None:
    """Two hundred transfers over kept connections, one after the other or many at once, keep the promises."""
    contents = ["x" * (number * 37 + 1) for number in range(MANY)]
    manifest = [sent_by_curl(number, content.encode()) for number, content in enumerate(contents)]
    options = ("--no-progress-meter", "--parallel", "--parallel-max", str(AT_ONCE)) if parallel else ()
    done = await run("curl", *options, "--config", "-", stdin=transfers(relay, manifest, contents))
    answers = re.findall(r"^(\d{3}) (\S+)$", done.out, re.MULTILINE)
    by_id = {sent.id: sent for sent in manifest}
    for status, identity in answers:
        fields = [(ID_FIELD, identity.encode())]
        by_id[identity].response = Message(b"HTTP/1.1 %b" % status.encode(), fields, b"")
        by_id[identity].ending = "answered"
    assert (done.code, len(answers), done.err) == (0, MANY, "")
    assert verify(manifest, app.journal, await read_history(client)) == []
    assert {sent.status for sent in manifest} == {200}


async def _weigh(relay: Relay, client: Client) -> dict[str, Weight]:
    """Weigh both programs after they have served somebody."""
    sender = Sender(relay.port, HOST, tls=ssl.create_default_context(cafile=relay.ca), name="warm")
    async with asyncio.TaskGroup() as tasks:
        for _ in range(AT_ONCE):
            tasks.create_task(sender.send(b"warm"))
    return {"relay": Weight.of(relay.program.pid), "client": Weight.of(client.program.pid)}


async def _comes_back(relay: Relay, client: Client, before: dict[str, Weight]) -> None:
    """Wait until memory and descriptors are what N5 allows, 30 s at most."""

    def look() -> bool:
        """Weigh them once."""
        now = {"relay": Weight.of(relay.program.pid), "client": Weight.of(client.program.pid)}
        return not verify([], [], [], weights={name: (before[name], now[name]) for name in before})

    await until(look, seconds=30, what="what N5 promises")


@pytest.mark.needs("hey")
@pytest.mark.parametrize("mode", ["keep-alive", "a connection each"])
async def test_hey_is_answered(relay: Relay, client: Client, app: App, mode: str) -> None:
    """All its requests succeed, each reaches the app once and whole, and nothing is left behind."""
    before = await _weigh(relay, client)
    seen = len(app.journal)
    words = ("-n", str(MANY), "-c", str(AT_ONCE), "-m", "POST", "-d", "hello", "-host", HOST)
    more = () if mode == "keep-alive" else ("-disable-keepalive",)
    done = await run("hey", *words, *more, f"https://127.0.0.1:{relay.port}/hooks")
    assert re.findall(r"\[(\d+)\]\s+(\d+) responses", done.out) == [("200", str(MANY))], done.text
    assert [(entry.complete, entry.message.content) for entry in app.journal[seen:]] == [(True, b"hello")] * MANY
    await _comes_back(relay, client, before)


@pytest.mark.needs("h2load")
async def test_h2load_is_answered(relay: Relay, client: Client, app: App, supervisor: Supervisor) -> None:
    """Its HTTP/1.1 mode over TLS: all succeed, each reaches the app once and whole."""
    before = await _weigh(relay, client)
    seen = len(app.journal)
    content = supervisor.directory / "content"
    content.write_bytes(b"h" * 5000)
    words = ("--h1", "-n", str(MANY), "-c", str(AT_ONCE), "-d", content, f"--connect-to=127.0.0.1:{relay.port}")
    done = await run("h2load", *words, f"https://{HOST}:{relay.port}/hooks")
    assert f"{MANY} succeeded, 0 failed, 0 errored, 0 timeout" in done.out, done.text
    assert [(entry.complete, entry.message.size) for entry in app.journal[seen:]] == [(True, 5000)] * MANY
    await _comes_back(relay, client, before)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer /large with much, everything else with the id that was sent."""
    while head := await read_head(reader):
        await read_content(reader, head, until_close=False)
        size = LARGE_BYTES if b" /large " in head.line else 2
        identity = head.first(ID_FIELD) or b"none"
        writer.write(b"HTTP/1.1 200 OK\r\nX-Delivery: %b\r\nContent-Length: %d\r\n\r\n" % (identity, size))
        writer.write(b"x" * size)
        await writer.drain()


@asynccontextmanager
async def _beside(sender: Sender) -> AsyncIterator[None]:
    """Have a healthy sender send all the time, over a new connection each."""
    over = asyncio.Event()

    async def send() -> None:
        """Send until it is over."""
        while not over.is_set():
            await sender.send(b"healthy", patience_seconds=5)
            await asyncio.sleep(0.05)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(send())
        try:
            yield
        finally:
            over.set()


async def _attack(relay: Relay, mode: str, path: str, *more: str) -> None:
    """Run one attack of slowhttptest's for as long as it lasts."""
    words = ("-c", str(SLOW), "-r", str(SLOW), "-i", "2", "-l", str(SLOW_SECONDS), "-p", "5", *more)
    done = await run("slowhttptest", mode, *words, "-u", f"https://127.0.0.1:{relay.port}/t/demo{path}")
    said = re.sub(r"\x1b\[[0-9;]*m", "", done.out)
    assert "service available:   YES" in said, said
    assert "service available:   NO" not in said, said


@pytest.mark.timeout(150)
@pytest.mark.needs("slowhttptest")
async def test_slow_senders_harm_nobody(supervisor: Supervisor, relay: Relay, token: str) -> None:
    """Slow heads, slow contents and slow readers at once: others are answered, and the relay's deadlines end it."""
    async with listening(_serve) as port:
        client = await supervisor.client(relay, port, token=token)
        before = await _weigh(relay, client)
        healthy = Sender(relay.port, HOST, tls=ssl.create_default_context(cafile=relay.ca), name="healthy")
        slowest = ("-z", "5", "-n", "1", "-w", "512", "-y", "1024")
        async with _beside(healthy), asyncio.TaskGroup() as tasks:
            tasks.create_task(_attack(relay, "-H", "/head"))
            tasks.create_task(_attack(relay, "-B", "/content"))
            tasks.create_task(_attack(relay, "-X", "/large", *slowest))
            await until(lambda: Weight.of(relay.program.pid).files > 3 * SLOW, what="three attacks")
            await until(
                lambda: Weight.of(relay.program.pid).files < before["relay"].files + AT_ONCE,
                seconds=SLOW_SECONDS,
                what="the end of the slow connections",
            )
        assert {(sent.ending, sent.status) for sent in healthy.manifest} == {("answered", 200)}
        assert len(healthy.manifest) > SLOW_SECONDS
        await _comes_back(relay, client, before)
        await client.program.stop()
