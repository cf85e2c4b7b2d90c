"""Hands a connection for the relay's own host over to another protocol, with everything that was read."""

import asyncio
from collections.abc import Callable


class _Watched(asyncio.Protocol):
    """Another protocol, whose end is noticed."""

    __slots__ = ("_lost", "_protocol")

    def __init__(self, protocol: asyncio.Protocol, lost: Callable[[], None]) -> None:
        self._protocol = protocol
        self._lost = lost

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Pass the connection on."""
        self._protocol.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Pass on what arrived."""
        self._protocol.data_received(data)

    def eof_received(self) -> bool | None:
        """Pass on the end of the sender's half."""
        return self._protocol.eof_received()

    def pause_writing(self) -> None:
        """Pass on that the sender does not read."""
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        """Pass on that it reads again."""
        self._protocol.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Say that the connection has ended, and pass it on."""
        self._lost()
        self._protocol.connection_lost(exc)


def hand_over(
    transport: asyncio.Transport,
    protocol: asyncio.Protocol,
    read: bytes,
    *,
    half_closed: bool,
    lost: Callable[[], None],
) -> None:
    """Let `protocol` go on as if the connection had been its own from the beginning.

    Args:
        transport: the connection; its present protocol hears of it no more.
        protocol: fresh.
        read: what arrived of the request at hand and after it, byte for byte.
        half_closed: the sender has ended its half.
        lost: called when the connection has ended.
    """
    watched = _Watched(protocol, lost)
    transport.set_protocol(watched)
    watched.connection_made(transport)
    watched.data_received(read)
    if half_closed and not watched.eof_received():
        transport.close()
