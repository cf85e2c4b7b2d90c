"""Carrying the write-ahead log over."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest

from client.deliveries.checkpoint import BEGIN_BYTES, LONGEST_LOG_BYTES, MOST_ROUNDS, Checkpoint, Outcome
from client.deliveries.file import HistoryFile
from client.deliveries.turn import Turn
from tests.client.deliveries.stage import Clock, Desk, event

P = ParamSpec("P")
T = TypeVar("T")


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


async def test_log_begins_again_in_the_thread(file: HistoryFile, turn: Turn, executor: ThreadPoolExecutor) -> None:
    """The commit that begins it, and waits for the disk, is not one of the loop; it changes nothing."""
    log = file.path.with_name(f"{file.path.name}-wal")
    checkpoint = Checkpoint(file, turn=turn, executor=executor)
    write(file, 100)
    salts = log.read_bytes()[16:24]
    checkpoint.wrote(BEGIN_BYTES + 1)
    await settled(executor)
    assert not checkpoint.running
    assert log.read_bytes()[16:24] != salts
    begun = log.read_bytes()[16:24]
    write(file, 1)
    assert log.read_bytes()[16:24] == begun
    assert file.connection is not None
    assert file.connection.execute("SELECT count(*) FROM parts").fetchone() == (101,)


async def test_log_of_a_quiet_client_does_not_begin_again(
    file: HistoryFile, turn: Turn, executor: ThreadPoolExecutor
) -> None:
    """Nothing is written when nothing happens."""
    log = file.path.with_name(f"{file.path.name}-wal")
    checkpoint = Checkpoint(file, turn=turn, executor=executor)
    write(file, 1)
    salts = log.read_bytes()[16:24]
    checkpoint.wrote(1)
    checkpoint.begin()
    await settled(executor)
    assert log.read_bytes()[16:24] == salts


async def test_log_that_somebody_writes_to_begins_again_later(
    file: HistoryFile, turn: Turn, executor: ThreadPoolExecutor
) -> None:
    """A writer that has the file is not waited for."""
    checkpoint = Checkpoint(file, turn=turn, executor=executor)
    write(file, 1)
    assert file.connection is not None
    file.connection.execute("BEGIN IMMEDIATE")
    checkpoint.wrote(BEGIN_BYTES + 1)
    await settled(executor)
    assert not checkpoint.running
    file.connection.execute("ROLLBACK")
    write(file, 1)


class Overtaken(Executor):
    """A thread that is always overtaken: something is written during each of its checkpoints, and after it."""

    def __init__(self, file: HistoryFile) -> None:
        self.checkpoint: Checkpoint | None = None
        self.rounds = 0
        self._file = file

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Do it now, while something is being written."""
        done: Future[T] = Future()
        assert self._file.connection is not None
        self._file.connection.execute("BEGIN IMMEDIATE")
        done.set_result(fn(*args, **kwargs))
        self._file.connection.execute("ROLLBACK")
        self.rounds += 1
        write(self._file, 100)
        assert self.checkpoint is not None
        self.checkpoint.wrote(1)
        return done


@pytest.mark.parametrize(("log_bytes", "carried"), [(BEGIN_BYTES + 1, False), (LONGEST_LOG_BYTES + 1, True)])
async def test_rest_is_carried_over_in_the_loop_when_the_log_is_long(
    file: HistoryFile, turn: Turn, *, log_bytes: int, carried: bool
) -> None:
    """What was committed while the thread worked, round after round, costs the loop the disk's flushes but rarely."""
    executor = Overtaken(file)
    executor.checkpoint = checkpoint = Checkpoint(file, turn=turn, executor=executor)
    write(file, 10)
    checkpoint.wrote(log_bytes)
    while checkpoint.running:  # noqa: ASYNC110 - each round is a turn of the loop
        await asyncio.sleep(0)
    assert executor.rounds == MOST_ROUNDS
    assert (file.path.stat().st_size > 100 * MOST_ROUNDS * 4000) is carried


async def test_log_that_could_not_begin_again_does_so_later(
    file: HistoryFile, turn: Turn, executor: ThreadPoolExecutor
) -> None:
    """Once nobody overtakes the thread any more, and the log has grown once more."""
    log = file.path.with_name(f"{file.path.name}-wal")
    overtaken = Overtaken(file)
    overtaken.checkpoint = checkpoint = Checkpoint(file, turn=turn, executor=overtaken)
    write(file, 10)
    checkpoint.wrote(BEGIN_BYTES + 1)
    while checkpoint.running:  # noqa: ASYNC110 - each round is a turn of the loop
        await asyncio.sleep(0)
    salts = log.read_bytes()[16:24]
    checkpoint._executor = executor
    write(file, 1)
    checkpoint.wrote(BEGIN_BYTES + 1)
    await settled(executor)
    assert log.read_bytes()[16:24] != salts
    assert checkpoint._log_bytes == 0


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
        outcome = await asyncio.get_running_loop().run_in_executor(executor, checkpoint._carry_over)
        assert outcome is Outcome.NOT_OURS
        other.close()
        outcome = await asyncio.get_running_loop().run_in_executor(executor, checkpoint._carry_over)
        assert outcome is Outcome.CARRIED


async def test_recording_under_load_keeps_the_log_small(desk: Desk) -> None:
    """Rows go on being committed while the log is carried over, and none is lost."""
    content, _ = event()
    for number in range(40):
        await asyncio.gather(*(desk.send(b"%d%d" % (number, n) + b"x" * 60_000) for n in range(10)))
    assert len(await desk.inspector.deliveries(limit=1000)) == 400
    assert len(content) < desk.store.path.with_name("history.sqlite-wal").stat().st_size < 60_000_000
