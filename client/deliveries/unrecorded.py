"""Attempts that are only in memory: the file did not take them, and they are shown until it does."""

from collections import deque
from collections.abc import Iterator

from client.deliveries.attempt import Attempt, summary_of
from client.deliveries.commits import Commits
from client.deliveries.groups import REPLAYS
from client.views import DeliverySummary

REMEMBERED = 200
"""The newest of them; they hold their contents."""


class Unrecorded:
    """The newest attempts that could not be written, oldest first."""

    def __init__(self, commits: Commits) -> None:
        self._commits = commits
        self._attempts: deque[Attempt] = deque(maxlen=REMEMBERED)

    def __iter__(self) -> Iterator[Attempt]:
        return iter(self._attempts)

    def __len__(self) -> int:
        return len(self._attempts)

    def keep(self, attempt: Attempt) -> DeliverySummary:
        """Remember an attempt under a number of its own; give its row of the list."""
        attempt.conclude()
        if not attempt.seq and attempt.kind in REPLAYS and (kept := self.of(attempt.delivery.id)):
            attempt.seq, attempt.number = kept[0].seq, kept[-1].number + 1
        if not attempt.seq:
            self._commits.place(attempt)
        attempt.queued = False
        if attempt not in self._attempts:
            self._attempts.append(attempt)
        return summary_of(attempt)

    def of(self, delivery_id: str) -> list[Attempt]:
        """Give the attempts of a delivery, oldest first."""
        return [attempt for attempt in self._attempts if attempt.delivery.id == delivery_id]

    def remove(self, attempt: Attempt) -> None:
        """Forget an attempt."""
        self._attempts.remove(attempt)
