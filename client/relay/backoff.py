"""How long to wait before dialling again."""

from collections.abc import Callable

FIRST_SECONDS = 0.1
MOST_SECONDS = 10.0
LEAST_SHARE = 1 / 8
"""Of each ceiling: whatever the jitter, fewer than sixty dials fall into a minute."""
STEADY_SECONDS = 30.0
"""Only a link that lived so long begins afresh: a relay that accepts and closes is dialled ever more rarely."""


class Backoff:
    """Doubles up to MOST_SECONDS, with full jitter, and honours what the relay asked for."""

    def __init__(self, *, random: Callable[[], float]) -> None:
        """Begin at FIRST_SECONDS.

        Args:
            random: gives a number from 0 to 1.
        """
        self._random = random
        self._ceiling_seconds = FIRST_SECONDS

    def next_seconds(self, *, lived_seconds: float = 0.0, asked_seconds: float | None = None) -> float:
        """Give the wait before the next dial.

        Args:
            lived_seconds: how long the last link lived; 0 when there was none.
            asked_seconds: what the relay said in `Retry-After`.
        """
        if lived_seconds >= STEADY_SECONDS:
            self._ceiling_seconds = FIRST_SECONDS
        ceiling = self._ceiling_seconds
        self._ceiling_seconds = min(MOST_SECONDS, ceiling * 2)
        if asked_seconds is not None:
            return min(asked_seconds, 10 * MOST_SECONDS) + self._random()
        least = ceiling * LEAST_SHARE
        return least + self._random() * (ceiling - least)
