"""Carries the write-ahead log into the file without holding an exchange up."""

import asyncio
import contextlib
import sqlite3
from concurrent.futures import Executor

from client.deliveries.file import HistoryFile
from client.deliveries.turn import Turn

BEGIN_BYTES = 16 * 1024**2
"""The log is carried over when it has grown by this: a small log that is written again costs each commit less."""

FINISH_BYTES = 1024**2
"""What may be left to be carried over in the loop: 4 to 14 ms, most of it the disk's two flushes."""

MOST_ROUNDS = 3

_CHECKPOINT = "PRAGMA wal_checkpoint(PASSIVE)"


class Checkpoint:
    """Checkpoints in a thread. A log that grows under constant load gets its last small piece carried over in the loop.

    A log begins again by itself once everything in it is carried over. Under constant load there is always something
    that came while the thread worked; only the writer can carry that over with nothing coming meanwhile.

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
        self._running = False
        self._rounds = 0

    @property
    def running(self) -> bool:
        """True while the log is being carried over; what can wait with its writing should."""
        return self._running

    def wrote(self, size_bytes: int) -> None:
        """Know that a commit added about so much to the log."""
        self._waiting_bytes += size_bytes
        if self._waiting_bytes > BEGIN_BYTES and not self._running:
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

    def _carry_over(self) -> bool:
        """Checkpoint in a thread, which neither holds the interpreter nor keeps the writer out; False: not our turn."""
        if not self._turn.take():
            return False
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(self._file.path)) as connection:
            connection.execute(_CHECKPOINT).fetchone()
        return True

    def _carried(self, done: asyncio.Future[bool]) -> None:
        connection = self._file.connection
        self._running = False
        if done.cancelled() or connection is None or not done.result():
            return
        if self._waiting_bytes > FINISH_BYTES and self._rounds < MOST_ROUNDS:
            self._running = True
            self._round()
        elif self._waiting_bytes:
            self._finish(connection)

    def _finish(self, connection: sqlite3.Connection) -> None:
        self._waiting_bytes = 0
        with contextlib.suppress(sqlite3.Error):
            connection.execute(_CHECKPOINT).fetchone()
