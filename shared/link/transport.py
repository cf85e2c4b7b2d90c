"""What a link needs of whatever carries it: ordered messages, and honesty about what is stuck."""

from typing import Protocol


class Receiver(Protocol):
    """What a transport tells its link. Called from the event loop, never after `on_lost`."""

    def on_message(self, message: bytes) -> None:
        """A message arrived."""

    def on_writable(self) -> None:
        """What was congested is so no longer."""

    def on_lost(self, reason: str) -> None:
        """The transport is gone, by either side's doing; a sentence says why."""


class Transport(Protocol):
    """Reliable, ordered messages of bytes: a WebSocket today."""

    @property
    def congested(self) -> bool:
        """True while more is waiting to leave than should: the link then gathers instead of sending."""
        ...

    @property
    def waiting_bytes(self) -> int:
        """What was handed over and the kernel has not taken; framing may be counted too."""
        ...

    def attach(self, receiver: Receiver) -> None:
        """Deliver messages to `receiver` from now on."""

    def send(self, message: bytes) -> None:
        """Queue a message to leave at once. Does nothing after the transport was lost."""

    def close(self, code: int, reason: str) -> None:
        """Say goodbye after what was queued, and go. `on_lost` follows."""

    def abort(self) -> None:
        """Drop the connection without a word, whatever is queued. `on_lost` follows."""
