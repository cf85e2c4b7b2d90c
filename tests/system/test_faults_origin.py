"""What an app does to its deliveries, and what their senders are told (P12 to P15, P18)."""

import asyncio

import pytest

from tests.system.app import RAW_FIELD, Answer, App
from tests.system.history import deliveries, read_history
from tests.system.listening import listening
from tests.system.malformed import BROKEN, MALFORMED, PASSES
from tests.system.polling import until
from tests.system.sender import Sender, Sent
from tests.system.supervisor import Client, Relay, Supervisor, free_port
from tests.system.verify import Weight, verify
from tests.system.wire import read_content, read_head

pytestmark = pytest.mark.system

PATIENCE = "1s"


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
