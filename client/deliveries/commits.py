"""Commits attempts to the history file, and counts what it gives numbers to."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial

from client.deliveries.attempt import Attempt
from client.deliveries.checkpoint import Checkpoint
from client.deliveries.file import HistoryFile, Opened, is_fault
from client.deliveries.groups import Groups, place
from client.deliveries.landing import Landing, leftovers
from client.deliveries.writing import Part, Writing
from client.views import DeliverySummary
from shared.logs import Log

_LANDED = "INSERT OR REPLACE INTO landed VALUES (?, ?)"
_WAS_LANDED = "SELECT number FROM landed WHERE name = ?"
_GONE = "DELETE FROM landed WHERE name = ?"

_log = Log(__name__)


class Commits:
    """Each call is one transaction: all of it is in the file afterwards, or nothing."""

    def __init__(self, file: HistoryFile, *, groups: Groups, checkpoint: Checkpoint, landing: Landing) -> None:
        self._file = file
        self._groups = groups
        self._checkpoint = checkpoint
        self._landing = landing
        self._next_seq = 1
        self._version = 0
        self.attend: Callable[[Attempt], None] = _judge_nothing
        """Gives an attempt that comes from a landing file who judges it."""
        self._landed = 0
        """Up to this number the landing file's records are rows."""

    def write(self, attempts: Sequence[Attempt], parts: Sequence[Part]) -> list[DeliverySummary]:
        """Write attempts, then parts of attempts that have their rows; give the deliveries that changed.

        Raises:
            sqlite3.Error: the file takes nothing of it; `is_fault` tells whether the file is to blame.
        """
        landed = max([self._landed, *(attempt.landed for attempt in attempts)])
        changed = self._write(attempts, parts, None if landed == self._landed else (self._landing.path.name, landed))
        self._landed = landed
        if landed == self._landing.number:
            self._landing.settle()
        return changed

    def _write(
        self, attempts: Sequence[Attempt], parts: Sequence[Part], landed: tuple[str, int] | None
    ) -> list[DeliverySummary]:
        """Write attempts and parts, and that the records of a landing file are rows up to a number.

        Raises:
            sqlite3.Error: the file takes nothing of it; `is_fault` tells whether the file is to blame.
        """
        connection = self._file.connection
        if connection is None:
            raise sqlite3.OperationalError("the file is not open")
        connection.execute("BEGIN IMMEDIATE")
        try:
            if connection.execute("PRAGMA data_version").fetchone()[0] != self._version:
                self._read_counters(connection)
            self._groups.fresh_from = self._next_seq
            writing = Writing(connection, self._groups, self._next_seq, generation=self._file.generation)
            try:
                for attempt in attempts:
                    writing.add(attempt)
            finally:
                self._next_seq = writing.next_seq
            for part in parts:
                writing.add_part(part)
            writing.execute()
            if landed is not None:
                connection.execute(_LANDED, landed)
            changed = writing.summaries()
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._checkpoint.wrote(writing.size_bytes)
        return changed

    def wipe(self) -> None:
        """Leave nothing in the landing file that has its rows."""
        if self._landed == self._landing.number:
            self._landing.empty()

    def landed(self) -> Iterator[Attempt]:
        """Give what the landing file has and no row yet, oldest first."""
        for attempt in self._landing.records(self._landed):
            self.attend(attempt)
            yield attempt

    def adopt(self, opened: Opened) -> None:
        """Write to a connection that was just opened.

        Raises:
            sqlite3.Error: it cannot be read.
        """
        connection = self._file.adopt(opened)
        self.go_on_from(connection)
        if self._landed:  # what was in the file before is not to be taken in once more
            connection.execute(_LANDED, (self._landing.path.name, self._landed))

    def go_on_from(self, connection: sqlite3.Connection) -> None:
        """Number what comes after what is in the file.

        Raises:
            sqlite3.Error: it cannot be read.
        """
        self._groups.load(connection)
        self._read_counters(connection)

    def place(self, attempt: Attempt) -> None:
        """Give an attempt that cannot be written a place of its own."""
        connection = self._file.connection
        try:
            if connection is None:
                raise sqlite3.OperationalError("no file")
            self._next_seq = place(connection, self._groups, attempt, self._next_seq)
        except sqlite3.Error:
            attempt.seq, attempt.number = self._next_seq, 1
            self._next_seq += 1

    def make_room(self, kept: Iterable[Attempt]) -> None:
        """Give deliveries that were kept before the file was seen numbers that are free in it.

        Raises:
            sqlite3.Error: the file cannot be read.
        """
        connection = self._file.connection
        if connection is None:
            return
        attempts = list(kept)
        (last,) = connection.execute("SELECT max(seq) FROM deliveries").fetchone()
        fresh = {one.seq for one in attempts if one.number == 1 and not one.written and one.seq <= (last or 0)}
        moved = {seq: self._next_seq + step for step, seq in enumerate(sorted(fresh))}
        for attempt in attempts:
            attempt.seq = moved.get(attempt.seq, attempt.seq)
        self._next_seq += len(moved)

    def take_in(self) -> None:
        """Write what clients that were killed have left in landing files.

        Raises:
            OSError: a file cannot be read; it stays.
            sqlite3.Error: the history does not take it; the file stays.
        """
        connection = self._file.connection
        if connection is None:
            return
        for leftover in leftovers(self._file.path):
            name = leftover.path.name
            keep = True
            try:
                row = connection.execute(_WAS_LANDED, (name,)).fetchone()
                attempts = leftover.records(row[0] if row else 0)
                for attempt in attempts:
                    self.attend(attempt)
                self._write_landed(name, attempts)
                keep = False
            finally:
                leftover.close(keep=keep)
            connection.execute(_GONE, (name,))

    def _write_landed(self, name: str, attempts: Sequence[Attempt]) -> None:
        """Write what the landing file `name` had, one by one where something fits no row: that costs only itself."""
        if not attempts:
            return
        try:
            self._write(attempts, [], (name, attempts[-1].landed))
        except Exception as error:
            if is_fault(error):
                raise
            for attempt in attempts:
                unless_misfit(attempt, partial(self._write, [attempt], [], (name, attempt.landed)))

    def close(self) -> None:
        """Let the landing file go; what has no row is left for whoever opens the history next."""
        settled = self._landed == self._landing.number
        self._landing.close(keep=not settled)
        connection = self._file.connection
        if settled and self._landed and connection is not None:
            with suppress(sqlite3.Error):
                connection.execute(_GONE, (self._landing.path.name,))

    def _read_counters(self, connection: sqlite3.Connection) -> None:
        (self._version,) = connection.execute("PRAGMA data_version").fetchone()
        (last,) = connection.execute("SELECT max(seq) FROM deliveries").fetchone()
        self._next_seq = max(self._next_seq, (last or 0) + 1)
        self._groups.forget_counts()


def unless_misfit(attempt: Attempt, write: Callable[[], list[DeliverySummary]]) -> list[DeliverySummary] | None:
    """Give what `write` gives; None, and a line in the log, where the attempt fits no row.

    Raises:
        sqlite3.Error: the file is to blame.
    """
    try:
        return write()
    except Exception as error:
        if is_fault(error):
            raise
        _log.error("history.misfit", error=error, delivery=attempt.delivery.id)
        return None


def _judge_nothing(attempt: Attempt) -> None:
    """Leave the attempt without a verdict."""
