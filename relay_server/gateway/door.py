"""What all connections of the public door share."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relay_server.gateway.connections import Connections
from relay_server.gateway.deadlines import Deadlines
from relay_server.gateway.settings import GatewaySettings
from relay_server.routes import Routes
from relay_server.shares import Shares
from shared.ids import NewId
from shared.logs import Log, Sparing

if TYPE_CHECKING:
    from relay_server.gateway.connection import Connection


@dataclass(slots=True, kw_only=True)
class Door:
    """The door's collaborators, and whether it is about to close."""

    routes: Routes
    own_host: Callable[[], asyncio.Protocol]
    clock: Callable[[], float]
    new_id: NewId
    settings: GatewaySettings
    deadlines: Deadlines
    connections: Connections
    uploads: Shares
    """Exchanges whose request is still coming: whoever sends slowly holds one of the link's for long."""
    tasks: asyncio.TaskGroup
    log: Log
    sparing: Sparing
    """For what senders can cause at will: the log must not be theirs to flood."""
    draining: bool = False
    """Connections are no longer kept after their answer."""
    overloaded: bool = False
    """New exchanges are refused; those that run go on."""
    closed: bool = False
    """Whoever comes now is too late."""
    open: set["Connection"] = field(default_factory=set)
    """The connections."""
    exchanges: int = 0
    """How many exchanges run."""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when an exchange began or ended, or a connection did; looked at while draining only."""

    def began(self) -> None:
        """Count one more exchange."""
        self.exchanges += 1
        if self.draining:
            self.news.set()

    def ended(self) -> None:
        """Count one less."""
        self.exchanges -= 1
        if self.draining:
            self.news.set()
