"""Frames that wait to leave, gathered into transport messages."""

from shared.protocol import frames
from shared.protocol.codes import MESSAGE_BYTES

_APART_BYTES = 4096
"""A payload from this size on is not copied behind its header: it is copied once, into the message."""


class Outgoing:
    """Whole frames in order. What became ready in one turn of the event loop leaves in one message."""

    __slots__ = ("_pieces", "count", "pending_bytes")

    def __init__(self) -> None:
        self._pieces: list[bytes | memoryview] = []
        """Frames, the larger ones as header and payload."""
        self.count = 0
        """Frames that wait for `take`."""
        self.pending_bytes = 0
        """Bytes that wait for `take`."""

    def write(self, kind: int, flags: int, stream: int, payload: bytes | memoryview) -> None:
        """Add a frame; the payload's bytes must not change until it has left."""
        length = len(payload)
        header = frames.header(kind, flags, stream, length)
        if length < _APART_BYTES:
            self._pieces.append(header + payload)
        else:
            self._pieces += (header, payload)
        self.count += 1
        self.pending_bytes += len(header) + length

    def take(self) -> bytes:
        """Give the next transport message, at most MESSAGE_BYTES; empty when there is nothing."""
        pieces = self._pieces
        if self.pending_bytes <= MESSAGE_BYTES:
            message = b"".join(pieces)
            pieces.clear()
            self.count = self.pending_bytes = 0
            return message
        size = at = 0
        while True:
            frame = frames.size(pieces[at])
            if size + frame > MESSAGE_BYTES:
                break
            size += frame
            at += 1 if len(pieces[at]) == frame else 2
            self.count -= 1
        message = b"".join(pieces[:at])
        del pieces[:at]
        self.pending_bytes -= size
        return message
