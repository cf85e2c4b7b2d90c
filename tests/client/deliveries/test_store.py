"""The store: opening, what a file's faults do, and what is left by a client that was killed."""

import asyncio
import json
import math
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from client.deliveries import Store
from client.deliveries.record import NOT_RECORDED
from shared.exchange import Content, Request
from shared.sqlite import SchemaTooNew
from tests.client.deliveries.stage import Clock, Desk, event, head_of

ROOT = Path(__file__).resolve().parents[3]


def test_file_is_private(tmp_path: Path) -> None:
    """Captured secrets are for the user alone."""
    store = Store.open(tmp_path / "state" / "history.sqlite", clock=Clock())
    store.close()
    assert stat.S_IMODE((tmp_path / "state" / "history.sqlite").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """A file that this version does not understand is left alone."""
    path = tmp_path / "history.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(SchemaTooNew, match="upgrade hookline"):
        Store.open(path, clock=Clock())
    assert path.read_bytes()[:100] == before[:100] or path.exists()


@pytest.mark.parametrize(
    "damage", [b"not a database, but long enough to be looked at" * 10, b"SQLite format 3\x00" * 300]
)
def test_damaged_file_is_moved_aside(tmp_path: Path, damage: bytes) -> None:
    """What is no database is kept under another name, and recording begins anew."""
    path = tmp_path / "history.sqlite"
    path.write_bytes(damage)
    desk = Desk(path)
    assert "was damaged: it was moved to" in desk.store.trouble
    asyncio.run(desk.send())
    assert len(asyncio.run(desk.inspector.deliveries())) == 1
    desk.store.close()
    (aside,) = [found for found in tmp_path.glob("history.sqlite.damaged-*") if found.suffix not in {"-wal", "-shm"}]
    assert aside.read_bytes() == damage


def test_every_flipped_page_is_survived(tmp_path: Path) -> None:
    """A file with any one page overwritten opens: as it is, or moved aside."""
    path = tmp_path / "history.sqlite"
    desk = Desk(path)
    for number in range(20):
        asyncio.run(desk.send(*event(f"evt_{number}")))
    desk.store.close()
    sound = path.read_bytes()
    for start in range(0, len(sound), 4096):
        path.write_bytes(sound[:start] + b"\xa5" * 4096 + sound[start + 4096 :])
        again = Desk(path)
        asyncio.run(again.send())
        assert asyncio.run(again.inspector.deliveries())
        again.store.close()


def test_truncated_file_is_survived(tmp_path: Path) -> None:
    """A file that was cut anywhere opens: as it is, or moved aside."""
    path = tmp_path / "history.sqlite"
    desk = Desk(path)
    for number in range(20):
        asyncio.run(desk.send(*event(f"evt_{number}")))
    desk.store.close()
    sound = path.read_bytes()
    for length in (0, 1, 17, 100, 4095, 4096, 5000, len(sound) // 2, len(sound) - 1):
        path.write_bytes(sound[:length])
        again = Desk(path)
        asyncio.run(again.send())
        assert asyncio.run(again.inspector.deliveries())
        again.store.close()


def test_path_that_cannot_be_opened_does_not_stop_the_client(tmp_path: Path) -> None:
    """Where no history can be kept, deliveries are answered and shown from memory, and it is said why."""
    (tmp_path / "history.sqlite").mkdir()
    desk = Desk(tmp_path / "history.sqlite")
    assert "history is not being saved" in desk.store.trouble
    response = asyncio.run(desk.send())
    assert NOT_RECORDED in response.head.fields
    assert not desk.store.recording
    assert [row.status for row in asyncio.run(desk.inspector.deliveries())] == [200]
    desk.store.close()


async def test_row_that_fits_no_column_costs_only_itself(desk: Desk) -> None:
    """What is committed beside a misfit is written, nobody waits for ever, and recording goes on."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(desk.send(*event("evt_2")))
        tasks.create_task(_with(desk, math.nan))
        tasks.create_task(desk.send(*event("evt_3")))
    assert sorted(row.event_id for row in await desk.inspector.deliveries()) == ["evt_2", "evt_3"]
    assert desk.store.recording
    assert NOT_RECORDED not in (await desk.send()).head.fields


async def _with(desk: Desk, received_at: float) -> None:
    delivery = msgspec.structs.replace(desk.delivery(), received_at=received_at)
    content, fields = event("evt_misfit")
    response = await desk.record(Request(head_of(content, fields), delivery, Content(content)))
    response.close()
    assert NOT_RECORDED in response.head.fields


async def test_full_disk_is_said_and_recovered_from(desk: Desk) -> None:
    """While the disk is full attempts are kept in memory and shown; they are written when there is room."""
    await desk.send()
    _limit_pages(desk, 0)
    response = await desk.send(b"x" * 70_000)
    assert NOT_RECORDED in response.head.fields
    assert "the disk is full: free some space" in desk.store.trouble
    shown = await desk.inspector.deliveries()
    assert [row.seq for row in shown] == [1, 2]
    assert await desk.inspector.content(shown[1].id, 1, "request") == b"x" * 70_000
    assert (await desk.inspector.delivery(shown[1].id)).attempts[0].status == 200
    _limit_pages(desk, 1_000_000)
    assert desk.store._journal.recover()
    assert (desk.store.trouble, desk.store.unrecorded) == ("", [])
    assert [row.seq for row in await desk.inspector.deliveries()] == [1, 2]
    assert NOT_RECORDED not in (await desk.send()).head.fields


def _limit_pages(desk: Desk, more: int) -> None:
    connection = desk.store._file.connection
    assert connection is not None
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + more}")


async def test_recovery_needs_nobody(desk: Desk) -> None:
    """Recording goes on by itself."""
    await desk.send()
    _limit_pages(desk, 0)
    await desk.send(b"x" * 70_000)
    _limit_pages(desk, 1_000_000)
    changed = asyncio.Event()
    desk.store.on_trouble = changed.set
    await changed.wait()
    assert desk.store.recording
    assert len(await desk.inspector.deliveries()) == 2


async def test_memory_of_unrecorded_attempts_is_bounded(desk: Desk) -> None:
    """The newest 200 are shown."""
    desk.store._journal.stop("the disk is full")
    for _ in range(210):
        await desk.send()
    assert [len(desk.store.unrecorded), len(await desk.inspector.deliveries(limit=1000))] == [200, 200]


async def test_file_that_another_program_locks_for_a_moment_is_waited_for(desk: Desk) -> None:
    """A short lock delays an answer; it costs no row."""
    other = sqlite3.connect(desk.store.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    asyncio.get_running_loop().call_later(0.03, other.execute, "COMMIT")
    response = await desk.send()
    other.close()
    assert NOT_RECORDED not in response.head.fields
    assert len(await desk.inspector.deliveries()) == 1


async def test_file_that_stays_locked_does_not_hold_answers_up(desk: Desk) -> None:
    """A long lock is said, and what needs its row at once is answered without one."""
    other = sqlite3.connect(desk.store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    response = await desk.send(b"x" * 70_000)
    assert NOT_RECORDED in response.head.fields
    assert "another program keeps the file locked" in desk.store.trouble
    other.execute("ROLLBACK")
    other.close()
    assert desk.store._journal.recover()


async def test_two_clients_share_a_file(desk: Desk) -> None:
    """Rows of two processes get numbers of their own, and each sees both."""
    other = await asyncio.to_thread(Desk, desk.store.path)
    for number in range(3):
        await desk.send(*event(f"evt_a{number}"))
        desk.store.flush()
        await other.send(*event(f"evt_b{number}"))
        other.store.flush()
    assert [row.seq for row in await desk.inspector.deliveries()] == [1, 2, 3, 4, 5, 6]
    other.store.close()


async def test_file_that_was_removed_is_begun_anew(desk: Desk) -> None:
    """A history that is deleted while the client runs is noticed, and said."""
    await desk.send()
    desk.store.path.unlink()
    changed = asyncio.Event()
    desk.store.on_trouble = changed.set
    await desk.send()
    await changed.wait()
    assert "was removed while hookline ran" in desk.store.trouble
    await desk.send()
    assert len(await desk.inspector.deliveries()) == 1
    assert desk.store.path.exists()


async def test_damage_that_a_commit_finds_is_moved_aside(desk: Desk) -> None:
    """A file that goes bad while the client runs is replaced, and what was not written is written to the new one."""
    await desk.send()
    desk.store._file.damaged = True
    desk.store._journal.stop("the file is malformed")
    changed = asyncio.Event()
    response = await desk.send()
    assert NOT_RECORDED in response.head.fields
    desk.store.on_trouble = changed.set
    while not desk.store.recording:
        await changed.wait()
        changed.clear()
    assert "was damaged" in desk.store.trouble
    assert len(await desk.inspector.deliveries()) == 1


async def _left_pending(desk: Desk) -> None:
    await desk.send(*event())
    desk.store.flush()
    connection = desk.store._file.connection
    assert connection is not None
    connection.execute("UPDATE attempts SET state = 'pending'")
    connection.execute("UPDATE deliveries SET state = 'pending'")


async def test_running_attempts_of_another_client_are_left_alone(desk: Desk) -> None:
    """A second client on the file interrupts nothing."""
    await _left_pending(desk)
    other = await asyncio.to_thread(Desk, desk.store.path)
    assert other.store.interrupted == 0
    assert [row.state for row in await other.inspector.deliveries()] == ["pending"]
    other.store.close()


async def test_attempts_without_an_end_are_interrupted_at_the_next_start(desk: Desk) -> None:
    """What the last run left pending is marked, counted, and can be replayed."""
    await _left_pending(desk)
    desk.store.close()
    again = await asyncio.to_thread(Desk, desk.store.path)
    assert again.store.interrupted == 1
    (row,) = await again.inspector.deliveries()
    assert row.state == "interrupted"
    replayed = await again.inspector.replay(row.id)
    assert (replayed.number, replayed.state) == (2, "answered")
    again.store.close()


_WRITER = """
import asyncio, sys
from pathlib import Path
from tests.client.deliveries.stage import Desk, event

async def main():
    desk = Desk(Path(sys.argv[1]))
    async def sender(name):
        number = 0
        while True:
            number += 1
            content, fields = event(f"evt_{name}_{number}")
            await desk.send(content, fields)
            sys.stdout.write(f"evt_{name}_{number}\\n")
            sys.stdout.flush()
    async with asyncio.TaskGroup() as tasks:
        for name in range(8):
            tasks.create_task(sender(name))

asyncio.run(main())
"""


@pytest.mark.parametrize("answers", [1, 40, 300])
def test_killed_client_keeps_the_row_of_every_answer(tmp_path: Path, answers: int) -> None:
    """N1: after SIGKILL every answered delivery is in the file once, with its content, and nothing is doubled."""
    path = tmp_path / "history.sqlite"
    command = [sys.executable, "-c", _WRITER, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = [writer.stdout.readline().strip() for _ in range(answers)]
        os.kill(writer.pid, signal.SIGKILL)
        acknowledged += [line for line in writer.stdout.read().split("\n") if line]
    acknowledged = [name for name in acknowledged if name.count("_") == 2 and name[-1].isdigit()]
    desk = Desk(path)
    desk.store.close()
    rows = (
        sqlite3.connect(path)
        .execute(
            "SELECT event_id, request_content, attempts.state FROM deliveries JOIN attempts ON key = seq << 20 | 1"
        )
        .fetchall()
    )
    recorded = [name for name, _, _ in rows]
    assert len(recorded) == len(set(recorded))
    assert set(acknowledged[:answers]) <= set(recorded)
    assert all(json.loads(content)["id"] == name for name, content, _ in rows if name)
