"""What the store does beside the exchanges: rows for slow ones, recovery, retention, checkpoints."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import closing, suppress

from client.deliveries.attempt import Attempt
from client.deliveries.checkpoint import Checkpoint
from client.deliveries.faults import sentence
from client.deliveries.file import HistoryFile, Opened
from client.deliveries.journal import Journal
from client.deliveries.removal import SLICE_BYTES
from client.deliveries.retention import Retention

BEGUN_SECONDS = 0.025
"""Twice this is the age at which an attempt has its row at the latest, finished or not."""

UPKEEP_SECONDS = 1.0
SLICE_PAUSE_SECONDS = 0.005


class Begun:
    """Gives an attempt its row while it runs. One timer for all: what two ticks have seen is late."""

    def __init__(self, note: Callable[[Attempt], None]) -> None:
        self._note = note
        self._young: list[Attempt] = []
        self._old: list[Attempt] = []
        self._timer: asyncio.TimerHandle | None = None

    def add(self, attempt: Attempt) -> None:
        """Watch an attempt that begins."""
        self._young.append(attempt)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(BEGUN_SECONDS, self._tick)

    def close(self) -> None:
        """Stop the timer."""
        if self._timer is not None:
            self._timer.cancel()

    def _tick(self) -> None:
        late, self._old, self._young = self._old, self._young, []
        for attempt in late:
            if attempt.state == "pending" and not attempt.written:
                self._note(attempt)
        more = self._old or self._young
        self._timer = asyncio.get_running_loop().call_later(BEGUN_SECONDS, self._tick) if more else None


class Upkeep:
    """Looks after the file once a second while there is something to look after."""

    def __init__(
        self,
        *,
        file: HistoryFile,
        journal: Journal,
        checkpoint: Checkpoint,
        retention: Retention,
        executor: Executor,
        on_removed: Callable[[Sequence[int]], None],
    ) -> None:
        self._on_removed = on_removed
        self._file = file
        self._executor = executor
        self._closed = False
        self._journal = journal
        self._checkpoint = checkpoint
        self._retention = retention
        self._timer: asyncio.TimerHandle | None = None
        self._slice: asyncio.TimerHandle | None = None
        self._surveying = False
        self._busy = True

    def wake(self) -> None:
        """Know that something happened."""
        self._busy = True
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(UPKEEP_SECONDS, self._tick)

    def close(self) -> None:
        """Stop the timers."""
        self._closed = True
        for timer in (self._timer, self._slice):
            if timer is not None:
                timer.cancel()

    def _tick(self) -> None:
        self._timer = None
        quiet, self._busy = not self._busy, False
        if quiet and not self._journal.trouble:
            self._checkpoint.begin()
        self._survey()
        if self._journal.trouble or not quiet:
            look = asyncio.get_running_loop().run_in_executor(self._executor, self._file.look)
            look.add_done_callback(self._looked)
            self._timer = asyncio.get_running_loop().call_later(UPKEEP_SECONDS, self._tick)

    def _looked(self, look: asyncio.Future[Opened | None]) -> None:
        """Go on with what a look at the path has found."""
        if self._closed or look.cancelled():
            return
        error = look.exception()
        if error is not None:
            self._journal.stop(sentence(error, self._file.path))
            return
        opened = look.result()
        if opened is not None:
            with suppress(sqlite3.Error):
                self._journal.change_to(opened)
        if self._journal.trouble:
            self._journal.recover()

    def _survey(self) -> None:
        """Look in the thread for what is too much."""
        if self._slice is None and not self._surveying and self._file.connection and not self._journal.trouble:
            self._surveying = True
            survey = asyncio.get_running_loop().run_in_executor(self._executor, self._too_much)
            survey.add_done_callback(self._surveyed)

    def _too_much(self) -> int:
        with suppress(sqlite3.Error), closing(self._file.reader()) as connection:
            return self._retention.survey(connection)
        return 0

    def _surveyed(self, survey: asyncio.Future[int]) -> None:
        """Begin to take out what a survey has found."""
        self._surveying = False
        if not self._closed and not survey.cancelled() and survey.result():
            self._retention.until = survey.result()
            self._forget()

    def _forget(self) -> None:
        """Take out one slice, and come back while there is more."""
        self._slice = None
        connection = self._file.connection
        if connection is None or self._journal.trouble:
            return
        pause = SLICE_PAUSE_SECONDS
        if not self._checkpoint.running:
            try:
                gone = self._retention.forget(connection)
                if gone is None:
                    self._survey()
                    return
                self._checkpoint.wrote(SLICE_BYTES)
                self._on_removed(gone)
            except sqlite3.Error:
                pause = UPKEEP_SECONDS
        self._slice = asyncio.get_running_loop().call_later(pause, self._forget)
