"""The public door: listens, and lets each connection's requests be answered by the endpoints' handlers."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import astuple
from functools import partial

from relay_server.gateway.connection import Connection
from relay_server.gateway.connections import Connections
from relay_server.gateway.deadlines import Deadlines
from relay_server.gateway.door import Door
from relay_server.gateway.handshake import handshakes
from relay_server.gateway.settings import GatewaySettings
from relay_server.listening import BACKLOG
from relay_server.routes import Routes
from relay_server.shares import Shares
from shared.ids import NewId
from shared.logs import Log, Sparing

_LOG = Log("relay.gateway")
_SPARING_SECONDS = 10.0
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

    @property
    def overloaded(self) -> bool:
        """Say whether new deliveries are refused because there is too much to do."""
        return self._door is not None and self._door.overloaded

    def overload(self, on: bool) -> None:
        """Refuse new deliveries from now on, or take them again; what runs goes on."""
        if self._door is not None:
            self._door.overloaded = on

    async def listen(self, sock: socket.socket, *, tls: ssl.SSLContext | None, scheme: str | None = None) -> None:
        """Serve one more address. The task that calls this first must be the one that calls `close`.

        Args:
            sock: listens there (see `relay_server.listening`).
            tls: None: plain.
            scheme: what senders use for this address; None: `https` with TLS, else what `routes` says.
        """
        door = await self._open_door()
        used = scheme or ("https" if tls is not None else self._routes.scheme)
        made = partial(Connection, door, used) if tls is None else handshakes(door, used, tls)
        server = await asyncio.get_running_loop().create_server(made, sock=sock, backlog=BACKLOG)
        self._servers.append(server)

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
                uploads=Shares(most=settings.uploads_per_address),
                tasks=tasks,
                log=_LOG,
                sparing=Sparing(_LOG, every_seconds=_SPARING_SECONDS, clock=loop.time),
            )
        return self._door
