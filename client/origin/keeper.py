"""Where connections are between exchanges, as they see it."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from client.origin.connection import Connection


class Keeper(Protocol):
    """Whom a connection tells what becomes of it."""

    def give(self, connection: "Connection") -> None:
        """Take a connection that is ready for another exchange."""

    def lost(self, connection: "Connection") -> None:
        """Learn that a connection is gone."""
