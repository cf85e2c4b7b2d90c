"""A history file in trouble, under a real client: the delivery is answered all the same (P16)."""

import asyncio
import os
import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.system.app import App
from tests.system.history import read_history
from tests.system.polling import until_async
from tests.system.program import Program
from tests.system.sender import Sender, Sent
from tests.system.supervisor import PROGRAMS, Client, Relay, Supervisor, free_port
from tests.system.verify import verify

pytestmark = pytest.mark.system

NOT_RECORDED = b"hookline-recorded"
LOCKED_SECONDS = 10.0


def sender(relay: Relay, name: str = "s") -> Sender:
    """Give a sender that needs no TLS: it is not what is tried here."""
    return Sender(relay.plain_port, f"demo.localhost:{relay.port}", name=name)


async def relay_without_tls(supervisor: Supervisor) -> Relay:
    """Give a relay that takes plain deliveries."""
    return await supervisor.relay(tls="off")


def recorded(sent: Sent) -> bool:
    """Say whether an answered delivery was recorded, by what its answer says."""
    assert sent.status == 200, sent
    assert sent.response is not None
    return all(name.lower() != NOT_RECORDED for name, _ in sent.response.fields)


async def trouble(client: Client) -> str:
    """Give what the client says of its history."""
    status: dict[str, Any] = await client.get("/api/status")
    return str(status["history"])


async def until_well(client: Client) -> None:
    """Wait until the client records again."""

    async def well() -> bool:
        return "not being saved" not in await trouble(client)

    await until_async(well, seconds=15, what="a client that records again")


def history_of(supervisor: Supervisor) -> Path:
    """Give the client's history file."""
    (path,) = (supervisor.directory / "client").rglob("history.db")
    return path


@pytest.mark.needs("unshare", "mount")
async def test_full_disk(supervisor: Supervisor, app: App) -> None:
    """On 3 MB all is answered, shown from memory, with the reason; what was missed is saved when there is room."""
    relay = await relay_without_tls(supervisor)
    token = await supervisor.token()
    disk = supervisor.home("client") / "disk"
    disk.mkdir()
    port = free_port()
    words = ["http", app.port, "--relay", relay.url, "--url", "demo", "--ui", "lines"]
    words += ["--inspect-addr", f"127.0.0.1:{port}"]
    mount = f'mount -t tmpfs -o size=3m tmpfs "{disk}" && head -c 1500000 /dev/zero > "{disk}/filler" && exec "$@"'
    program = Program(
        ["unshare", "-rm", "sh", "-c", mount, "--", PROGRAMS / "hookline", *map(str, words)],
        env=supervisor.environment("client", HOOKLINE_TOKEN=token, XDG_DATA_HOME=str(disk)),
        logs=supervisor.home("client") / "full.log",
        cwd=supervisor.home("client"),
    )
    supervisor._programs.append(program)
    client = Client(program, f"http://127.0.0.1:{port}")
    await client.online()
    full = sender(relay)
    noise = random.Random(1)
    outcomes = [recorded(await full.send(noise.randbytes(60_000)))]
    assert outcomes[0], "there was room at first"
    while outcomes.count(False) < 5:
        outcomes.append(recorded(await full.send(noise.randbytes(60_000))))
        assert len(outcomes) < 60, "it never got full"
    assert "the disk is full: free some space" in await trouble(client)
    assert "the disk is full" in program.text
    shown = await client.get("/api/deliveries?limit=100")
    assert len(shown["deliveries"]) == len(outcomes)
    status, attempt = await client.post(f"/api/deliveries/{shown['deliveries'][-1]['id']}/replay", {})
    assert (status, attempt["number"], attempt["status"]) == (201, 2, 200)
    replayed = app.journal.pop()
    assert replayed.id == full.manifest[-1].id
    await asyncio.to_thread(Path(f"/proc/{program.pid}/root{disk}/filler").unlink)
    await until_well(client)
    assert recorded(await full.send(b"there is room again"))
    assert verify(full.manifest, app.journal, await read_history(client)) == []


async def test_locked_file(supervisor: Supervisor, app: App) -> None:
    """Another program locks it for ten seconds: nobody waits so long, and what was missed is in it afterwards."""
    relay = await relay_without_tls(supervisor)
    client = await supervisor.client(relay, app.port, token=await supervisor.token())
    locked = sender(relay)
    assert recorded(await locked.send(b"before"))
    with closing(sqlite3.connect(history_of(supervisor), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = asyncio.get_running_loop().time()
        first = await locked.send(b"locked")
        assert (recorded(first), first.seconds < 0.5) == (True, True)  # its record is beside the file
        await until_async(lambda: _said_locked(client), what="the lock said")
        while asyncio.get_running_loop().time() - began < LOCKED_SECONDS:
            sent = await locked.send(b"still locked")
            assert (recorded(sent), sent.seconds < 0.5) == (False, True)
            await asyncio.sleep(0.25)
        other.execute("ROLLBACK")
    await until_well(client)
    assert recorded(await locked.send(b"after"))
    assert verify(locked.manifest, app.journal, await read_history(client)) == []


async def _said_locked(client: Client) -> bool:
    return "another program keeps the file locked" in await trouble(client)


async def test_history_that_is_required(supervisor: Supervisor, app: App) -> None:
    """With --require-history a delivery that cannot be recorded is refused, and never reaches the app."""
    relay = await relay_without_tls(supervisor)
    token = await supervisor.token()
    client = await supervisor.client(relay, app.port, "--require-history", token=token)
    sent = sender(relay)
    assert recorded(await sent.send(b"before"))
    with closing(sqlite3.connect(history_of(supervisor), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await sent.send(b"this one still passes: nothing was known yet")
        await until_async(lambda: _said_locked(client), what="the lock said")
        refused = await sent.send(b"this one does not")
        other.execute("ROLLBACK")
    assert (refused.status, len(app.journal)) == (503, 2)
    assert refused.response is not None
    assert (b"Hookline-Error", b"history-full") in refused.response.fields
    await until_well(client)
    assert recorded(await sent.send(b"after"))


@pytest.mark.needs("unshare", "mount")
async def test_read_only_file(supervisor: Supervisor, app: App) -> None:
    """Deliveries are answered, earlier ones are still shown, and commands say what is wrong."""
    relay = await relay_without_tls(supervisor)
    token = await supervisor.token()
    client = await supervisor.client(relay, app.port, token=token)
    assert recorded(await sender(relay).send(b"before"))
    await client.program.interrupt()
    home = history_of(supervisor).parent
    port = free_port()
    words = ["http", app.port, "--relay", relay.url, "--url", "demo", "--ui", "lines"]
    words += ["--inspect-addr", f"127.0.0.1:{port}"]
    mount = f'mount --bind "{home}" "{home}" && mount -o remount,ro,bind "{home}" && exec "$@"'
    program = Program(
        ["unshare", "-rm", "sh", "-c", mount, "--", PROGRAMS / "hookline", *map(str, words)],
        env=supervisor.environment("client", HOOKLINE_TOKEN=token),
        logs=supervisor.home("client") / "ro.log",
        cwd=supervisor.home("client"),
    )
    supervisor._programs.append(program)
    client = Client(program, f"http://127.0.0.1:{port}")
    await client.online()
    assert not recorded(await sender(relay, "t").send(b"while it is read-only"))
    assert "read-only" in await trouble(client)
    assert len((await client.get("/api/deliveries"))["deliveries"]) == 2


async def test_file_that_is_deleted(supervisor: Supervisor, app: App) -> None:
    """A new file is begun, which is said; what comes then is in it."""
    relay = await relay_without_tls(supervisor)
    client = await supervisor.client(relay, app.port, token=await supervisor.token())
    gone, after = sender(relay), sender(relay, "t")
    assert recorded(await gone.send(b"before"))
    path = history_of(supervisor)
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            os.unlink(f"{path}{suffix}")  # noqa: PTH108 - a suffix of the name, not of the stem

    async def said() -> bool:
        await gone.send(b"into a file without a name")
        return "was removed while hookline ran" in await trouble(client)

    await until_async(said, seconds=15, what="a new file")
    for _ in range(3):
        assert recorded(await after.send(b"after"))
    rows = await read_history(client)
    assert verify(after.manifest, app.journal[-3:], [row for row in rows if row.id.startswith("t-")]) == []
    assert path.exists()


async def test_two_clients_on_one_file(supervisor: Supervisor, app: App) -> None:
    """Both record, both show everything, and nothing is there twice."""
    relay = await relay_without_tls(supervisor)
    token = await supervisor.token()
    one = await supervisor.client(relay, app.port, token=token)
    two = await supervisor.client(relay, app.port, token=token, name="nobody")
    senders = [sender(relay, "a"), Sender(relay.plain_port, f"nobody.localhost:{relay.port}", name="b")]
    async with asyncio.TaskGroup() as tasks:
        for each in senders:
            for worker in range(4):
                tasks.create_task(_many(each, 25, worker))
    manifest = [sent for each in senders for sent in each.manifest]
    assert all(map(recorded, manifest))
    for client in (one, two):  # what the other one has just answered is not in the file for a moment

        async def complete(client: Client = client) -> bool:
            return verify(manifest, app.journal, await read_history(client)) == []

        await until_async(complete, what="every row of both")


async def _many(each: Sender, count: int, worker: int) -> None:
    for number in range(count):
        await each.send(b"%d-%d" % (worker, number))


@pytest.mark.timeout(300)
async def test_killed_client_under_load(supervisor: Supervisor, app: App, request: pytest.FixtureRequest) -> None:
    """`kill -9` at any moment: each answered delivery has its row, once; leftovers are interrupted and replayable."""
    relay = await relay_without_tls(supervisor)
    token = await supervisor.token()
    senders = [sender(relay, f"s{number}") for number in range(8)]
    chance = random.Random(7)
    for _ in range(2 * request.config.getoption("--repetitions")):
        client = await supervisor.client(relay, app.port, token=token)
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(_many(each, 10_000, 0)) for each in senders]
            await asyncio.sleep(chance.uniform(0.2, 0.8))
            client.program.kill()
            await asyncio.sleep(0.05)
            for task in running:
                task.cancel()
    client = await supervisor.client(relay, app.port, token=token)
    rows = await read_history(client)
    ended = [sent for each in senders for sent in each.manifest if sent.ending != "hung"]
    broken = [words for words in verify(ended, (), rows) if words.startswith("N1")]
    assert (broken, len(ended) > 100) == ([], True)
    assert len({row.id for row in rows}) == len(rows)
    left = (await client.get("/api/deliveries?q=status:err&limit=1000"))["deliveries"]
    for row in left[:3]:
        status, attempt = await client.post(f"/api/deliveries/{row['id']}/replay", {})
        assert (status, attempt["status"]) == (201, 200)
    assert not (await client.get("/api/deliveries?q=status:pending"))["deliveries"]
