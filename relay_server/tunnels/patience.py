"""Slows down whoever tries tokens."""

from collections.abc import Callable

FAILURES = 10
WINDOW_SECONDS = 60.0
MOST_ADDRESSES = 10_000


class Patience:
    """Counts failed attempts per address; after FAILURES within a window the address waits for the window's end."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[float, int]] = {}
        """Address to the window's begin and the failures in it, oldest window first."""

    def failed(self, address: str) -> None:
        """Note a failed attempt."""
        now = self._clock()
        began, count = self._seen.get(address, (now, 0))
        if now - began > WINDOW_SECONDS:
            began, count = now, 0
            self._seen.pop(address, None)
        self._seen[address] = (began, count + 1)
        while len(self._seen) > MOST_ADDRESSES:
            del self._seen[next(iter(self._seen))]

    def wait_seconds(self, address: str) -> int:
        """Give how long the address has to wait; 0: not at all."""
        began, count = self._seen.get(address, (0.0, 0))
        left = began + WINDOW_SECONDS - self._clock()
        return max(1, int(left)) if count >= FAILURES and left > 0 else 0
