"""The store of deliveries: one SQLite file, written in the loop, read beside it."""

import asyncio
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

from client.deliveries.attempt import Attempt
from client.deliveries.checkpoint import Checkpoint
from client.deliveries.commits import Commits
from client.deliveries.curating import Curation
from client.deliveries.faults import sentence
from client.deliveries.feed import Feed
from client.deliveries.file import HistoryFile
from client.deliveries.groups import REPLAYS, Groups
from client.deliveries.journal import Journal
from client.deliveries.landing import Landing
from client.deliveries.readers import Reader
from client.deliveries.retention import Limits, Retention
from client.deliveries.turn import Turn
from client.deliveries.upkeep import Begun, Upkeep
from client.deliveries.writing import Part
from client.views import Counts, DeliverySummary
from shared.sqlite import StoreUnusable

T = TypeVar("T")

_INTERRUPTED = "UPDATE attempts SET state = 'interrupted' WHERE state = 'pending'"
_INTERRUPTED_ROWS = "UPDATE deliveries SET state = 'interrupted' WHERE state = 'pending'"


class Store:
    """Every delivery with its attempts, in one file that survives a killed process."""

    def __init__(self, path: Path, *, clock: Callable[[], float], limits: Limits) -> None:
        self._file = HistoryFile(path, clock=clock)
        self._turn = Turn(path)
        self._reads = Reader(self._file, "history-reads")
        self._scans = Reader(self._file, "history-scans")
        self._side = ThreadPoolExecutor(1, thread_name_prefix="history-upkeep")
        self._checkpoint = Checkpoint(self._file, turn=self._turn, executor=self._side)
        self._groups = Groups()
        landing = Landing(path, token=secrets.token_hex(4))
        self._commits = Commits(self._file, groups=self._groups, checkpoint=self._checkpoint, landing=landing)
        self._journal = Journal(
            self._file,
            commits=self._commits,
            landing=landing,
            checkpoint=self._checkpoint,
            on_changes=self._changed,
            on_trouble=self._troubled,
        )
        self._upkeep = Upkeep(
            file=self._file,
            journal=self._journal,
            checkpoint=self._checkpoint,
            retention=Retention(limits, clock=clock),
            executor=self._side,
            on_removed=self._removed,
        )
        self.curation = self._build_curation()
        """What a user keeps and removes."""
        self._begun = Begun(self._journal.note)
        self._feed: Feed | None = None
        self._started = False
        self._closed = False
        self._received = self._failed = self._bad_signatures = 0
        self.interrupted = 0
        """Attempts that the last run of the client left without an end."""
        self.leaving = False
        """The client is ending: an exchange that is cancelled now is interrupted, not given up by its sender."""
        self.on_trouble: Callable[[], None] | None = None
        """Called when `trouble` changed."""

    @classmethod
    def open(cls, path: Path, *, clock: Callable[[], float], limits: Limits | None = None) -> "Store":
        """Open or make the file at `path`. Where that cannot be done now, begin without it and say so in `trouble`.

        Raises:
            SchemaTooNew: a newer version of the product wrote it.
        """
        store = cls(path, clock=clock, limits=limits or Limits())
        try:
            opened = store._file.open()
            store._journal.change_to(opened)
            if store._turn.take():
                store.interrupted = _interrupt(opened.connection)
        except (StoreUnusable, sqlite3.Error) as error:
            store._journal.stop(sentence(error, path))
            if store._file.connection is None:
                store._look_into()
        return store

    @property
    def path(self) -> Path:
        """Where the history is."""
        return self._file.path

    @property
    def trouble(self) -> str:
        """A sentence when deliveries are not being recorded as they should; empty when all is well."""
        return self._journal.trouble or self._file.notice

    @property
    def recording(self) -> bool:
        """False while nothing can be written."""
        return not self._journal.trouble

    @property
    def counts(self) -> Counts:
        """Totals since the store was opened."""
        return Counts(received=self._received, failed=self._failed, bad_signatures=self._bad_signatures)

    @property
    def unrecorded(self) -> list[Attempt]:
        """Attempts that are only in memory."""
        return list(self._journal.unrecorded)

    def follow(self, feed: Feed) -> None:
        """Publish every change to `feed`."""
        self._feed = feed

    def begin(self, attempt: Attempt) -> None:
        """Know that an attempt begins: it has a row before long, whatever becomes of it."""
        self._started = True
        self._begun.add(attempt)
        self._upkeep.wake()

    def land(self, attempt: Attempt) -> bool:
        """Keep an attempt that has ended, whatever becomes of the client; False where it is to be `put`."""
        return self._journal.land(attempt)

    def put(self, attempt: Attempt) -> asyncio.Future[bool]:
        """Write an attempt; the result, at the end of this turn of the loop, says whether it is in the file."""
        return self._journal.put(attempt)

    def take(self, attempt: Attempt) -> asyncio.Future[bool]:
        """Write an attempt that was made elsewhere; it counts as none of this client's."""
        self._started = True
        self._upkeep.wake()
        return self._journal.put(attempt)

    def note(self, attempt: Attempt) -> None:
        """Write an attempt for nobody who waits."""
        self._journal.note(attempt)

    def amend(self, attempt: Attempt) -> None:
        """Write an attempt that has ended once more, unless it was removed meanwhile or the store is closed."""
        connection = self._file.connection
        if self._closed or connection is None:
            return
        if attempt.written:
            try:
                if connection.execute("SELECT 1 FROM attempts WHERE key = ?", (attempt.key,)).fetchone() is None:
                    return
            except sqlite3.Error:
                return
        self._journal.note(attempt)

    def flush(self) -> None:
        """Write what waits, before this returns."""
        self._journal.flush()

    def finish_now(self, attempt: Attempt) -> None:
        """Write an attempt before this returns."""
        self._journal.note(attempt)
        self._journal.flush()

    def add_part(self, attempt: Attempt, side: int, start: int, data: bytes) -> None:
        """Write a piece of a long content."""
        self._journal.add_part(Part(attempt, side, start, data))

    def count(self, attempt: Attempt) -> None:
        """Count an attempt that has ended and was judged."""
        if attempt.kind not in REPLAYS:
            self._received += 1
            self._failed += attempt.state != "answered" or (attempt.status or 0) >= 400  # noqa: PLR2004 - client errors
            self._bad_signatures += attempt.signature.state == "invalid"

    def recover_landed(self, attend: Callable[[Attempt], None]) -> None:
        """Take in what clients that were killed had answered and not yet written. What cannot be read now stays.

        Args:
            attend: gives an attempt who judges it, now and whenever a landing file is read.
        """
        self._commits.attend = attend
        with suppress(OSError, sqlite3.Error):
            self._commits.take_in()

    def reserve(self, delivery_id: str) -> int:
        """Give the number of a replay that is about to be made; 1 where the delivery is not known."""
        self._journal.flush()
        connection = self._file.connection
        number = None if connection is None else self._groups.reserve(connection, delivery_id)
        if number is None:
            kept = self._journal.unrecorded.of(delivery_id)
            return kept[-1].number + 1 if kept else 1
        return number

    def changed(self, summary: DeliverySummary) -> None:
        """Tell followers of a delivery's new state."""
        self._changed([summary])

    def fetch(self, reading: Callable[[sqlite3.Connection], T], *, slow: bool = False) -> asyncio.Future[T]:
        """Run `reading` in a thread, with a connection that only reads.

        Args:
            reading: what to do with it.
            slow: it reads contents from end to end, and quick readings shall not wait for it.
        """
        self._journal.flush()
        return (self._scans if slow else self._reads).fetch(reading)

    async def read(self, reading: Callable[[sqlite3.Connection], T], *, slow: bool = False) -> T:
        """Give what `fetch` does.

        Raises:
            StoreUnusable: the file cannot be read.
        """
        return await self.fetch(reading, slow=slow)

    def close(self) -> None:
        """Write what waits to be written, and let the file go. A running loop is not kept waiting for the readers."""
        if self._closed:
            return
        self._closed = True
        self._begun.close()
        self._upkeep.close()
        self._journal.flush()
        self._commits.close()
        wait = not _in_loop()
        self._side.shutdown(wait=wait)
        self._reads.close(wait=wait)
        self._scans.close(wait=wait)
        self._file.close()
        self._turn.close()

    def _build_curation(self) -> Curation:
        return Curation(
            file=self._file,
            journal=self._journal,
            groups=self._groups,
            checkpoint=self._checkpoint,
            on_removed=self._removed,
        )

    def _look_into(self) -> None:
        """Know what is in a file that cannot be written, where it can at least be read."""
        with suppress(sqlite3.Error), closing(self._file.reader()) as connection:
            self._commits.go_on_from(connection)

    def _removed(self, seqs: Sequence[int]) -> None:
        self._groups.forget(seqs)
        if self._feed is not None and seqs:
            self._feed.publish(removed=tuple(seqs))

    def _changed(self, summaries: list[DeliverySummary]) -> None:
        if self._feed is not None:
            for summary in summaries:
                self._feed.publish(delivery=summary)

    def _troubled(self) -> None:
        if self._started and not self._closed:
            self._upkeep.wake()
        if self.on_trouble is not None:
            self.on_trouble()


def _interrupt(connection: sqlite3.Connection) -> int:
    """Mark what the last client left without an end; nobody else is at work on the file."""
    count = connection.execute(_INTERRUPTED).rowcount
    if count:
        connection.execute(_INTERRUPTED_ROWS)
    return count


def _in_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
