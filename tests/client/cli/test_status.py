"""`hookline status`."""

import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from client.api import ApiServer
from client.running import RunningAgent, announced
from client.views import Counts, Status, TunnelStatus
from tests.client.cli.person import Person
from tests.client.deliveries.stage import Desk
from tests.doors import opened
from tests.system.polling import until_async


@asynccontextmanager
async def served(desk: Desk, person: Person) -> AsyncIterator[str]:
    """Have a client run until the block ends; give the address of its local API."""
    server = ApiServer(desk.inspector, port=0)
    url = await server.start()
    tunnel = TunnelStatus("demo", ("https://demo.relay.test",), "http://localhost:3000", "refused")
    desk.inspector._status = lambda: Status("1", "https://relay.test", "online", "\x1b[31m", 0.012, None, (tunnel,))
    try:
        with announced(RunningAgent(os.getpid(), url, 1.0), agents(person)):
            yield url
    finally:
        desk.feed.close()
        await server.close()


def agents(person: Person) -> Path:
    """Give the directory where clients say that they run."""
    return person.home / "state" / "hookline" / "agents"


async def test_nothing_runs(person: Person) -> None:
    """A script sees it by the code, a person is told how to start."""
    done = await person.runs("status")
    assert (done.code, done.out, done.err) == (1, "", "no hookline runs: start one with `hookline http 3000`\n")


async def test_running_client_is_told(person: Person, desk: Desk) -> None:
    """Link, tunnels, counts, and where its local API is; nothing steers the terminal."""
    async with served(desk, person):
        done = await person.runs("status")
    assert done.code == 0, done.err
    assert done.out.splitlines() == [
        "online, 12 ms  https://relay.test  ␛[31m",
        "  https://demo.relay.test -> http://localhost:3000 (refused)",
        "  0 received, 0 failed, 0 bad signatures",
        f"  local API  (pid {os.getpid()})",
    ]


async def test_status_as_json(person: Person, desk: Desk) -> None:
    """One object a client."""
    async with served(desk, person):
        done = await person.runs("status", "--json")
    assert msgspec.convert(json.loads(done.out), Status).tunnels[0].name == "demo"


async def test_one_bad_signature_is_one(person: Person, desk: Desk) -> None:
    """The count and its word agree."""
    async with served(desk, person):
        status = desk.inspector._status()
        desk.inspector._status = lambda: msgspec.structs.replace(status, counts=Counts(2, 1, 1))
        done = await person.runs("status")
    assert "2 received, 1 failed, 1 bad signature\n" in done.out


async def test_client_that_is_gone_is_not_taken_for_one_that_runs(person: Person, desk: Desk) -> None:
    """Its number may be another process's by now: the others are told all the same."""
    stale = RunningAgent(os.getppid(), "http://127.0.0.1:1", 2.0)
    with announced(stale, agents(person)):
        done = await person.runs("status")
        assert (done.code, done.out, "does not answer at 'http://127.0.0.1:1'" in done.err) == (1, "", True)
        async with served(desk, person):
            done = await person.runs("status")
            assert (done.code, done.out.startswith("online")) == (0, True)


async def test_stopped_client_is_not_waited_for(person: Person, tmp_path: Path) -> None:
    """A client that sleeps does not keep `status` from answering."""
    async with opened(tmp_path) as door:
        words = ("http", "3000", "--relay", f"http://127.0.0.1:{door.port}", "--inspect-addr", ":0", "--ui", "quiet")
        with person.running(*words, HOOKLINE_TOKEN=door.tokens.create("laptop")) as program:

            async def online() -> bool:
                """Look whether it runs."""
                return (await person.runs("status")).out.startswith("online")

            await until_async(online, what="the link")
            program.signal(signal.SIGSTOP)
            done = await person.runs("status")
            program.signal(signal.SIGCONT)
    assert (done.code, f"hookline {program.pid} runs, but does not answer" in done.err) == (1, True)
