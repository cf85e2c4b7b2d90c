"""What a public connection is doing."""

from enum import Enum


class State(Enum):
    """What a connection waits for."""

    HEAD = 0
    """A request."""
    TURN = 1
    """The rest of the request, or the answer."""
    SWITCHED = 2
    """Raw bytes: it has become another protocol."""
    DONE = 3
    """Its end."""
