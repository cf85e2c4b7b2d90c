"""Carries the write-ahead log into the file without holding an exchange up."""

import asyncio
import contextlib
import sqlite3
from concurrent.futures import Executor
from enum import Enum, auto

from client.deliveries.file import HistoryFile
from client.deliveries.turn import Turn

BEGIN_BYTES = 16 * 1024**2
"""The log is carried over when it has grown by this: a small log that is written again costs each commit less."""

MOST_ROUNDS = 3
"""In the thread. What is left then, some KiB, waits until the log has grown once more."""

LONGEST_LOG_BYTES = 64 * 1024**2
"""Of a log that never could begin again the rest is carried over in the loop, and costs it the disk's flushes."""


class Outcome(Enum):
    """What became of a round."""

    NOT_OURS = auto()
    """Another process looks after the file."""
    CARRIED = auto()
    BEGUN = auto()
    """Everything is carried over, and the log begins again."""


_CHECKPOINT = "PRAGMA wal_checkpoint(PASSIVE)"


class Checkpoint:
    """Checkpoints in a thread, where the disk's flushes keep nobody waiting.

    A log begins again with the first commit after everything in it is carried over, and that commit flushes the disk
    once more: the thread makes it itself. Under constant load there is always something that came while the thread
    worked: it goes on in rounds that get shorter. Where that does not suffice the log grows on, and only when it has
    become long the writer itself carries over what is left.

    A checkpoint begins only when something was committed since the last one ended, and only the process that holds the
    lock file does any. So no commit can begin the log again under a running checkpoint, which SQLite before 3.51.3 does
    not survive.
    """

    def __init__(self, file: HistoryFile, *, turn: Turn, executor: Executor) -> None:
        self._file = file
        self._turn = turn
        self._executor = executor
        self._waiting_bytes = 0
        """Committed since the last checkpoint began."""
        self._log_bytes = 0
        """Committed since the log began."""
        self._running = False
        self._rounds = 0
        self._again = False
        """The log is to begin again when everything is carried over."""

    @property
    def running(self) -> bool:
        """True while the log is being carried over; what can wait with its writing should."""
        return self._running

    def wrote(self, size_bytes: int) -> None:
        """Know that a commit added about so much to the log."""
        self._waiting_bytes += size_bytes
        self._log_bytes += size_bytes
        if self._waiting_bytes > BEGIN_BYTES and not self._running:
            self._again = True
            self.begin()

    def begin(self) -> None:
        """Carry over what waits, if this process is the one that does."""
        if not self._running and self._waiting_bytes:
            self._running = True
            self._rounds = 0
            self._round()

    def _round(self) -> None:
        self._waiting_bytes = 0
        self._rounds += 1
        done = asyncio.get_running_loop().run_in_executor(self._executor, self._carry_over)
        done.add_done_callback(self._carried)

    def _carry_over(self) -> Outcome:
        """Checkpoint in a thread, which neither holds the interpreter nor keeps the writer out."""
        if not self._turn.take():
            return Outcome.NOT_OURS
        with contextlib.suppress(sqlite3.Error), contextlib.closing(self._opened()) as connection:
            _, log, carried = connection.execute(_CHECKPOINT).fetchone()
            if self._again and carried == log:
                _begin_again(connection)
                return Outcome.BEGUN
        return Outcome.CARRIED

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file.path, isolation_level=None, timeout=0)
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        return connection

    def _carried(self, done: asyncio.Future[Outcome]) -> None:
        connection = self._file.connection
        self._running = False
        if done.cancelled() or connection is None or done.result() is Outcome.NOT_OURS:
            self._again = False
            return
        if done.result() is Outcome.BEGUN:
            self._log_bytes = self._waiting_bytes
        if self._waiting_bytes and self._rounds < MOST_ROUNDS:
            self._running = True
            self._round()
        else:
            self._again = False
            if self._waiting_bytes and self._log_bytes > LONGEST_LOG_BYTES:
                self._finish(connection)

    def _finish(self, connection: sqlite3.Connection) -> None:
        self._waiting_bytes = self._log_bytes = 0
        with contextlib.suppress(sqlite3.Error):
            connection.execute(_CHECKPOINT).fetchone()


def _begin_again(connection: sqlite3.Connection) -> None:
    """Commit what changes nothing: the first commit of a log flushes the disk, and the loop's own shall not."""
    connection.execute("BEGIN IMMEDIATE")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.execute(f"PRAGMA user_version = {version}")
    connection.execute("COMMIT")
