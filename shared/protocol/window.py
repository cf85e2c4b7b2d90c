"""Credit: how many bytes of content one side may send (as RFC 9113 section 5.2)."""

from shared.errors import ProtocolError

LARGEST = 2**31 - 1
"""RFC 9113 section 6.9.1: no window grows beyond this."""


class SendWindow:
    """What we may still send."""

    __slots__ = ("credit_bytes",)

    def __init__(self, size_bytes: int) -> None:
        self.credit_bytes = size_bytes

    def spend(self, count: int) -> None:
        """Account for `count` bytes sent. Never called with more than there is."""
        if count > self.credit_bytes:
            raise AssertionError(f"{count} bytes sent on a credit of {self.credit_bytes}")
        self.credit_bytes -= count

    def grant(self, count: int) -> None:
        """Account for credit that the peer gave.

        Raises:
            ProtocolError: a grant of nothing, or beyond the largest window.
        """
        if not 0 < count <= LARGEST - self.credit_bytes:
            raise ProtocolError(f"window update of {count} on {self.credit_bytes}")
        self.credit_bytes += count


class ReceiveWindow:
    """What the peer may still send us, given back as the consumer takes it."""

    __slots__ = ("_credit_bytes", "_half_bytes", "_taken_bytes")

    def __init__(self, size_bytes: int) -> None:
        self._credit_bytes = size_bytes
        self._half_bytes = size_bytes // 2
        self._taken_bytes = 0

    def receive(self, count: int) -> bool:
        """Account for `count` bytes that arrived; False when the peer had no credit for them."""
        if count > self._credit_bytes:
            return False
        self._credit_bytes -= count
        return True

    def take(self, count: int) -> int:
        """Account for `count` bytes that the consumer took.

        Returns:
            Bytes to grant now, or 0: grants are gathered up to half a window, so that there are few of them.
        """
        self._taken_bytes += count
        if self._taken_bytes < self._half_bytes:
            return 0
        granted, self._taken_bytes = self._taken_bytes, 0
        self._credit_bytes += granted
        return granted
