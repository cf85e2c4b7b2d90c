"""Has attempts judged: the request's signature, and what the provider makes of the answer."""

import sqlite3
from collections.abc import Callable

from client.deliveries import reading
from client.deliveries.attempt import Attempt, plain
from client.deliveries.groups import REPLAYS
from client.deliveries.store import Store
from client.signatures.engine import Judgement, Signatures, Subject
from shared.sqlite import StoreUnusable

JUDGED_BYTES = 32 * 1024**2
"""A longer content is not read back to be checked."""

MOST_CHARACTERS = 512
"""Of an event's type and id."""

Doubt = Callable[[Attempt, Subject, Judgement], None]
"""Takes an attempt whose signature is not valid, with what was judged and what was found."""


class Judging:
    """Asks the signature engine, and writes what it says into the attempt as text that can be stored."""

    def __init__(self, store: Store, signatures: Signatures, doubt: Doubt | None = None) -> None:
        """Prepare to judge.

        Args:
            store: where long contents are read back from.
            signatures: judges.
            doubt: has the cause of a failed check found, beside the exchanges; None: nobody looks for it.
        """
        self._store = store
        self._signatures = signatures
        self._doubt = doubt

    def attend(self, attempt: Attempt) -> None:
        """Have the attempt judged when it is written."""
        attempt.judge = self.judge
        attempt.tell = self.tell

    def judge(self, attempt: Attempt) -> None:
        """Judge a request by what is in memory of it. Once is enough."""
        if attempt.judged:
            return
        attempt.judged = True
        request = attempt.request
        content = request.kept if request.whole and not request.parts_bytes else None
        subject = Subject.of(attempt.head, attempt.delivery, content)
        self._accept(attempt, subject, self._signatures.judge(subject))

    async def judge_long(self, attempt: Attempt) -> None:
        """Judge a request whose content went to the file, in a thread.

        Nothing is said of one that is too long, or cannot be read back.
        """
        if attempt.judged or attempt.request.seen_bytes > JUDGED_BYTES:
            return
        self._store.flush()
        seq, number = attempt.seq, attempt.number

        def read(connection: sqlite3.Connection) -> tuple[Subject, Judgement]:
            """Read the content and judge it, in a thread."""
            content = b"".join(reading.content(connection, seq, number, "request"))
            whole = content if len(content) == attempt.request.seen_bytes else None
            subject = Subject.of(attempt.head, attempt.delivery, whole)
            return subject, self._signatures.judge(subject)

        try:
            subject, judgement = await self._store.read(read)
        except StoreUnusable:
            return
        attempt.judged = True
        self._accept(attempt, subject, judgement)

    def tell(self, attempt: Attempt) -> None:
        """Say what the provider makes of an attempt that has ended."""
        clock = self._signatures.clock(
            attempt.provider,
            attempt=attempt.ordinal,
            status=attempt.status if attempt.state == "answered" else None,
            failure=attempt.failure,
            duration_seconds=attempt.duration_seconds or 0.0,
        )
        attempt.healthy = clock.healthy
        if attempt.kind not in REPLAYS and attempt.signature.state != "invalid":  # whoever forged it has no schedule
            attempt.clock = clock.sentence
            if clock.retry_seconds is not None:
                attempt.retry_at = attempt.started_at + (attempt.duration_seconds or 0.0) + clock.retry_seconds

    def _accept(self, attempt: Attempt, subject: Subject, judgement: Judgement) -> None:
        accept(attempt, judgement)
        state = judgement.signature.state
        if (state == "invalid" or state == "unverifiable") and self._doubt is not None:  # noqa: PLR1714 - faster
            self._doubt(attempt, subject, judgement)


def accept(attempt: Attempt, judgement: Judgement) -> None:
    """Write a judgement into an attempt."""
    attempt.provider = judgement.provider
    attempt.event_type = plain(judgement.event_type[:MOST_CHARACTERS])
    attempt.event_id = plain(judgement.event_id[:MOST_CHARACTERS])
    attempt.signature = judgement.signature
