"""Addresses as an operator writes them: the relay's domain, where it listens, how senders see it."""

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from relay_server.errors import RelayError
from relay_server.labels import is_label

_HOST_AND_PORT = re.compile(r"(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<host>[a-z0-9._-]*)):(?P<port>\d{1,5})", re.ASCII)
LONGEST_DOMAIN = 253 - 64
"""A host name has at most 253 characters (RFC 1035 section 2.3.4), and an endpoint's name comes before the domain."""
LAST_PORT = 65535
DEFAULT_PORTS = {"https": 443, "http": 80}


class BadAddress(RelayError):  # noqa: N818 - a noun as good as error
    """Text that is no such address; says what one looks like."""


class Domain(str):
    """The relay's own host name, in lower case; endpoints are one label below it."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Check a domain.

        Raises:
            BadAddress: it is a URL, an address, or has a label that no host name can have.
        """
        name = text.strip().lower().removesuffix(".")
        if "/" in name or ":" in name:
            raise BadAddress(f"{text!r} is no host name: write it without https:// and port, such as relay.example.com")
        if not name.isascii():
            hint = name.encode("idna").decode() if _encodes(name) else "its xn-- form"
            raise BadAddress(f"{text!r} is no host name as DNS has it: write {hint}")
        if re.fullmatch(r"[\d.]+", name):
            raise BadAddress(
                f"{text!r} is an address, below which there are no names: give a host name that leads to it; "
                "to try it out on this machine use demo.localhost"
            )
        if len(name) > LONGEST_DOMAIN or not all(is_label(label) for label in name.split(".")):
            raise BadAddress(
                f"{text!r} is no host name: labels have letters, digits and inner hyphens, such as relay.example.com"
            )
        return cls(name)

    @property
    def local(self) -> bool:
        """True for names that mean this machine wherever they are asked for (RFC 6761 section 6.3)."""
        return self == "localhost" or self.endswith(".localhost")


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Where to accept connections."""

    host: str
    """Empty: every address of this machine, IPv4 and IPv6."""
    port: int
    """0: any free one."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `443`, `:443`, `127.0.0.1:8443`, `[::1]:8443` or `name:8443`.

        Raises:
            BadAddress: it is none of them.
        """
        stripped = text.strip().lower()
        match = _HOST_AND_PORT.fullmatch(f":{stripped}" if stripped.isdecimal() else stripped)
        if match is None or int(match["port"]) > LAST_PORT:
            raise BadAddress(
                f"{text!r} is no address to listen on: write a port from 0 to {LAST_PORT} or an address and a port, "
                "such as 443, 127.0.0.1:8443 or [::1]:8443"
            )
        return cls(match["v6"] or match["host"] or "", int(match["port"]))

    @property
    def hosts(self) -> tuple[str, ...]:
        """The addresses to bind."""
        return (self.host,) if self.host else ("0.0.0.0", "::")

    def __str__(self) -> str:
        return f"{bracketed(self.host)}:{self.port}" if self.host else str(self.port)


@dataclass(frozen=True, slots=True)
class AdminAddress:
    """Where the operator's commands reach the running relay: a Unix socket, loopback TCP, or nowhere."""

    path: Path | None = None
    tcp: ListenAddress | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `off`, a path with a `/` in it, or a loopback address with its port.

        Raises:
            BadAddress: it is none of them, or others could reach it.
        """
        if text.strip().lower() == "off":
            return cls()
        if "/" in text:
            return cls(path=Path(text).expanduser())
        address = ListenAddress.parse(text)
        if not loopback(address.host):
            raise BadAddress(
                f"{text!r} could be reached from elsewhere, and whoever reaches it needs no password: "
                "use 127.0.0.1:PORT, or the path of a Unix socket"
            )
        return cls(tcp=address)

    def __str__(self) -> str:
        return str(self.path or self.tcp or "off")


@dataclass(frozen=True, slots=True)
class PublicUrl:
    """How senders see the relay, where that is not how it listens: behind a proxy or a forwarded port."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `https://relay.example.com` or `http://relay.example.com:8080`.

        Raises:
            BadAddress: it is no such URL, or has a path.
        """
        try:
            parts = urlsplit(text.strip())
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        plain = parts.path in ("", "/") and not parts.query and not parts.fragment and "@" not in parts.netloc
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname or not plain:
            raise BadAddress(f"{text!r} is no URL of a relay: write it as https://relay.example.com, without a path")
        return cls(parts.scheme, Domain.parse(parts.hostname), port or DEFAULT_PORTS[parts.scheme])

    def __str__(self) -> str:
        return url(self.scheme, self.host, self.port)


class Network:
    """A range of addresses, `10.0.0.0/8` or a single one."""

    __slots__ = ("network",)

    def __init__(self, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> None:
        self.network = network

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a range in CIDR form.

        Raises:
            BadAddress: it is none.
        """
        try:
            return cls(ipaddress.ip_network(text.strip()))
        except ValueError as error:
            raise BadAddress(
                f"{text!r} is no range of addresses ({error}): write one such as 10.0.0.0/8 or 127.0.0.1"
            ) from error

    def __str__(self) -> str:
        return str(self.network)


def url(scheme: str, host: str, port: int) -> str:
    """Write a URL, the port only where it is not the scheme's own."""
    return f"{scheme}://{host}" + ("" if DEFAULT_PORTS.get(scheme) == port else f":{port}")


def bracketed(host: str) -> str:
    """Write an address as it stands before a port."""
    return f"[{host}]" if ":" in host else host


def loopback(host: str) -> bool:
    """Say whether only this machine reaches what listens on `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _encodes(name: str) -> bool:
    try:
        name.encode("idna")
    except UnicodeError:
        return False
    return True
