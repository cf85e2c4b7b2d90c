"""How much of what all senders share one of them may have."""

from relay_server.senders import counted_as


class Shares:
    """Counts by the sender's address."""

    def __init__(self, *, most: int) -> None:
        """Begin with nothing taken; each may have `most`."""
        self._most = most
        self._taken: dict[str, int] = {}

    def take(self, address: str) -> bool:
        """Take one more, if the sender may; `give_back` must follow."""
        sender = counted_as(address)
        taken = self._taken.get(sender, 0)
        if taken >= self._most:
            return False
        self._taken[sender] = taken + 1
        return True

    def give_back(self, address: str) -> None:
        """Have one less."""
        sender = counted_as(address)
        left = self._taken.pop(sender) - 1
        if left:
            self._taken[sender] = left
