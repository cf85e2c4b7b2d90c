"""Commands on captured deliveries while no client runs."""

import asyncio
import os
import sqlite3
from pathlib import Path

import msgspec
import pytest

from client.running import RunningAgent, announced
from tests.client.cli.desk import Client
from tests.client.deliveries.stage import Desk, event

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give the directory of a user with one delivery of an app that is gone."""
    path = tmp_path / "hookline" / "history.db"
    path.parent.mkdir()

    async def record() -> None:
        """Record it."""
        desk = await asyncio.to_thread(Desk, path, target=NOBODY)
        await desk.send(*event())
        await asyncio.to_thread(desk.store.close)

    asyncio.run(record())
    return tmp_path


async def test_commands_work_without_a_client(home: Path) -> None:
    """The file is enough to list, show, export, compare, and to replay to the app it went to."""
    client = Client(None, home)
    listed = await client.run("list", "type:call.ended", "--json")
    (row,) = [msgspec.json.decode(line) for line in listed.out.splitlines()]
    assert (listed.code, row["id"], listed.err) == (0, "dlv_000001", "")
    assert "X-TalkifAI-Signature" in (await client.run("show", "1")).out
    assert "curl" in (await client.run("export", "1", "--as", "curl")).out
    replayed = await client.run("replay", "1")
    assert (replayed.code, "down" in replayed.out, NOBODY in replayed.out) == (1, True, True)
    assert (await client.run("diff", "1")).code == 1
    waited = await client.run("wait", "--since", "3650d", "--timeout", "5", "--json")
    assert (waited.code, len(waited.out.splitlines())) == (0, 1)


async def test_client_that_does_not_answer_is_passed_over(home: Path) -> None:
    """A client that is announced and not there does not keep the user from the file."""
    with announced(RunningAgent(os.getpid(), NOBODY, 1.0), home / "hookline" / "agents"):
        listed = await Client(None, home).run("list")
    assert (listed.code, "call.ended" in listed.out, listed.err) == (0, True, "")


def test_file_of_a_newer_version_ends_the_command(home: Path) -> None:
    """It is said what to do, and nothing is touched."""
    connection = sqlite3.connect(home / "hookline" / "history.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    listed = asyncio.run(Client(None, home).run("list"))
    assert (listed.code, listed.out) == (1, "")
    assert "written by a newer version" in listed.err
    assert "Traceback" not in listed.err


def test_damaged_file_is_moved_aside(home: Path) -> None:
    """The command says where, and goes on with an empty history."""
    (home / "hookline" / "history.db").write_bytes(b"\0" * 10_000)
    listed = asyncio.run(Client(None, home).run("list"))
    assert listed.code == 0
    assert "was damaged: it was moved to" in listed.err
    assert "Traceback" not in listed.err
