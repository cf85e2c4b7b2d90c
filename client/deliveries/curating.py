"""What a user does to the history by hand: deliveries are pinned, let go, and removed."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from typing import TypeVar

from client.deliveries.attempt import Attempt
from client.deliveries.checkpoint import Checkpoint
from client.deliveries.faults import NotWritten, plainly, sentence
from client.deliveries.file import HistoryFile, error_code
from client.deliveries.groups import Groups
from client.deliveries.journal import Journal
from client.deliveries.removal import SLICE_BYTES, Slices

T = TypeVar("T")

SLICE_PAUSE_SECONDS = 0.001
"""Between two slices."""

BUSY_TRIES = 40
BUSY_PAUSE_SECONDS = 0.05
"""Another process may write to the file: so often, so far apart, is tried again."""

_PIN = "UPDATE deliveries SET pinned = ? WHERE seq = ?"


class Curation:
    """Writes to the file beside the exchanges, never for longer than one of them takes."""

    def __init__(
        self,
        *,
        file: HistoryFile,
        journal: Journal,
        groups: Groups,
        checkpoint: Checkpoint,
        on_removed: Callable[[Sequence[int]], None],
    ) -> None:
        self._file = file
        self._journal = journal
        self._groups = groups
        self._checkpoint = checkpoint
        self._on_removed = on_removed
        self._slices = Slices()

    async def pin(self, seq: int, *, pinned: bool) -> None:
        """Keep a delivery from being forgotten, or no longer.

        Raises:
            NotWritten: the file does not take it now.
        """

        def write(connection: sqlite3.Connection) -> None:
            """Write it."""
            connection.execute(_PIN, (pinned, seq))
            self._groups.read_again(connection, seq)

        await self._write(write)

    async def remove(self, seqs: Sequence[int]) -> None:
        """Take deliveries out, in slices that hold no exchange up; what they were is overwritten in the file.

        Args:
            seqs: which, in ascending order.

        Raises:
            NotWritten: the file does not take it now; some may be gone.
        """
        start = 0
        while part := seqs[start : start + self._slices.deliveries]:
            start += len(part)

            def write(connection: sqlite3.Connection, part: Sequence[int] = part) -> bool:
                """Take one slice out."""
                return self._wiped(connection, part)

            while not await self._write(write):
                self._checkpoint.wrote(SLICE_BYTES)
                await asyncio.sleep(SLICE_PAUSE_SECONDS)
            self._checkpoint.wrote(SLICE_BYTES)
            self._on_removed(part)
            await asyncio.sleep(SLICE_PAUSE_SECONDS)
        self._journal.wipe()

    def drop(self, attempts: Sequence[Attempt]) -> None:
        """Drop attempts that are only in memory."""
        for attempt in attempts:
            self._journal.unrecorded.remove(attempt)
        self._on_removed([attempt.seq for attempt in attempts])

    async def _write(self, writing: Callable[[sqlite3.Connection], T]) -> T:
        busy = sqlite3.Error()
        for _ in range(BUSY_TRIES):
            connection = self._file.connection
            if connection is None or self._journal.trouble:
                raise NotWritten(plainly(self._journal.trouble) or f"{self._file.path} is not open")
            try:
                return writing(connection)
            except sqlite3.Error as error:
                if error_code(error) != sqlite3.SQLITE_BUSY:
                    raise NotWritten(plainly(sentence(error, self._file.path))) from error
                busy = error
            await asyncio.sleep(BUSY_PAUSE_SECONDS)
        raise NotWritten(plainly(sentence(busy, self._file.path)))

    def _wiped(self, connection: sqlite3.Connection, seqs: Sequence[int]) -> bool:
        connection.execute("PRAGMA secure_delete = ON")
        try:
            return self._slices.remove(connection, seqs)
        finally:
            connection.execute("PRAGMA secure_delete = OFF")
