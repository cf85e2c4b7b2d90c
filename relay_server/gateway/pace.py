"""Judges whether a sender sends fast enough, by its own time: that in which nobody kept it waiting."""

from collections.abc import Callable

from relay_server.gateway.settings import GatewaySettings

_PROGRESS_BYTES = 1024
_LOOKS = 3
"""So often silence is looked for within the time that it may last."""


class Pace:
    """How far the content of one request is ahead of the time it has."""

    __slots__ = ("_began", "_clock", "_kept_since", "_least", "_patience", "_seen_at", "_seen_bytes", "_waited")

    def __init__(self, clock: Callable[[], float], settings: GatewaySettings) -> None:
        """Begin now.

        Args:
            clock: seconds.
            settings: how long it may take, and how fast it must be.
        """
        self._clock = clock
        self._patience = settings.patience
        self._least = settings.limits.least_bytes_per_second
        self._began = clock()
        self._waited = 0.0
        """How long the sender was kept waiting, ..."""
        self._kept_since: float | None = None
        """... and since when it is now; None: it is not."""
        self._seen_bytes = 0
        self._seen_at = 0.0
        """When so much had arrived, by the sender's own time."""

    def keep_waiting(self) -> None:
        """Note that the sender cannot send, or need not."""
        if self._kept_since is None:
            self._kept_since = self._clock()

    def go_on(self) -> None:
        """Note that it is the sender's turn again."""
        if self._kept_since is not None:
            self._waited += self._clock() - self._kept_since
            self._kept_since = None

    def seconds_left(self, received: int) -> float:
        """Give how long the sender has before it must be looked at again; nothing or less: it is too slow.

        Args:
            received: how many bytes have arrived so far.
        """
        patience = self._patience
        now = self._clock() if self._kept_since is None else self._kept_since
        own = now - self._began - self._waited
        if received - self._seen_bytes >= _PROGRESS_BYTES:
            self._seen_bytes, self._seen_at = received, own
        silent = self._seen_at + patience.body
        slow = patience.grace + received / self._least
        return min(min(silent, slow, patience.upload) - own, patience.body / _LOOKS)
