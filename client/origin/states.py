"""What a connection to the app is doing."""

from enum import Enum, auto


class State(Enum):
    """IDLE -> WAITING -> ANSWERING -> IDLE again or CLOSED; WAITING -> IDLE where the whole answer came at once."""

    IDLE = auto()
    WAITING = auto()
    """A request is on its way, and no final head has come."""
    ANSWERING = auto()
    """The head was given out; content is coming, or the upload is still running."""
    RAW = auto()
    """It became another protocol; only CLOSED comes after that."""
    CLOSED = auto()
