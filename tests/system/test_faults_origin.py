"""What an app does to its deliveries, and what their senders are told (P12 to P15, P18)."""

import asyncio

import pytest

from tests.system.app import RAW_FIELD, Answer, App, reset
from tests.system.history import deliveries, read_history
from tests.system.listening import listening
from tests.system.malformed import BROKEN, MALFORMED, PASSES
from tests.system.polling import until, until_async
from tests.system.sender import Sender, Sent, request_head
from tests.system.supervisor import Client, Relay, Supervisor, free_port
from tests.system.verify import Weight, verify
from tests.system.wire import read_content, read_head

pytestmark = pytest.mark.system

PATIENCE = "1s"
MEBI = 1 << 20
LARGE = 40
"""Mebibytes: more than the kernel takes over for one connection."""
QUIET_SECONDS = 0.5
STALLED = 24
"""More than have room in the link's window."""


@pytest.fixture
async def impatient(supervisor: Supervisor, relay: Relay, token: str, app: App) -> Client:
    """Give a client that waits a second for the app's answers."""
    return await supervisor.client(relay, app.port, "--timeout", PATIENCE, token=token)


def code(sent: Sent) -> tuple[int | None, bytes | None]:
    """Give the status and the relay's code of an answer."""
    return sent.status, None if sent.response is None else sent.response.first(b"hookline-error")


async def test_app_that_is_down_costs_no_time(supervisor: Supervisor, relay: Relay, token: str) -> None:
    """Refused connections are told at once, and the history names the port to look at."""
    port = free_port()
    client = await supervisor.client(relay, port, token=token)
    sender = Sender(relay.plain_port, "demo.localhost")
    sent = [await sender.send(b"x") for _ in range(10)]
    assert {code(one) for one in sent} == {(502, b"origin-refused")}
    assert sorted(one.seconds for one in sent)[5] < 0.05
    assert verify(sent, [], await read_history(client)) == []
    await client.program.says(rf"is your app running on {port}\?")


async def test_app_that_hangs_is_given_up(relay: Relay, impatient: Client, app: App) -> None:
    """Before its head: 504 in time. Within an answer: it breaks off, never whole. Others are answered meanwhile."""
    sender = Sender(relay.plain_port, "demo.localhost")
    async with asyncio.TaskGroup() as tasks:
        silent = tasks.create_task(sender.send(b"x", fields=[Answer(end="hang").field()]))
        cut = [
            tasks.create_task(sender.send(b"x", fields=[answer.field()]))
            for answer in (
                Answer(size=1000, end="hang", end_at="head"),
                Answer(size=1000, end="hang", end_at="middle"),
                Answer(size=400_000, end="hang", end_at="middle"),
                Answer(size=1000, end="hang", end_at="middle", framing="chunked"),
                Answer(size=1000, end="hang", end_at="middle", framing="close"),
            )
        ]
        await app.arrived(6)
        assert (await sender.send(b"x")).status == 200
        assert not silent.done()
    assert code(silent.result()) == (504, b"origin-timeout")
    assert [one.result().ending for one in cut] == ["broken"] * 5
    assert verify(sender.manifest, app.journal, await read_history(impatient)) == []
    failures = [row["failure"] for row in await deliveries(impatient) if row.get("failure")]
    assert failures == ["origin-timeout"] * 6


async def test_app_that_is_quiet_by_nature_is_left_alone(
    supervisor: Supervisor, relay: Relay, token: str, app: App
) -> None:
    """Event streams are silent for ever, other answers without a length for ten times as long as those with one."""
    client = await supervisor.client(relay, app.port, "--timeout", "500ms", token=token)
    events = [("Content-Type", "text/event-stream")]
    sender = Sender(relay.plain_port, "demo.localhost")
    async with asyncio.TaskGroup() as tasks:
        for answer in (
            Answer(content="data: 1\n\ndata: 2\n\n", fields=events, framing="chunked", pause_seconds=6),
            Answer(content="data: 1\n\ndata: 2\n\n", fields=events, framing="close", pause_seconds=6),
            Answer(content="a long poll", framing="chunked", pause_seconds=2),
        ):
            tasks.create_task(sender.send(b"x", fields=[answer.field()]))
    assert [one.status for one in sender.manifest] == [200] * 3
    assert [one.response.size for one in sender.manifest if one.response is not None] == [18, 18, 11]
    assert verify(sender.manifest, app.journal, await read_history(client)) == []


async def test_malformed_answers_get_their_code(relay: Relay, impatient: Client, app: App) -> None:
    """Each is told by its code, passes as odd as it is, or is cut off; half of one never comes as the whole."""
    sender = Sender(relay.plain_port, "demo.localhost")
    found: dict[str, str] = {}
    for name, (raw, _) in MALFORMED.items():
        app.raw[name.encode().hex()] = raw
        sent = await sender.send(b"x", fields=[(RAW_FIELD, name.encode().hex().encode())], patience_seconds=5)
        status, refusal = code(sent)
        found[name] = refusal.decode() if refusal else BROKEN if sent.ending == "broken" else PASSES if status else "?"
        assert status in {None, 200, 204, 502, 504}
    assert found == {name: expected for name, (_, expected) in MALFORMED.items()}
    history = await read_history(impatient)
    assert verify(sender.manifest, app.journal, history) == []
    assert "\x1b" not in impatient.program.text


async def test_answers_that_break_off_are_never_whole(relay: Relay, impatient: Client, app: App) -> None:
    """Closed or reset before, at and after the head, in every framing."""
    sender = Sender(relay.plain_port, "demo.localhost")
    for framing in ("length", "chunked"):
        for end in ("close", "reset"):
            for at in ("start", "head", "middle"):
                answer = Answer(size=100_000, framing=framing, end=end, end_at=at)
                sent = await sender.send(b"x", fields=[answer.field()])
                expected = (502, b"origin-closed") if at == "start" else (None, None)
                assert (framing, end, at, code(sent)) == (framing, end, at, expected)
    assert verify(sender.manifest, app.journal, await read_history(impatient)) == []


async def _serve_slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read uploads to /slow at 10 KB/s; answer everything else at once."""
    while head := await read_head(reader):
        if b" /slow " in head.line:
            while await reader.read(1000):  # noqa: ASYNC110 - slow on purpose
                await asyncio.sleep(0.1)
            return
        await read_content(reader, head, until_close=False)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


async def test_slow_app_slows_its_sender_and_nobody_else(supervisor: Supervisor, relay: Relay, token: str) -> None:
    """A sender pushes a few windows and is held up then; memory stays, deliveries beside it are quick."""
    others = Sender(relay.plain_port, "demo.localhost", name="others")
    async with listening(_serve_slowly) as port:
        client = await supervisor.client(relay, port, token=token)
        for _ in range(20):
            await others.send(b"x")
        programs = (relay.program.pid, client.program.pid)
        before = [Weight.of(pid).memory_kib for pid in programs]
        async with Sender(relay.plain_port, "demo.localhost").connected() as (_, writer):
            writer.write(b"POST /slow HTTP/1.1\r\nHost: demo.localhost\r\nContent-Length: 1000000000\r\n\r\n")
            pushed = await _push(writer)
            quick = [(await others.send(b"x")).seconds for _ in range(20)]
            after = [Weight.of(pid).memory_kib for pid in programs]
            writer.transport.abort()
        await client.program.stop()
    assert pushed < 24 << 20
    assert sorted(quick)[10] < 0.05
    assert all(now - then < 16 * 1024 for then, now in zip(before, after, strict=True))


class Stalling:
    """Reads no content of /stuck, answers /large with much, and everything else at once."""

    def __init__(self) -> None:
        self.begun = 0
        self.moved = 0.0
        """When something of a transfer last went on."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        while head := await read_head(reader):
            count = LARGE if b" /large " in head.line else 0
            self._note(begun=bool(count) or b" /stuck " in head.line)
            if b" /stuck " in head.line:
                await asyncio.Event().wait()
            await read_content(reader, head, until_close=False)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (count * MEBI or 2000))
            writer.write(b"o" * (0 if count else 2000))
            for _ in range(count):
                writer.write(b"x" * MEBI)
                await writer.drain()
                self._note(begun=False)

    def _note(self, *, begun: bool) -> None:
        self.begun += begun
        self.moved = asyncio.get_running_loop().time()

    def stalled(self) -> bool:
        """Tell whether some are under way and none has gone on for a while."""
        return self.begun >= 16 and asyncio.get_running_loop().time() - self.moved > QUIET_SECONDS


async def _transfer(sender: Sender, path: str) -> None:
    """Send content as far as it is taken, and read nothing."""
    count = LARGE if path == "stuck" else 0
    async with sender.connected() as (_, writer):
        writer.write(f"POST /{path} HTTP/1.1\r\nHost: {sender.host}\r\nContent-Length: {count * MEBI}\r\n\r\n".encode())
        for _ in range(count):
            writer.write(b"u" * MEBI)
            await writer.drain()
        await asyncio.Event().wait()


@pytest.mark.parametrize("path", ["stuck", "large"])
async def test_transfers_that_stall_hold_up_nobody(supervisor: Supervisor, relay: Relay, token: str, path: str) -> None:
    """Many uploads that the app does not read, or answers that senders do not: a delivery beside them is answered."""
    app = Stalling()
    others = Sender(relay.plain_port, "demo.localhost")
    async with listening(app.serve) as port, asyncio.TaskGroup() as tasks:
        client = await supervisor.client(relay, port, token=token)
        transfers = [tasks.create_task(_transfer(others, path)) for _ in range(STALLED)]
        await until(app.stalled, what="transfers that stall")
        sent = [await others.send(b"x" * 2000, patience_seconds=15) for _ in range(20)]
        assert [one.status for one in sent] == [200] * 20
        client.program.kill()
        for transfer in transfers:
            transfer.cancel()


async def _push(writer: asyncio.StreamWriter) -> int:
    """Write until nothing goes any more for a second; give how much did."""
    pushed = 0
    while pushed < 100 << 20:
        writer.write(b"z" * 65536)
        try:
            async with asyncio.timeout(1.0):
                await writer.drain()
        except TimeoutError:
            break
        pushed += 65536
    return pushed


async def test_upload_that_its_sender_leaves_is_told(relay: Relay, client: Client, app: App) -> None:
    """At 0, 50 and 99 % the app sees no whole request, and the history says that the sender went away."""
    sender = Sender(relay.plain_port, "demo.localhost")
    for share in (0, 50, 99):
        await sender.send(b"z" * 400_000, leave_after=4_000 * share)
    assert (await sender.send(b"after")).status == 200
    await until(lambda: any(entry.complete for entry in app.journal))
    assert [entry.id for entry in app.journal if entry.complete] == [sender.manifest[-1].id]
    assert verify(sender.manifest, app.journal, await read_history(client)) == []
    listed = await deliveries(client)
    assert {row.get("failure") for row in listed if row.get("failure")} <= {"sender-aborted"}


async def test_sender_that_leaves_while_the_app_works_is_told(relay: Relay, client: Client, app: App) -> None:
    """The app got the whole request; the history says that nobody waited for its answer."""
    sender = Sender(relay.plain_port, "demo.localhost")
    sent = sender._note(b"POST", b"/hooks", [Answer(end="hang").field()], b"whole", chunked=False)
    async with sender.connected() as (_, writer):
        writer.write(request_head(sent.method, sent.target, sent.fields) + b"whole")
        await app.arrived()
        reset(writer)
    sent.ending = "left"

    async def told() -> bool:
        """Look at the history once."""
        return [row.get("failure") for row in await deliveries(client)] == ["sender-aborted"]

    await until_async(told, what="a row that says so")
    assert [(entry.id, entry.complete) for entry in app.journal] == [(sent.id, True)]
    assert verify(sender.manifest, app.journal, await read_history(client)) == []
