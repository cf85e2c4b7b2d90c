"""The life of a stream as one table (as RFC 9113 section 5.1)."""

from enum import IntEnum

from shared.errors import ProtocolError


class Moment(IntEnum):
    """What happens to one direction of a stream."""

    HEAD = 0
    DATA = 1
    END = 2


class Half(IntEnum):
    """How far one direction of a stream has come."""

    IDLE = 0
    """Nothing yet: its head is due."""
    OPEN = 1
    """The head has passed; content may follow."""
    CLOSED = 2
    """END_STREAM has passed."""


_NEXT: tuple[tuple[Half | None, Half | None, Half | None], ...] = (
    (Half.OPEN, None, None),
    (None, Half.OPEN, Half.CLOSED),
    (None, None, None),
)
"""By half and moment, every transition there is: what is missing is an error of whoever sent it."""


def after(half: Half, moment: Moment) -> Half:
    """Give the state after `moment`.

    Raises:
        ProtocolError: the table does not allow it.
    """
    found = _NEXT[half][moment]
    if found is None:
        raise ProtocolError(f"{moment.name} while {half.name}")
    return found
