"""Tells how much of what was written the other end has not taken, whoever keeps it: this process or the system."""

import asyncio
import fcntl
import struct
import sys
import termios

_COUNT = struct.Struct("i")


def unread_bytes(transport: asyncio.WriteTransport) -> int:
    """Give what waits in the transport and, where the system tells it, in its socket's queue (tcp(7), SIOCOUTQ).

    The queue matters: it holds megabytes, and the system asks for more only when a third of it is free. Somebody who
    reads 20 KB/s takes a minute for that, in which the transport's own buffer does not move.
    """
    left = transport.get_write_buffer_size()
    raw = transport.get_extra_info("socket")
    if sys.platform == "linux" and raw is not None and raw.fileno() >= 0:
        (queued,) = _COUNT.unpack(fcntl.ioctl(raw.fileno(), termios.TIOCOUTQ, bytes(_COUNT.size)))
        left += queued
    return left
