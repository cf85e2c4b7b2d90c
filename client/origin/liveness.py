"""Whether a kept connection is still good, and whether a lost one had taken what was sent.

An app closes a connection that stood unused for too long. A request that crosses this is lost with it, and an error for
it would be false: the app was there all the time. Sending it again is right only if the app cannot have seen it (RFC
9110 section 9.2.2, RFC 9112 section 9.3.1). Four things keep both wrongs away:

1. Connections are kept for less time than the servers that people use keep them: gunicorn 2 s, Node.js, uvicorn and
   Apache 5 s, Puma 20 s, nginx 75 s. A shorter `Keep-Alive: timeout=` of the app's is heeded.
2. Right before reuse the socket is asked whether anything came (`poll`, 0.3 microseconds), so a FIN is seen that the
   loop has not delivered yet. Over loopback a close is visible the moment it is made.
3. What remains is a close between this look and the write. The FIN tells what the peer's kernel had received when it
   was sent, and `TCP_INFO` keeps it: if none of the bytes is acknowledged, they came to a socket that nobody reads.
   A reset tells nothing: it is sent at once, and the acknowledgement of bytes that were read may have been waiting.
4. A request whose method is idempotent is sent again whenever not a byte of an answer came.

In all other cases the app may have acted on the request. That stays an error, since a delivery reaches the app at most
once unless somebody says otherwise.
"""

import asyncio
import select
import socket
import struct

_ACKED_AT = 120
"""Offset of `tcpi_bytes_acked` in `struct tcp_info` (linux/tcp.h, since 4.1); it counts the SYN as one."""
_INFO_BYTES = 192
_TCP_INFO: int | None = getattr(socket, "TCP_INFO", None)

_INTERNET = (socket.AF_INET, socket.AF_INET6)

IDEMPOTENT = frozenset({b"GET", b"HEAD", b"OPTIONS", b"TRACE", b"PUT", b"DELETE"})
"""RFC 9110 section 9.2.2."""


class Liveness:
    """Looks at the socket beneath a transport. Where the system cannot tell, the answer is the careful one."""

    __slots__ = ("_poll", "_socket")

    def __init__(self, transport: asyncio.Transport) -> None:
        found = transport.get_extra_info("socket")
        plain = transport.get_extra_info("ssl_object") is None
        self._socket: socket.socket | None = found if plain and found.family in _INTERNET else None
        self._poll: select.poll | None = None
        if hasattr(select, "poll"):
            self._poll = select.poll()
            self._poll.register(found.fileno(), select.POLLIN)

    def quiet(self) -> bool:
        """Tell whether nothing has come, neither bytes nor the end; only while the transport is open."""
        return self._poll is None or not self._poll.poll(0)

    def acknowledged(self, sent_before: int) -> bool:
        """Tell whether the peer's kernel has acknowledged any byte after the first `sent_before`.

        Proves something at the moment of a FIN only.
        """
        if self._socket is None or _TCP_INFO is None:
            return True
        try:
            info = self._socket.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, _INFO_BYTES)
            acked: int = struct.unpack_from("=Q", info, _ACKED_AT)[0]
        except (OSError, struct.error):
            return True
        return acked - 1 > sent_before
