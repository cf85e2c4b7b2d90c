"""Keeps what a connection received and nobody has looked at yet."""


class Inbox:
    """Bytes in the order they arrived, and a place in them."""

    __slots__ = ("at", "data")

    def __init__(self) -> None:
        self.data = b""
        """What arrived, ..."""
        self.at = 0
        """... and from where on it has not been looked at."""

    @property
    def left(self) -> int:
        """How many bytes have not been looked at."""
        return len(self.data) - self.at

    def add(self, data: bytes) -> None:
        """Put `data` behind what is left."""
        self.data = data if self.at >= len(self.data) else self.data[self.at :] + data
        self.at = 0

    def take(self) -> bytes:
        """Give everything that is left."""
        data = self.data[self.at :] if self.at else self.data
        self.data = b""
        self.at = 0
        return data
