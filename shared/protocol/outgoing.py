"""Frames that wait to leave, gathered into transport messages."""

from shared.protocol import frames
from shared.protocol.codes import MESSAGE_BYTES


class Outgoing:
    """Whole frames in order. What became ready in one turn of the event loop leaves in one message."""

    __slots__ = ("_frames", "pending_bytes")

    def __init__(self) -> None:
        self._frames: list[bytes] = []
        self.pending_bytes = 0
        """Bytes that wait for `take`."""

    @property
    def count(self) -> int:
        """Frames that wait for `take`."""
        return len(self._frames)

    def write(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        """Add a frame."""
        frame = frames.encode(kind, flags, stream, payload)
        self._frames.append(frame)
        self.pending_bytes += len(frame)

    def take(self) -> bytes:
        """Give the next transport message, at most MESSAGE_BYTES; empty when there is nothing."""
        waiting = self._frames
        if self.pending_bytes <= MESSAGE_BYTES:
            message = waiting[0] if len(waiting) == 1 else b"".join(waiting)
            waiting.clear()
            self.pending_bytes = 0
            return message
        size = count = 0
        while size + len(waiting[count]) <= MESSAGE_BYTES:
            size += len(waiting[count])
            count += 1
        message = b"".join(waiting[:count])
        del waiting[:count]
        self.pending_bytes -= size
        return message
