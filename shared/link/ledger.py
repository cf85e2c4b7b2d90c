"""Which messages the peer has, so that a link can go on over another transport (protocol.md section 8)."""

from collections import deque

from shared.errors import ProtocolError, TunnelError

KEPT_BYTES = 8 << 20
"""Beyond this, nothing is sent until the peer has acknowledged some: twice what the link's credit lets be under way."""
ACKNOWLEDGE_MESSAGES = 64
ACKNOWLEDGE_BYTES = 256 << 10
ACKNOWLEDGE_SECONDS = 0.05
"""An acknowledgement leaves at the latest after so much of any of the three."""


class CannotResume(TunnelError):  # noqa: N818 - reads as the sentence it is
    """The two ends do not remember the same link."""


class Ledger:
    """Counts numbered messages both ways, and keeps those that the peer has not acknowledged."""

    __slots__ = ("_kept", "kept_bytes", "received", "sent", "unsaid", "unsaid_bytes")

    def __init__(self) -> None:
        self._kept: deque[bytes] = deque()
        self.kept_bytes = 0
        self.sent = 0
        self.received = 0
        self.unsaid = 0
        """Messages received and not yet acknowledged to the peer."""
        self.unsaid_bytes = 0

    def keep(self, message: bytes) -> None:
        """Count a message that is sent."""
        self._kept.append(message)
        self.kept_bytes += len(message)
        self.sent += 1

    def acknowledged(self, count: int) -> None:
        """Let go of what the peer says that it has.

        Raises:
            ProtocolError: it cannot have so many.
        """
        if count > self.sent:
            raise ProtocolError(f"{count} messages acknowledged of {self.sent} sent")
        kept = self._kept
        while self.sent - len(kept) < count:
            self.kept_bytes -= len(kept.popleft())

    def receive(self, size: int) -> bool:
        """Count a message that arrived; True when it is time to acknowledge."""
        self.received += 1
        self.unsaid += 1
        self.unsaid_bytes += size
        return self.unsaid >= ACKNOWLEDGE_MESSAGES or self.unsaid_bytes >= ACKNOWLEDGE_BYTES

    def say(self) -> int:
        """Give the count to acknowledge now."""
        self.unsaid = self.unsaid_bytes = 0
        return self.received

    def missing(self, count: int) -> list[bytes]:
        """Give what a peer lacks that has received `count` messages, in order.

        Raises:
            CannotResume: it lacks what is kept no longer, or has what was never sent.
        """
        try:
            self.acknowledged(count)
        except ProtocolError as error:
            raise CannotResume(str(error)) from error
        if self.sent - len(self._kept) != count:
            raise CannotResume(f"the peer has {count} messages, those after them are kept no longer")
        return list(self._kept)
