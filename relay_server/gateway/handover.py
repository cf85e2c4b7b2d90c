"""Hands a connection for the relay's own host over to another protocol, with everything that was read."""

import asyncio


def hand_over(transport: asyncio.Transport, protocol: asyncio.Protocol, read: bytes, *, half_closed: bool) -> None:
    """Let `protocol` go on as if the connection had been its own from the beginning.

    Args:
        transport: the connection; its present protocol hears of it no more.
        protocol: fresh.
        read: what arrived of the request at hand and after it, byte for byte.
        half_closed: the sender has ended its half.
    """
    transport.set_protocol(protocol)
    protocol.connection_made(transport)
    protocol.data_received(read)
    if half_closed and not protocol.eof_received():
        transport.close()
