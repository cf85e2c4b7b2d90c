"""WebSocket frames of whole binary messages (RFC 6455 section 5.2), without the copies that a general library makes."""

import asyncio
import secrets
from collections.abc import Callable

try:
    from websockets.speedups import apply_mask
except ImportError:  # the library was installed without its C part
    from websockets.utils import apply_mask

_WHOLE_BINARY = 0x82
"""FIN and opcode 2."""
_MASKED = 0x80
_KEY_BYTES = 4
_SMALL_BYTES = 4 << 10
"""Pieces below that are gathered: each by itself would take many times its size."""
_COPIED_BYTES = 16 << 10
"""A content below that is copied behind its header: that costs less than handing over two pieces."""
_SHORT, _LONG = 126, 127
"""In place of the length: it follows in two bytes, or in eight."""


class FrameReader:
    """Cuts what the peer sends into messages. A frame that is no whole binary message is left to somebody else."""

    __slots__ = (
        "_held",
        "_held_bytes",
        "_masked",
        "_most_bytes",
        "_on_message",
        "_on_other",
        "_passing",
        "_wanted_bytes",
    )

    def __init__(
        self,
        *,
        masked: bool,
        most_bytes: int,
        on_message: Callable[[bytes], None],
        on_other: Callable[[bytes], None],
    ) -> None:
        """Begin between two frames.

        Args:
            masked: the peer is a client, and masks (section 5.3).
            most_bytes: of a message. One that is longer is left to `on_other`, and all that comes after it.
            on_message: takes the content of a message.
            on_other: takes any other frame as it came, whole.
        """
        self._masked = masked
        self._most_bytes = most_bytes
        self._on_message = on_message
        self._on_other = on_other
        self._held: list[bytes | bytearray] = []
        self._held_bytes = 0
        self._wanted_bytes = 0
        """So much is to be here before there is another frame."""
        self._passing = False

    def feed(self, data: bytes) -> None:
        """Take what arrived."""
        if self._held:
            self._hold(data)
            if self._held_bytes < self._wanted_bytes:
                return
            data = b"".join(self._held)
            self._held.clear()
            self._held_bytes = 0
        at = 0
        while at < len(data) and not self._passing:
            begin, length = _shape(data, at)
            end = begin + length
            if length > self._most_bytes:
                self._passing = True
            elif end > len(data):
                self._wanted_bytes = end - at
                self._hold(data[at:])
                return
            else:
                if data[at] != _WHOLE_BINARY or (data[at + 1] >= _MASKED) is not self._masked:
                    self._on_other(data[at:end])
                elif self._masked:
                    self._on_message(apply_mask(memoryview(data)[begin:end], data[begin - _KEY_BYTES : begin]))
                else:
                    self._on_message(data[begin:end])
                at = end
        if at < len(data):
            self._on_other(data[at:])

    def _hold(self, data: bytes) -> None:
        self._held_bytes += len(data)
        small = len(data) < _SMALL_BYTES
        if small and self._held and isinstance(self._held[-1], bytearray):
            self._held[-1] += data
        else:
            self._held.append(bytearray(data) if small else data)


class Fragments:
    """Puts a message together that comes in several frames (section 5.4). The library that reads those bounds it."""

    __slots__ = ("_content",)

    def __init__(self) -> None:
        self._content = bytearray()

    def add(self, data: bytes | bytearray | memoryview, *, ended: bool) -> bytes | None:
        """Add a frame's content; give the message when that was its last."""
        self._content += data
        if not ended:
            return None
        message = bytes(self._content)
        self._content.clear()
        return message


def _shape(data: bytes, at: int) -> tuple[int, int]:
    """Give where the content of the frame at `at` begins, and its length; 0 where the header is not here whole."""
    begin = at + 2
    if len(data) < begin:
        return begin, 0
    length = data[at + 1] & ~_MASKED
    if length >= _SHORT:
        begin += 2 if length == _SHORT else 8
        if len(data) < begin:
            return begin, 0
        length = int.from_bytes(data[at + 2 : begin])
    return begin + (_KEY_BYTES if data[at + 1] & _MASKED else 0), length


def write_from_server(message: bytes, transport: asyncio.WriteTransport) -> None:
    """Write a server's message."""
    _write(transport, _header(len(message), 0), message)


def write_from_client(message: bytes, transport: asyncio.WriteTransport) -> None:
    """Write a client's message, masked (section 5.3)."""
    key = secrets.token_bytes(_KEY_BYTES)
    _write(transport, _header(len(message), _MASKED) + key, apply_mask(message, key))


def _write(transport: asyncio.WriteTransport, header: bytes, content: bytes) -> None:
    if len(content) < _COPIED_BYTES:
        transport.write(header + content)
    else:
        transport.writelines((header, content))


def _header(length: int, mask: int) -> bytes:
    if length < _SHORT:
        return bytes((_WHOLE_BINARY, mask | length))
    if length < 1 << 16:
        return bytes((_WHOLE_BINARY, mask | _SHORT)) + length.to_bytes(2)
    return bytes((_WHOLE_BINARY, mask | _LONG)) + length.to_bytes(8)
