"""A relay's address as people write it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.errors import TunnelError
from shared.protocol.codes import LINK_PATH

_SCHEMES = {"https": "wss", "http": "ws"}


class BadRelay(TunnelError):  # noqa: N818 - reads as the sentence it is
    """Text that is no relay's address."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"{text!r} is not a relay's address: {why} (for example https://relay.example.com)")


@dataclass(frozen=True, slots=True)
class RelayAddress:
    """Where a relay answers."""

    url: str
    """`https://host[:port]`, without a path."""
    link_url: str
    """Where its WebSocket is."""
    host: str

    @classmethod
    def parse(cls, text: str) -> "RelayAddress":
        """Read `https://relay.example.com`; a bare host name means https.

        Raises:
            BadRelay: it is no URL of a host.
        """
        given = text.strip()
        try:
            parts = urlsplit(given if "://" in given else f"https://{given}")
            port = parts.port
        except ValueError as error:
            raise BadRelay(text, str(error)) from error
        if parts.scheme not in _SCHEMES:
            raise BadRelay(text, f"{parts.scheme} is neither https nor http")
        if not parts.hostname:
            raise BadRelay(text, "it names no host")
        if parts.username or parts.password:
            raise BadRelay(text, "a token does not belong into an address, use `hookline login`")
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise BadRelay(text, "it has a path")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        authority = host if port is None else f"{host}:{port}"
        return cls(
            f"{parts.scheme}://{authority}", f"{_SCHEMES[parts.scheme]}://{authority}{LINK_PATH}", parts.hostname
        )
