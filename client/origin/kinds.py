"""What becomes of a field on its way between relay and app, by its name."""

import re
from typing import Final

from shared.http.fields import HOP_BY_HOP

PLAIN: Final = 0
"""Travels on as it is."""
RESERVED: Final = 1
"""`Hookline-*`: the relay's own, which travels to the app and never from it."""
HOP: Final = 2
"""About one connection only: dropped."""
HOST: Final = 3
LENGTH: Final = 4
CODING: Final = 5
"""`Transfer-Encoding`: dropped, and it decides how an answer is framed."""
CONNECTION: Final = 6
"""Dropped, together with what it nominates."""
KEEP_ALIVE: Final = 7
"""Dropped, and it may say how long the app keeps an unused connection."""
UPGRADE: Final = 8
"""Dropped, and in a 101 it says which protocol was chosen."""

_BY_NAME = {
    b"host": HOST,
    b"content-length": LENGTH,
    b"transfer-encoding": CODING,
    b"connection": CONNECTION,
    b"keep-alive": KEEP_ALIVE,
    b"upgrade": UPGRADE,
}
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""RFC 9110 section 5.6.2."""
_MOST_REMEMBERED = 1024
_MOST_REMEMBERED_BYTES = 64
"""Together they bound what hostile names can make us keep: 64 KiB."""


class Kinds(dict[bytes, int]):
    """Gives the kind of a field by its name as received: `kinds[b"Content-Type"]`, remembered for the next time.

    Raises:
        ValueError: that is no field name (RFC 9110 section 5.1).
    """

    def __missing__(self, name: bytes) -> int:
        kind = _kind(name)
        if len(name) <= _MOST_REMEMBERED_BYTES and len(self) < _MOST_REMEMBERED:
            self[name] = kind
        return kind


def _kind(name: bytes) -> int:
    if _TOKEN.fullmatch(name) is None:
        raise ValueError("a field name is not a token")
    lowered = name.lower()
    known = _BY_NAME.get(lowered)
    if known is not None:
        return known
    if lowered in HOP_BY_HOP:
        return HOP
    return RESERVED if lowered.startswith(b"hookline-") else PLAIN
