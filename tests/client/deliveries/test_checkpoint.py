"""Carrying the write-ahead log over."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from client.deliveries.checkpoint import BEGIN_BYTES, Checkpoint
from client.deliveries.file import HistoryFile
from client.deliveries.turn import Turn
from tests.client.deliveries.stage import Clock, Desk, event


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    """Give a thread."""
    with ThreadPoolExecutor(1) as executor:
        yield executor


@pytest.fixture
def file(tmp_path: Path) -> Iterator[HistoryFile]:
    """Give an open file."""
    file = HistoryFile(tmp_path / "history.sqlite", clock=Clock())
    file.adopt(file.open())
    yield file
    file.close()


@pytest.fixture
def turn(file: HistoryFile) -> Iterator[Turn]:
    """Give the right to look after the file."""
    with closing(Turn(file.path)) as turn:
        assert turn.take()
        yield turn


async def settled(executor: ThreadPoolExecutor) -> None:
    """Wait until the thread is free and what it found has been taken."""
    for _ in range(4):
        await asyncio.get_running_loop().run_in_executor(executor, int)
        await asyncio.sleep(0)


def write(file: HistoryFile, rows: int) -> None:
    """Commit something."""
    assert file.connection is not None
    file.connection.execute("BEGIN")
    file.connection.executemany("INSERT INTO parts VALUES (?, 0, 0, ?)", [(n, b"x" * 4000) for n in range(rows)])
    file.connection.execute("COMMIT")


async def test_log_is_carried_over_in_a_thread(file: HistoryFile, turn: Turn, executor: ThreadPoolExecutor) -> None:
    """What was committed is in the file itself afterwards."""
    checkpoint = Checkpoint(file, turn=turn, executor=executor)
    before = file.path.stat().st_size
    write(file, 100)
    checkpoint.wrote(400_000)
    checkpoint.begin()
    await settled(executor)
    assert file.path.stat().st_size > before + 400_000


async def test_growing_log_begins_by_itself(file: HistoryFile, turn: Turn, executor: ThreadPoolExecutor) -> None:
    """Beyond the bound nobody has to ask."""
    checkpoint = Checkpoint(file, turn=turn, executor=executor)
    write(file, 10)
    states = []
    for size_bytes in (BEGIN_BYTES, 1):
        checkpoint.wrote(size_bytes)
        states.append(checkpoint._running)
    await settled(executor)
    assert [*states, checkpoint._running] == [False, True, False]


async def test_rest_is_carried_over_in_the_loop(file: HistoryFile, turn: Turn, executor: ThreadPoolExecutor) -> None:
    """What was committed while the thread worked does not keep the log from beginning again."""
    checkpoint = Checkpoint(file, turn=turn, executor=executor)
    write(file, 10)
    checkpoint.wrote(1)
    checkpoint.begin()
    write(file, 300)
    checkpoint.wrote(1)
    await settled(executor)
    assert file.path.stat().st_size > 1_000_000


async def test_nothing_new_means_no_checkpoint(file: HistoryFile, turn: Turn, executor: ThreadPoolExecutor) -> None:
    """A checkpoint never begins on a log of which everything is carried over."""
    checkpoint = Checkpoint(file, turn=turn, executor=executor)
    checkpoint.begin()
    assert not checkpoint._running


async def test_client_without_its_turn_leaves_the_log(file: HistoryFile, executor: ThreadPoolExecutor) -> None:
    """Another client on the same file does it."""
    with closing(Turn(file.path)) as other, closing(Turn(file.path)) as turn:
        other.take()
        checkpoint = Checkpoint(file, turn=turn, executor=executor)
        assert not await asyncio.get_running_loop().run_in_executor(executor, checkpoint._carry_over)
        other.close()
        assert await asyncio.get_running_loop().run_in_executor(executor, checkpoint._carry_over)


async def test_recording_under_load_keeps_the_log_small(desk: Desk) -> None:
    """Rows go on being committed while the log is carried over, and none is lost."""
    content, _ = event()
    for number in range(40):
        await asyncio.gather(*(desk.send(b"%d%d" % (number, n) + b"x" * 60_000) for n in range(10)))
    assert len(await desk.inspector.deliveries(limit=1000)) == 400
    assert len(content) < desk.store.path.with_name("history.sqlite-wal").stat().st_size < 60_000_000
