"""Takes what an app had answered before a write to it failed.

An app that answers early and closes resets the connection while its upload is still being written. The failed write
ends the transport, although the answer lies in the socket's buffer, unread.
"""

import asyncio
import os
from contextlib import suppress

_MOST_BYTES = 1 << 20


def left_behind(transport: asyncio.Transport) -> bytes:
    """Give what the kernel still holds for a transport that has just lost its connection; nothing over TLS.

    Called within `connection_lost`: both loops close the socket right after that.
    """
    sock = transport.get_extra_info("socket")
    if sock is None or sock.fileno() < 0 or transport.get_extra_info("ssl_object") is not None:
        return b""
    found = bytearray()
    with suppress(OSError):  # nothing more, or the reset itself
        while len(found) < _MOST_BYTES and (data := os.read(sock.fileno(), 65536)):
            found += data
    return bytes(found)
