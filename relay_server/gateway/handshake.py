"""A TLS connection of the public door, counted from the moment it is accepted.

The loops' own TLS servers tell of a connection when its handshake is done, so whoever never begins one would be counted
nowhere. Here the loop's TLS protocol itself is told first: it is the protocol of the TCP connection, and a plain server
makes it. That costs a handshake nothing; `loop.start_tls` would cost a task for each.
"""

import asyncio
import asyncio.sslproto
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from relay_server.gateway.connection import Connection
from relay_server.senders import address_of, is_within

if TYPE_CHECKING:
    from relay_server.gateway.door import Door


class _Counting:
    """Stands before a loop's TLS protocol, and is told what becomes of the TCP connection."""

    _door: "Door"
    _address: str
    _trusted: bool

    @property
    def _above(self) -> Any:
        """The TLS protocol that this stands before: which one, the loop decides."""
        return super()

    def __init__(self, door: "Door", scheme: str, context: ssl.SSLContext) -> None:
        self._door = door
        patience = door.settings.patience
        self._above.__init__(
            asyncio.get_running_loop(),
            Connection(door, scheme, counted=True),
            context,
            None,
            server_side=True,
            ssl_handshake_timeout=patience.handshake,
            ssl_shutdown_timeout=patience.linger,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the handshake, unless there are too many connections: it is what costs most of one."""
        door = self._door
        address = self._address = address_of(transport.get_extra_info("peername"))
        self._trusted = is_within(address, door.settings.trusted_proxies)
        failure = door.connections.admit(address, trusted=self._trusted)
        if failure is None and not door.closed:
            self._above.connection_made(transport)
            return
        if failure is not None:
            door.sparing.warning("connection.refused", failure=failure, remote=address)
        cast("asyncio.Transport", transport).abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count one less."""
        self._door.connections.release(self._address, trusted=self._trusted)
        self._above.connection_lost(exc)


def handshakes(door: "Door", scheme: str, context: ssl.SSLContext) -> Callable[[], asyncio.BaseProtocol]:
    """Give what makes the protocol of an accepted TCP connection.

    Args:
        door: what the connections share.
        scheme: what their senders use, as far as this end can see.
        context: the relay's certificate.
    """
    kind = type("Handshake", (_Counting, _spoken_by(asyncio.get_running_loop())), {})
    return lambda: cast("asyncio.BaseProtocol", kind(door, scheme, context))


def _spoken_by(loop: asyncio.AbstractEventLoop) -> type[Any]:
    """Give the protocol that `loop` speaks TLS with."""
    if type(loop).__module__.partition(".")[0] != "uvloop":
        return asyncio.sslproto.SSLProtocol
    from uvloop import loop as loops  # noqa: PLC0415 - it does not install everywhere

    return cast("type[Any]", vars(loops)["SSLProtocol"])
