"""Commits attempts in groups: at most one transaction a turn of the event loop, in the loop."""

import asyncio
import logging
import sqlite3
from collections import deque
from collections.abc import Callable

from client.deliveries.attempt import Attempt, summary_of
from client.deliveries.checkpoint import Checkpoint
from client.deliveries.faults import sentence
from client.deliveries.file import HistoryFile, Opened, error_code, is_damage, is_fault
from client.deliveries.groups import REPLAYS, Groups, place
from client.deliveries.writing import Part, Writing
from client.views import DeliverySummary
from shared.errors import TunnelError

REMEMBERED_UNRECORDED = 200
"""Attempts that are kept in memory, to be shown, and written when the file takes them again."""

BUSY_SECONDS = 0.25
"""How long answers wait for another process to let the file go."""

BUSY_PAUSE_SECONDS = 0.002

_log = logging.getLogger(__name__)

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


class Journal:
    """The way of attempts into the file. Nothing in here can fail an exchange: what cannot be written is said."""

    def __init__(
        self,
        file: HistoryFile,
        *,
        groups: Groups,
        checkpoint: Checkpoint,
        on_changes: Callable[[list[DeliverySummary]], None],
        on_trouble: Callable[[], None],
    ) -> None:
        self._file = file
        self._groups = groups
        self._checkpoint = checkpoint
        self._on_changes = on_changes
        self._on_trouble = on_trouble
        self._attempts: list[Attempt] = []
        self._parts: list[Part] = []
        self._waiters: list[asyncio.Future[bool]] = []
        self._scheduled: asyncio.Handle | None = None
        self._busy_since: float | None = None
        self._next_seq = 1
        self._version = 0
        self.unrecorded: deque[Attempt] = deque(maxlen=REMEMBERED_UNRECORDED)
        self.trouble = ""
        """Why nothing is being recorded now; empty when it is."""

    def put(self, attempt: Attempt) -> asyncio.Future[bool]:
        """Write the attempt as it will be at the end of this turn; the result says whether it is committed."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[bool] = loop.create_future()
        if self.trouble:
            self._keep(attempt)
            waiter.set_result(False)
            return waiter
        self._waiters.append(waiter)
        self.note(attempt)
        return waiter

    def note(self, attempt: Attempt) -> None:
        """Write the attempt as `put` does, for nobody who waits."""
        if self.trouble:
            self._keep(attempt)
            return
        if not attempt.queued:
            attempt.queued = True
            self._attempts.append(attempt)
        if self._scheduled is None:
            self._scheduled = asyncio.get_running_loop().call_soon(self.flush)

    def add_part(self, part: Part) -> None:
        """Write a piece of a long content, and its attempt's row before it."""
        if self.trouble:
            part.capture.lose(part.start)
            return
        self._parts.append(part)
        if self._scheduled is None or not part.attempt.written:
            self.note(part.attempt)

    def flush(self) -> None:
        """Commit now what waits; called once a turn, and by whoever cannot wait for its end."""
        if self._scheduled is not None:
            self._scheduled.cancel()
            self._scheduled = None
        if not self._attempts and not self._parts:
            return
        try:
            changed = self._commit(self._attempts, self._parts)
        except Exception as error:  # noqa: BLE001 - whatever it is, answers must not wait for ever
            if is_fault(error):
                self._failed(error)
            else:
                self._part_from_misfits()
        else:
            self._committed(changed)

    def kept(self, delivery_id: str) -> list[Attempt]:
        """Give the attempts of a delivery that are only in memory, oldest first."""
        return [attempt for attempt in self.unrecorded if attempt.delivery.id == delivery_id]

    def recover(self) -> bool:
        """Try to write what could not be written; True when recording goes on."""
        try:
            while self.unrecorded:
                self._on_changes(self._write_alone(self.unrecorded[0], []))
                self.unrecorded.popleft()
            self._commit([], [])
        except (sqlite3.Error, TunnelError) as error:
            self._say(sentence(error, self._file.path))
            self._file.damaged = is_damage(error)
            return False
        self._say("")
        return True

    def change_to(self, opened: Opened) -> None:
        """Write to a connection that was just opened.

        Raises:
            sqlite3.Error: it cannot be read.
        """
        connection = self._file.adopt(opened)
        self._groups.load(connection)
        self._read_counters(connection)
        self._make_room(connection)
        if opened.notice:
            self._on_trouble()

    def go_on_from(self, connection: sqlite3.Connection) -> None:
        """Number what is kept in memory after what is in a file that can only be read.

        Raises:
            sqlite3.Error: it cannot be read.
        """
        self._groups.load(connection)
        self._read_counters(connection)

    def stop(self, why: str) -> None:
        """Record nothing until `recover` succeeds."""
        self._say(why)

    def _commit(self, attempts: list[Attempt], parts: list[Part]) -> list[DeliverySummary]:
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
            changed = writing.summaries()
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._checkpoint.wrote(writing.size_bytes)
        return changed

    def _read_counters(self, connection: sqlite3.Connection) -> None:
        (self._version,) = connection.execute("PRAGMA data_version").fetchone()
        (last,) = connection.execute("SELECT max(seq) FROM deliveries").fetchone()
        self._next_seq = max(self._next_seq, (last or 0) + 1)
        self._groups.forget_counts()

    def _make_room(self, connection: sqlite3.Connection) -> None:
        """Give deliveries that were kept before the file was seen numbers that are free in it."""
        (last,) = connection.execute("SELECT max(seq) FROM deliveries").fetchone()
        fresh = {one.seq for one in self.unrecorded if one.number == 1 and not one.written and one.seq <= (last or 0)}
        moved = {seq: self._next_seq + step for step, seq in enumerate(sorted(fresh))}
        for attempt in self.unrecorded:
            attempt.seq = moved.get(attempt.seq, attempt.seq)
        self._next_seq += len(moved)

    def _committed(self, changed: list[DeliverySummary]) -> None:
        self._busy_since = None
        self._done(self._attempts)
        self._attempts, self._parts = [], []
        self._resolve(recorded=True)
        self._on_changes(changed)

    def _done(self, attempts: list[Attempt]) -> None:
        for attempt in attempts:
            attempt.written = self._file.generation
            attempt.queued = False
            attempt.request.settled()
            attempt.response.settled()

    def _resolve(self, *, recorded: bool) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(recorded)

    def _failed(self, error: Exception) -> None:
        if error_code(error) in _BUSY and self._patient():
            return
        self._busy_since = None
        self._file.damaged = is_damage(error)
        attempts, self._attempts = self._attempts, []
        parts, self._parts = self._parts, []
        self._say(sentence(error, self._file.path))
        for part in parts:
            part.capture.lose(part.start)
        for attempt in attempts:
            self._keep(attempt)
        self._resolve(recorded=False)

    def _part_from_misfits(self) -> None:
        """Write one by one what cannot be written together: an attempt that fits no row costs only its own."""
        attempts, self._attempts = self._attempts, []
        parts, self._parts = self._parts, []
        for attempt in attempts:
            try:
                self._on_changes(self._write_alone(attempt, [part for part in parts if part.attempt is attempt]))
            except (sqlite3.Error, TunnelError) as error:
                self._say(sentence(error, self._file.path))
                self._keep(attempt)
        self._resolve(recorded=False)

    def _write_alone(self, attempt: Attempt, parts: list[Part]) -> list[DeliverySummary]:
        """Write one attempt; nothing where it fits no row.

        Raises:
            sqlite3.Error: the file does not take it now.
        """
        try:
            changed = self._commit([attempt], parts)
        except Exception as error:
            if is_fault(error):
                raise
            attempt.queued = False
            _log.error("history.misfit delivery=%a error=%s", attempt.delivery.id, type(error).__name__)
            return []
        self._done([attempt])
        return changed

    def _patient(self) -> bool:
        """Try again soon while the file has not been locked for long, and while there is a loop to do so."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return False
        if self._busy_since is None:
            self._busy_since = loop.time()
        if loop.time() - self._busy_since > BUSY_SECONDS:
            return False
        self._scheduled = loop.call_later(BUSY_PAUSE_SECONDS, self.flush)
        return True

    def _keep(self, attempt: Attempt) -> None:
        """Remember an attempt that cannot be written, under a number of its own, and show it."""
        if not attempt.seq and attempt.kind in REPLAYS and (kept := self.kept(attempt.delivery.id)):
            attempt.seq, attempt.number = kept[0].seq, kept[-1].number + 1
        if not attempt.seq:
            connection = self._file.connection
            try:
                if connection is None:
                    raise sqlite3.OperationalError("no file")
                self._next_seq = place(connection, self._groups, attempt, self._next_seq)
            except sqlite3.Error:
                attempt.seq, attempt.number = self._next_seq, 1
                self._next_seq += 1
        attempt.queued = False
        if attempt not in self.unrecorded:
            self.unrecorded.append(attempt)
        self._on_changes([summary_of(attempt)])

    def _say(self, trouble: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            self._on_trouble()
