"""A certificate in two files that somebody else renews, such as certbot."""

import ssl
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from relay_server.tls.pair import Pair, load_pair

_State = tuple[tuple[int, int, int] | None, ...]


class CertificateFiles:
    """A `Source` that reads its files again when they have changed."""

    authority: Path | None = None
    """None: a certificate that one orders is signed by an authority that clients know."""

    def __init__(self, certificate: Path, key: Path, *, now: Callable[[], datetime]) -> None:
        self._certificate = certificate
        self._key = key
        self._now = now
        self._loaded: _State = ()

    def load(self) -> Pair | None:
        """As `Source.load`. Files that failed are tried again each time: a renewal writes one after the other."""
        state = tuple(_state(path) for path in (self._certificate, self._key))
        if state == self._loaded:
            return None
        pair = load_pair(self._certificate, self._key, now=self._now())
        self._loaded = state
        return pair

    def context_for(self, name: str) -> ssl.SSLContext | None:  # noqa: ARG002 - a Source is asked by name
        """As `Source.context_for`: there is one certificate for all names."""
        return None


def _state(path: Path) -> tuple[int, int, int] | None:
    """Give what changes when a file, or the link that leads to it, is replaced."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
