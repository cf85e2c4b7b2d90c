"""The public door: listens, and lets each connection's requests be answered by the endpoints' handlers."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import astuple

from relay_server.gateway.connection import Connection
from relay_server.gateway.connections import Connections
from relay_server.gateway.deadlines import Deadlines
from relay_server.gateway.door import Door
from relay_server.gateway.settings import GatewaySettings
from relay_server.routes import Routes
from shared.ids import NewId
from shared.logs import Log, Sparing

_LOG = Log("relay.gateway")
_SPARING_SECONDS = 10.0
_PROBE_AFTER_SECONDS = 30
_PROBE_EVERY_SECONDS = 15
_PROBES = 4
LINGER_SECONDS = 1.0
"""While draining: a sender that uses its connection at all has sent its next request by then."""


class Gateway:
    """Everything between the internet and the endpoints."""

    def __init__(
        self,
        *,
        routes: Routes,
        own_host: Callable[[], asyncio.Protocol],
        clock: Callable[[], float],
        new_id: NewId,
        settings: GatewaySettings,
    ) -> None:
        """Begin without a listener.

        Args:
            routes: finds what a request is for.
            own_host: makes a protocol for a connection whose request is for the relay itself.
            clock: Unix seconds.
            new_id: makes the deliveries' identifiers.
            settings: what senders may do.
        """
        self._routes = routes
        self._own_host = own_host
        self._clock = clock
        self._new_id = new_id
        self._settings = settings
        self._door: Door | None = None
        self._servers: list[asyncio.Server] = []

    @property
    def connections(self) -> int:
        """How many public connections are open."""
        return self._door.connections.open if self._door is not None else 0

    @property
    def exchanges(self) -> int:
        """How many exchanges run."""
        return self._door.exchanges if self._door is not None else 0

    async def listen(
        self,
        host: str,
        port: int,
        *,
        tls: ssl.SSLContext | None,
        scheme: str | None = None,
        listening: socket.socket | None = None,
    ) -> int:
        """Serve on one more address. The task that calls this first must be the one that calls `close`.

        Args:
            host: an address of this machine.
            port: 0: any free one.
            tls: None: plain.
            scheme: what senders use for this address; None: `https` with TLS, else what `routes` says.
            listening: a socket that listens already, instead of `host` and `port`.

        Returns:
            The port.

        Raises:
            OSError: the address cannot be listened on.
        """
        door = await self._open_door()
        used = scheme or ("https" if tls is not None else self._routes.scheme)
        sock = listening if listening is not None else _bound(host, port)
        patience, secure = self._settings.patience, tls is not None
        server = await asyncio.get_running_loop().create_server(
            lambda: Connection(door, used),
            sock=sock,
            backlog=self._settings.backlog,
            ssl=tls,
            ssl_handshake_timeout=patience.handshake if secure else None,
            ssl_shutdown_timeout=patience.linger if secure else None,
        )
        self._servers.append(server)
        bound: int = sock.getsockname()[1]
        return bound

    async def drain(self, seconds: float) -> None:
        """Take no new connections, and let what runs finish: until nothing runs, or for `seconds`.

        Connections that are kept serve what their senders still send, and end with that answer; who sends nothing
        for a moment after the last answer loses an idle connection, as with any server. What runs when the time is
        over is refused.
        """
        for server in self._servers:
            server.close()
        door = self._door
        if door is None:
            return
        door.draining = True
        try:
            async with asyncio.timeout(seconds):
                await self._quiet(door)
        except TimeoutError:
            for connection in list(door.open):
                connection.drained_away()

    async def _quiet(self, door: Door) -> None:
        """Wait until no exchange has run for LINGER_SECONDS, or no connection is left on which one could."""
        while door.exchanges or door.open:
            door.news.clear()
            if door.exchanges:
                await door.news.wait()
                continue
            try:
                async with asyncio.timeout(LINGER_SECONDS):
                    await door.news.wait()
            except TimeoutError:
                return

    async def close(self) -> None:
        """End everything at once: what runs is aborted, and its task has ended when this returns."""
        for server in self._servers:
            server.close()
        self._servers.clear()
        door, self._door = self._door, None
        if door is None:
            return
        door.closed = True
        for connection in list(door.open):
            connection.shut()
        await door.tasks.__aexit__(None, None, None)
        door.deadlines.close()

    async def _open_door(self) -> Door:
        if self._door is None:
            loop, settings = asyncio.get_running_loop(), self._settings
            tasks = asyncio.TaskGroup()
            await tasks.__aenter__()
            self._door = Door(
                routes=self._routes,
                own_host=self._own_host,
                clock=self._clock,
                new_id=self._new_id,
                settings=settings,
                deadlines=Deadlines(loop, astuple(settings.patience)),
                connections=Connections(most=settings.connections, most_per_address=settings.connections_per_address),
                tasks=tasks,
                log=_LOG,
                sparing=Sparing(_LOG, every_seconds=_SPARING_SECONDS, clock=loop.time),
            )
        return self._door


def _bound(host: str, port: int) -> socket.socket:
    """Give a bound socket; what is accepted from it inherits its options, which saves setting them each time."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if hasattr(socket, "TCP_KEEPIDLE"):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _PROBE_AFTER_SECONDS)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _PROBE_EVERY_SECONDS)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, _PROBES)
        sock.setblocking(False)
        sock.bind((host, port))
    except BaseException:
        sock.close()
        raise
    return sock
