"""Frames as bytes: nine octets of header, then the payload (protocol.md section 2)."""

import struct
from collections.abc import Iterator

from shared.errors import ProtocolError

_HEADER = struct.Struct(">IBI")
"""Length and type share one big-endian u32 (24 and 8 bits), then flags and stream."""

HEADER_BYTES = _HEADER.size
_TYPE_BITS = 8
_TYPE_MASK = 0xFF

Frame = tuple[int, int, int, bytes]
"""Type, flags, stream, payload."""


def encode(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """Give one frame's bytes."""
    return header(kind, flags, stream, len(payload)) + payload


def header(kind: int, flags: int, stream: int, length: int) -> bytes:
    """Give the bytes before a payload of `length` bytes."""
    return _HEADER.pack(length << _TYPE_BITS | kind, flags, stream)


def size(header: bytes | memoryview) -> int:
    """Give the bytes of the whole frame that begins so."""
    return HEADER_BYTES + (int(_HEADER.unpack_from(header)[0]) >> _TYPE_BITS)


def decode(message: bytes) -> Iterator[Frame]:
    """Yield the frames of one transport message.

    Raises:
        ProtocolError: the message does not end where its last frame ends.
    """
    offset, size = 0, len(message)
    while offset < size:
        if offset + HEADER_BYTES > size:
            raise ProtocolError("message ends within a frame header")
        word, flags, stream = _HEADER.unpack_from(message, offset)
        offset += HEADER_BYTES
        end = offset + (word >> _TYPE_BITS)
        if end > size:
            raise ProtocolError("message ends within a frame")
        yield word & _TYPE_MASK, flags, stream, message[offset:end]
        offset = end
