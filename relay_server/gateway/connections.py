"""Counts the open connections, all of them and those of each address."""

from relay_server.senders import counted_as
from shared.errors import Failure


class Connections:
    """How many connections are open, and whether one more may be."""

    def __init__(self, *, most: int, most_per_address: int) -> None:
        """Begin with none."""
        self._most = most
        self._most_per_address = most_per_address
        self._open = 0
        self._by_address: dict[str, int] = {}

    @property
    def open(self) -> int:
        """How many are open."""
        return self._open

    def admit(self, address: str, *, trusted: bool) -> Failure | None:
        """Count one more connection; `release` must follow when it is closed.

        Args:
            address: the peer's.
            trusted: a proxy, behind which many senders are: only the total counts.

        Returns:
            Why it may not be; None: it may.
        """
        self._open += 1
        if not trusted:
            sender = counted_as(address)
            count = self._by_address[sender] = self._by_address.get(sender, 0) + 1
            if count > self._most_per_address:
                return Failure.RATE_LIMITED
        return Failure.RELAY_OVERLOADED if self._open > self._most else None

    def release(self, address: str, *, trusted: bool) -> None:
        """Count one less."""
        self._open -= 1
        if trusted:
            return
        sender = counted_as(address)
        left = self._by_address.get(sender, 0) - 1
        if left > 0:
            self._by_address[sender] = left
        else:
            self._by_address.pop(sender, None)
