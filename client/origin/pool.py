"""The connections that are kept between exchanges."""

import asyncio
from collections.abc import Callable

from client.origin.connection import Connection
from shared.errors import ContentBroken, Failure

MOST_KEPT = 64
"""More than the exchanges of a busy tunnel at one time, and few enough for any app."""
TRIAL_SECONDS = 0.05
"""How long a connection must have stood unused to show that the app keeps connections at all."""


class Pool:
    """Keeps unused connections, the latest first, and knows all the others.

    Some apps announce a connection that stays, and close it after each answer. Until a connection was reused with
    success, and after each that died in reuse, the app is on trial: only a connection that has stood for
    `TRIAL_SECONDS` is reused.
    """

    def __init__(self, *, clock: Callable[[], float], most: int = MOST_KEPT) -> None:
        """Keep at most `most` connections; `clock` (Unix seconds) also counts the time that a laptop sleeps."""
        self._clock = clock
        self._most = most
        self._kept: list[Connection] = []
        self._all: set[Connection] = set()
        self._trusted = False
        self._emptied: asyncio.Future[None] | None = None

    @property
    def connections(self) -> int:
        """How many there are, in use or kept."""
        return len(self._all)

    def add(self, connection: Connection) -> None:
        """Know a new connection until it is lost."""
        self._all.add(connection)

    def take(self) -> Connection | None:
        """Give a kept connection that is as good as new, or None."""
        kept = self._kept
        while kept:
            now = self._clock()
            if not self._trusted and 0 <= now - kept[0].since < TRIAL_SECONDS:
                return None
            connection = kept.pop() if self._trusted else kept.pop(0)
            if connection.usable and 0 <= now - connection.since < connection.kept_seconds:
                connection.reused = True
                return connection
            connection.close()
        return None

    def distrust(self) -> None:
        """Learn that a reused connection was dead."""
        self._trusted = False

    def give(self, connection: Connection) -> None:
        """Take back a connection after an exchange."""
        if connection.reused:
            self._trusted = True
        if len(self._kept) >= self._most or self._emptied is not None:
            connection.close()
            return
        connection.since = self._clock()
        self._kept.append(connection)

    def lost(self, connection: Connection) -> None:
        """Forget a connection."""
        self._all.discard(connection)
        if connection in self._kept:
            self._kept.remove(connection)
        if not self._all and self._emptied is not None and not self._emptied.done():
            self._emptied.set_result(None)

    async def close(self) -> None:
        """Break off every exchange, close every connection, and wait until they are gone."""
        self._emptied = asyncio.get_running_loop().create_future()
        if not self._all:
            return
        for connection in tuple(self._kept):
            connection.close()
        for connection in tuple(self._all):
            connection.abort(ContentBroken(Failure.ENDPOINT_LOST, "the client ended"))
        await self._emptied
