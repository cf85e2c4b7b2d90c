"""The way of attempts into the history: what is answered lands at once, its rows follow together."""

import asyncio
import sqlite3
from collections.abc import Callable, Container
from functools import partial

from client.deliveries.attempt import Attempt
from client.deliveries.checkpoint import Checkpoint
from client.deliveries.commits import Commits, unless_misfit
from client.deliveries.faults import sentence
from client.deliveries.file import HistoryFile, Opened, error_code, is_damage, is_fault
from client.deliveries.landing import Landing
from client.deliveries.unrecorded import Unrecorded
from client.deliveries.writing import Part
from client.views import DeliverySummary
from shared.errors import TunnelError

BUSY_SECONDS = 0.25
"""How long answers wait for another process to let the file go."""

BUSY_PAUSE_SECONDS = 0.002

SETTLE_SECONDS = 0.05
"""What has landed has its rows so much later; the more come together, the less each costs."""

SETTLE_ATTEMPTS = 64
"""So many have their rows made without waiting longer, and so many at most in one commit: it takes 1 to 2 ms."""

VERDICTS_A_TURN = 3
"""So many are found before the link is served again. Many at a time would leave the other processes without work."""

SETTLE_BYTES = 128 * 1024
"""As SETTLE_ATTEMPTS, since what has landed takes its room on the disk twice until then."""
HELD_ATTEMPTS = 512
HELD_BYTES = 1024**2
"""So much at most waits for its rows: through a checkpoint, which can only begin the log again when nothing is added to
it, or because it comes faster than rows are made. Beyond it answers wait for their commit."""

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


class Journal:
    """The queue. Nothing in here can fail an exchange: what cannot be written is said."""

    def __init__(
        self,
        file: HistoryFile,
        *,
        commits: Commits,
        landing: Landing,
        checkpoint: Checkpoint,
        on_changes: Callable[[list[DeliverySummary]], None],
        on_trouble: Callable[[], None],
    ) -> None:
        self._file = file
        self._commits = commits
        self._landing = landing
        self._checkpoint = checkpoint
        self._on_changes = on_changes
        self._on_trouble = on_trouble
        self._attempts: list[Attempt] = []
        self._parts: list[Part] = []
        self._waiters: list[tuple[Attempt, asyncio.Future[bool]]] = []
        self._scheduled: asyncio.Handle | None = None
        self._settling: asyncio.Handle | None = None
        self._soon = False
        """Rows are being made, turn by turn."""
        self._judged = 0
        """Of the attempts at the head of the queue, how many have their verdicts."""
        self._busy_since: float | None = None
        self.unrecorded = Unrecorded(commits)
        self.trouble = ""
        """Why nothing is being recorded now; empty when it is."""

    def land(self, attempt: Attempt) -> bool:
        """Keep an attempt that has ended until its rows are made; False where it needs its row at once."""
        if self.trouble or attempt.queued or self._crowded() or not self._landing.add(attempt):
            return False
        attempt.queued = True
        self._attempts.append(attempt)
        if self._settling is None:
            self._settle_in(SETTLE_SECONDS)
        elif not self._soon and (len(self._attempts) >= SETTLE_ATTEMPTS or self._landing.waiting_bytes >= SETTLE_BYTES):
            self._settle_soon()
        return True

    def put(self, attempt: Attempt) -> asyncio.Future[bool]:
        """Write the attempt as it will be at the end of this turn; the result says whether it is committed."""
        waiter = asyncio.get_running_loop().create_future()
        if self.trouble:
            self._keep(attempt)
            waiter.set_result(False)
            return waiter
        self._waiters.append((attempt, waiter))
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
        """Commit now what waits, whoever waits for it."""
        for handle in (self._scheduled, self._settling):
            if handle is not None:
                handle.cancel()
        self._scheduled = self._settling = None
        self._soon = False
        if self._attempts or self._parts:
            self._commit(len(self._attempts))

    def wipe(self) -> None:
        """Leave nothing of what was landed beside the history, if it is in there."""
        self.flush()
        self._commits.wipe()

    def recover(self) -> bool:
        """Try to write what could not be written; True when recording goes on."""
        try:
            here = {attempt.landed for attempt in self.unrecorded}
            for attempt in [one for one in self._commits.landed() if one.landed not in here]:
                self._on_changes(self._write_alone(attempt, []))
            for attempt in list(self.unrecorded):
                self._on_changes(self._write_alone(attempt, []))
                self.unrecorded.remove(attempt)
            self._commits.write([], [])
        except (sqlite3.Error, OSError, TunnelError) as error:
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
        self._commits.adopt(opened)
        self._commits.make_room(self.unrecorded)
        if opened.notice:
            self._on_trouble()

    def stop(self, why: str) -> None:
        """Record nothing until `recover` succeeds, beyond what waits already."""
        self.flush()
        self._say(why)

    def _crowded(self) -> bool:
        return len(self._attempts) >= HELD_ATTEMPTS or self._landing.waiting_bytes >= HELD_BYTES

    def _settle_in(self, seconds: float) -> None:
        self._settling = asyncio.get_running_loop().call_later(seconds, self._settle)

    def _settle_soon(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
        self._soon = True
        self._settling = asyncio.get_running_loop().call_soon(self._settle)

    def _settle(self) -> None:
        """Find some verdicts of what has landed, and make the rows of many; come back while there is more."""
        self._settling, self._soon = None, False
        if not self._attempts or self._scheduled is not None:
            return  # nothing waits, or a commit of everything is on its way
        if self._checkpoint.running and not self._crowded():
            self._settle_in(SETTLE_SECONDS)
            return
        self._judge()
        if self._judged == len(self._attempts) or self._judged >= SETTLE_ATTEMPTS:
            self._commit(self._judged)
        if self._attempts and self._scheduled is None:
            self._settle_soon()

    def _judge(self) -> None:
        some = self._attempts[self._judged : self._judged + VERDICTS_A_TURN]
        for attempt in some:
            attempt.conclude()
        self._judged += len(some)

    def _commit(self, count: int) -> None:
        """Commit the oldest `count` attempts, and all parts."""
        attempts = self._attempts[:count]
        self._judged = 0
        try:
            changed = self._commits.write(attempts, self._parts)
        except Exception as error:  # noqa: BLE001 - whatever it is, answers must not wait for ever
            if is_fault(error):
                self._failed(error)
            else:
                self._part_from_misfits()
            return
        self._busy_since = None
        for attempt in attempts:
            attempt.was_written(self._file.generation)
        del self._attempts[:count]
        self._parts = []
        if not self._attempts:
            self._answer(lost=())
        self._on_changes(changed)

    def _answer(self, *, lost: Container[Attempt]) -> None:
        waiters, self._waiters = self._waiters, []
        for attempt, waiter in waiters:
            if not waiter.done():
                waiter.set_result(attempt not in lost)

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
        self._answer(lost=attempts)

    def _part_from_misfits(self) -> None:
        """Write one by one what cannot be written together: an attempt that fits no row costs only its own."""
        attempts, self._attempts = self._attempts, []
        parts, self._parts = self._parts, []
        for attempt in attempts:
            attempt.queued = False
            try:
                self._on_changes(self._write_alone(attempt, [part for part in parts if part.attempt is attempt]))
            except (sqlite3.Error, TunnelError) as error:
                self._say(sentence(error, self._file.path))
                self._keep(attempt)
        self._answer(lost=[attempt for attempt in attempts if not attempt.written])

    def _write_alone(self, attempt: Attempt, parts: list[Part]) -> list[DeliverySummary]:
        """Write one attempt; nothing where it fits no row.

        Raises:
            sqlite3.Error: the file does not take it now.
        """
        changed = unless_misfit(attempt, partial(self._commits.write, [attempt], parts))
        if changed is None:
            return []
        attempt.was_written(self._file.generation)
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
        self._on_changes([self.unrecorded.keep(attempt)])

    def _say(self, trouble: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            self._on_trouble()
