"""The app's address as a person writes it."""

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, Self

from shared.errors import TunnelError
from shared.printable import printable_line

_FITS = "write 3000, host:3000, http://host:3000, https://host:3000 or unix:/path/to/socket"

_DEFAULT_PORTS = {"http": 80, "https": 443}
_MOST_PORT = 65_535
_MOST_SHOWN = 60
"""Characters of a wrong address that an error repeats."""
_MOST_UNIX_PATH = 107
"""Bytes that fit `sockaddr_un.sun_path` on Linux with its final zero; macOS has three fewer."""

_NAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?")
"""RFC 1123 section 2.1, with the underscore that container names have."""


class BadAddress(TunnelError):  # noqa: N818 - reads as the sentence it is
    """An address that no app can be reached at; the sentence says what, why, and what fits."""

    def __init__(self, text: str, why: str) -> None:
        shown = text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…"
        super().__init__(f"the address {printable_line(shown)!r} {why}; {_FITS}")


@dataclass(frozen=True, slots=True)
class OriginAddress:
    """Where the app listens: the only place that is ever dialled for it."""

    scheme: Literal["http", "https", "unix"]
    host: str = ""
    """A name or a numeric address without brackets; empty for a Unix socket."""
    port: int = 0
    """0 for a Unix socket."""
    path: str = ""
    """The socket's path; empty unless the scheme is `unix`."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an address as it is typed: `3000`, `:3000`, `host:port`, `http(s)://host[:port]`, `unix:/path`.

        Raises:
            BadAddress: it is none of these.
        """
        written = text.strip()
        if not written:
            raise BadAddress(text, "is empty")
        if written.lower().startswith("unix:"):
            return cls("unix", path=_unix_path(text, written[len("unix:") :]))
        scheme, authority = _split_scheme(text, written)
        host, port = _split_authority(text, authority)
        if port is None:
            if scheme is None:
                raise BadAddress(text, "has no port")
            port = _DEFAULT_PORTS[scheme]
        return cls(scheme or "http", host=_host(text, host or "localhost"), port=port)

    @property
    def url(self) -> str:
        """The address as people read it, such as `http://localhost:3000`."""
        if self.scheme == "unix":
            return f"unix:{self.path}"
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """Host and port as in a URL; the port is left out where it is the scheme's own (RFC 9110 section 4.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS.get(self.scheme) else f"{host}:{self.port}"

    @property
    def host_header(self) -> bytes:
        """The value of `Host` that an app at this address expects; `localhost` for a Unix socket."""
        return b"localhost" if self.scheme == "unix" else self.authority.encode("ascii")

    def is_own(self, ports: Collection[int]) -> bool:
        """Tell whether this is one of the client's own loopback listeners, given their ports."""
        return self.port in ports and _is_loopback(self.host)


def _unix_path(text: str, path: str) -> str:
    if path.startswith("//"):
        path = "/" + path.lstrip("/")
    if not path.startswith("/"):
        raise BadAddress(text, "needs an absolute path to the socket")
    if "\0" in path or len(path.encode("utf-8", "surrogateescape")) > _MOST_UNIX_PATH:
        raise BadAddress(text, f"has a path that no socket can have (at most {_MOST_UNIX_PATH} bytes, no NUL)")
    return path


def _split_scheme(text: str, written: str) -> tuple[Literal["http", "https"] | None, str]:
    scheme, separator, rest = written.partition("://")
    if not separator:
        return None, _authority_alone(text, written)
    lowered = scheme.lower()
    if lowered == "http":
        return "http", _authority_alone(text, rest.removesuffix("/"))
    if lowered == "https":
        return "https", _authority_alone(text, rest.removesuffix("/"))
    raise BadAddress(text, f"has the scheme {printable_line(scheme)!r}, and an app speaks http or https here")


def _authority_alone(text: str, authority: str) -> str:
    if "@" in authority:
        raise BadAddress(text, "holds a user name or password, which a request brings by itself")
    if "/" in authority:
        raise BadAddress(text, "has a path: every request keeps the path it came with, so give host and port alone")
    if "?" in authority or "#" in authority:
        raise BadAddress(text, "has a query or fragment: every request keeps its own, so give host and port alone")
    return authority


def _split_authority(text: str, authority: str) -> tuple[str, int | None]:
    if authority.isascii() and authority.isdigit():
        return "", _port(text, authority)
    if authority.startswith("["):
        host, bracket, rest = authority[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise BadAddress(text, "has an IPv6 address whose brackets do not close before the port")
        return _ipv6(text, host), _port(text, rest[1:]) if rest else None
    if authority.count(":") > 1:
        raise BadAddress(text, "has an IPv6 address without brackets (write [::1]:3000)")
    host, colon, port = authority.partition(":")
    return host, _port(text, port) if colon else None


def _ipv6(text: str, host: str) -> str:
    try:
        return str(ipaddress.IPv6Address(host))
    except ValueError:
        raise BadAddress(text, "has brackets around what is not an IPv6 address") from None


def _port(text: str, digits: str) -> int:
    if not (digits.isascii() and digits.isdigit()) or not 1 <= int(digits[:6]) <= _MOST_PORT:
        raise BadAddress(text, f"has the port {printable_line(digits[:6])!r}, and a port is 1 to {_MOST_PORT}")
    return int(digits)


def _host(text: str, host: str) -> str:
    if ":" in host:
        return host
    if not host.isascii() or _NAME.fullmatch(host) is None:
        raise BadAddress(text, "has a host that is neither a name nor a numeric address")
    return host.lower()


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.removesuffix(".").endswith(".localhost") or host == "localhost.":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return address.is_loopback or address.is_unspecified or (mapped is not None and mapped.is_loopback)
