"""Ctrl-C at any moment ends both programs quickly and quietly, and leaves nothing: no process, port or file."""

import asyncio
import socket
from pathlib import Path

import pytest

from tests.system.app import Answer, App
from tests.system.polling import until
from tests.system.program import Finished, Program
from tests.system.sender import Sender
from tests.system.supervisor import NAME, Client, Relay, Supervisor, free_port

pytestmark = pytest.mark.system

INTERRUPTED = {0, 130}
MOMENTS = [0.0, 0.05, 0.15, 0.3, 0.6]
"""Seconds after it began to import: imports, settings, the first dial, the link."""


async def begun(program: Program) -> None:
    """Wait for the first compiled module: until then the interpreter is alone, and speaks for itself."""
    await until(lambda: b".cpython-3" in Path(f"/proc/{program.pid}/maps").read_bytes(), what="an import")


def check_quiet(program: Program, done: Finished) -> None:
    """See that nothing is left and nothing looks like a failure."""
    assert done.code in INTERRUPTED or done.code == -2, done
    assert "Traceback" not in done.text, done.text
    assert program.family() == []


def check_free(port: int) -> None:
    """See that nothing listens on the port any more."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


def leftovers(directory: Path) -> list[Path]:
    """Give the files that belong to a running program only."""
    return [
        path
        for path in directory.rglob("*")
        if path.is_socket() or path.suffix in {".tmp", ".pid"} or path.parent.name == "agents"
    ]


@pytest.mark.parametrize("seconds", MOMENTS)
async def test_client_interrupted_while_it_starts(
    supervisor: Supervisor, relay: Relay, token: str, seconds: float
) -> None:
    """The client can be stopped at any moment of its start."""
    words = ("http", 3000, "--relay", relay.url, "--relay-ca", relay.ca, "--url", NAME, "--ui", "lines")
    inspect = ("--inspect-addr", f"127.0.0.1:{free_port()}")
    program = supervisor.start("client", "hookline", *words, *inspect, HOOKLINE_TOKEN=token)
    await begun(program)
    await asyncio.sleep(seconds)
    check_quiet(program, await program.interrupt())


@pytest.mark.parametrize("seconds", MOMENTS)
async def test_relay_interrupted_while_it_starts(supervisor: Supervisor, seconds: float) -> None:
    """The relay can be stopped at any moment of its start."""
    port = free_port()
    words = ("serve", "--data-dir", supervisor.home("relay") / "d", "--domain", "localhost")
    program = supervisor.start("relay", "hookline-relay", *words, "--listen", f"127.0.0.1:{port}")
    await begun(program)
    await asyncio.sleep(seconds)
    check_quiet(program, await program.interrupt())
    check_free(port)


async def test_client_interrupted_within_a_delivery(
    supervisor: Supervisor, relay: Relay, client: Client, app: App
) -> None:
    """A delivery that the client leaves behind is refused with a code, not left hanging."""
    sender = Sender(relay.plain_port, "demo.localhost")
    async with asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(sender.send(b"x", fields=[Answer(end="hang").field()], patience_seconds=15))
        await app.arrived()
        check_quiet(client.program, await client.program.interrupt())
    assert sending.result().status in {502, 503}


async def test_relay_interrupted_within_a_delivery(
    supervisor: Supervisor, relay: Relay, client: Client, app: App
) -> None:
    """A relay that is stopped drains, then ends; the client says that it reconnects."""
    sender = Sender(relay.plain_port, "demo.localhost")
    async with asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(sender.send(b"x", fields=[Answer(wait_seconds=1).field()], patience_seconds=15))
        await app.arrived()
        check_quiet(relay.program, await relay.program.interrupt())
    assert sending.result().status == 200
    await client.program.says(r"(?i)reconnect")
    check_free(relay.port)


async def test_terminated_programs_leave_no_files(
    supervisor: Supervisor, relay: Relay, client: Client, tmp_path: Path
) -> None:
    """After SIGTERM no socket, lock or temporary file is left; the history and the relay's data stay."""
    check_quiet(client.program, await client.program.stop())
    check_quiet(relay.program, await relay.program.stop())
    assert leftovers(tmp_path) == []


async def test_killed_client_is_back_under_its_name_at_once(
    supervisor: Supervisor, relay: Relay, client: Client, token: str, app: App
) -> None:
    """After `kill -9` the next client of the same owner has the name in the same second."""
    client.program.kill()
    again = await supervisor.client(relay, app.port, token=token)
    sent = await Sender(relay.plain_port, "demo.localhost").send(b"x")
    assert sent.status == 200, sent.why
    assert again.program.running


async def test_restarted_relay_gets_its_client_back(
    supervisor: Supervisor, relay: Relay, client: Client, app: App
) -> None:
    """A client finds its relay again by itself within seconds of its return."""
    await relay.program.stop()
    await client.program.says(r"(?i)reconnect")
    await supervisor.relay(port=relay.port)
    await until(lambda: True)
    await client.online(seconds=15)
