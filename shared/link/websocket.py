"""What both ends of a link's WebSocket keep to, whatever library carries it."""

import socket
from contextlib import suppress

from shared.protocol.codes import MESSAGE_BYTES

MOST_BYTES = MESSAGE_BYTES + 1024
"""Of a WebSocket message that the libraries let through: what is too long by a little, the link itself refuses."""
UNACKNOWLEDGED_MILLISECONDS = 20_000
"""The kernel gives up on bytes that the peer has not acknowledged for so long (TCP_USER_TIMEOUT)."""
_MOST_REASON_BYTES = 123
"""RFC 6455 section 5.5: a control frame holds 125 bytes, two of them are the code."""


def close_reason(sentence: str) -> str:
    """Give as much of a sentence as fits into a close frame, in whole characters."""
    return sentence.encode()[:_MOST_REASON_BYTES].decode(errors="ignore")


def give_up_on_silence(raw: socket.socket | None) -> None:
    """Have the kernel drop a connection whose peer has vanished, where it can (Linux)."""
    if raw is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
        with suppress(OSError):  # it may be closed already
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MILLISECONDS)
