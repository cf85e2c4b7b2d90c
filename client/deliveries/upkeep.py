"""What the store does beside the exchanges: rows for slow ones, recovery, retention, checkpoints."""

import asyncio
import sqlite3
from collections.abc import Callable

from client.deliveries.attempt import Attempt
from client.deliveries.checkpoint import Checkpoint
from client.deliveries.file import HistoryFile
from client.deliveries.journal import Journal
from client.deliveries.retention import Retention
from shared.errors import TunnelError

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

    def __init__(self, *, file: HistoryFile, journal: Journal, checkpoint: Checkpoint, retention: Retention) -> None:
        self._file = file
        self._journal = journal
        self._checkpoint = checkpoint
        self._retention = retention
        self._timer: asyncio.TimerHandle | None = None
        self._slice: asyncio.TimerHandle | None = None
        self._busy = True

    def wake(self) -> None:
        """Know that something happened."""
        self._busy = True
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(UPKEEP_SECONDS, self._tick)

    def close(self) -> None:
        """Stop the timers."""
        for timer in (self._timer, self._slice):
            if timer is not None:
                timer.cancel()

    def _tick(self) -> None:
        self._timer = None
        quiet, self._busy = not self._busy, False
        if self._journal.trouble:
            self._journal.recover()
        elif self._file.connection is not None and self._file.taken_away():
            self._begin_anew()
        elif quiet:
            self._checkpoint.begin()
        if self._slice is None:
            self._forget()
        if self._journal.trouble or not quiet:
            self._timer = asyncio.get_running_loop().call_later(UPKEEP_SECONDS, self._tick)

    def _begin_anew(self) -> None:
        try:
            self._journal.attach(self._file.begin_anew())
        except (TunnelError, sqlite3.Error) as error:
            self._journal.stop(f"{error}; deliveries are still forwarded")
        self._journal.tell()

    def _forget(self) -> None:
        """Take out one slice of what is too much, and come back while there is more."""
        self._slice = None
        connection = self._file.connection
        if connection is None or self._journal.trouble:
            return
        try:
            last = self._retention.surplus(connection)
            if last:
                self._retention.forget(connection, last)
                self._slice = asyncio.get_running_loop().call_later(SLICE_PAUSE_SECONDS, self._forget)
        except sqlite3.Error:
            self._slice = asyncio.get_running_loop().call_later(UPKEEP_SECONDS, self._forget)
