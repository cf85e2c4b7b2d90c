"""Finds the endpoint that a request is for: by its host, or by `/t/NAME` on the relay's own host."""

import re

import msgspec

from relay_server.addresses import DEFAULT_PORTS
from relay_server.labels import is_label
from shared.exchange import Handler

_IP_V4 = re.compile(rb"\d{1,3}(?:\.\d{1,3}){3}")

_PATH_PREFIX = b"/t/"


class RouteMatch(msgspec.Struct, frozen=True):
    """The endpoint that a request is for, and the request as that endpoint sees it."""

    endpoint_name: str
    handler: Handler
    target: bytes
    """As received, without `/t/NAME` where the endpoint was named by path; begins with `/`, or is `*`."""
    public_url: str
    """Scheme, authority as sent, and `/t/NAME` where the endpoint was named by path."""


class OwnHost(msgspec.Struct, frozen=True):
    """Says that a request is for the relay itself."""


_OWN_HOST = OwnHost()


class _Route(msgspec.Struct, frozen=True):
    name: str
    handler: Handler
    public_url: str


class Routes:
    """What the public door serves: names under one domain, each with the handler of its endpoint."""

    def __init__(self, *, domain: str, scheme: str, port: int) -> None:
        """Begin without endpoints.

        Args:
            domain: the relay's own host name; endpoints are one label below it.
            scheme: `https` or `http`, as senders see it.
            port: as senders see it.
        """
        self._domain = domain.lower().rstrip(".").encode("ascii")
        self._below = b"." + self._domain
        self._scheme = scheme
        self._port = "" if port == DEFAULT_PORTS.get(scheme) else f":{port}"
        self._handlers: dict[str, Handler] = {}
        self._authorities: dict[bytes, _Route] = {}
        """The spellings of `Host` that senders normally use: one look-up finds the route, grammar included."""

    @property
    def scheme(self) -> str:
        """`https` or `http`, as senders see it."""
        return self._scheme

    @property
    def domain(self) -> bytes:
        """The relay's own host name, in lower case."""
        return self._domain

    def add(self, name: str, handler: Handler) -> None:
        """Serve `name` with `handler` from now on.

        Raises:
            ValueError: `name` is not a DNS label in lower case.
        """
        if not is_label(name):
            raise ValueError(f"{name!r} is not a DNS label in lower case")
        self._handlers[name] = handler
        for authority in self._spellings(name):
            route = _Route(name=name, handler=handler, public_url=f"{self._scheme}://{authority}")
            self._authorities[authority.encode("ascii")] = route

    def remove(self, name: str) -> None:
        """Serve `name` no more; unknown names are ignored."""
        self._handlers.pop(name, None)
        for authority in self._spellings(name):
            self._authorities.pop(authority.encode("ascii"), None)

    def get(self, name: str) -> Handler | None:
        """Give what serves `name`, or None."""
        return self._handlers.get(name)

    def match(self, host: bytes, target: bytes) -> RouteMatch | OwnHost | None:
        """Find what a request is for.

        Args:
            host: the authority it names, as sent: letter case, port and a final dot do not matter.
            target: in origin form or `*`, as received.

        Returns:
            The endpoint; or that it is for the relay itself, which an IP address means as much as its domain, for
            trials before there is a name in DNS; or None: there is no such endpoint here.
        """
        route = self._authorities.get(host)
        if route is not None:
            return RouteMatch(route.name, route.handler, target, route.public_url)
        name = hostname(host)
        if name == self._domain or _is_address(name):
            return self._match_path(host, target) if target.startswith(_PATH_PREFIX) else _OWN_HOST
        if name.endswith(self._below):
            return self._found(name.removesuffix(self._below), target, f"{self._scheme}://{_text(host)}")
        return None

    def serves(self, host: bytes) -> bool:
        """Tell whether `host` is the relay's domain or below it, or an address, known endpoint or not."""
        name = hostname(host)
        return name == self._domain or name.endswith(self._below) or _is_address(name)

    def public_urls(self, name: str) -> tuple[str, ...]:
        """Give the URLs under which senders reach `name`: by host, and by path where there is no wildcard DNS."""
        domain = self._domain.decode("ascii")
        return (
            f"{self._scheme}://{name}.{domain}{self._port}",
            f"{self._scheme}://{domain}{self._port}/t/{name}",
        )

    def _spellings(self, name: str) -> tuple[str, ...]:
        plain = f"{name}.{self._domain.decode('ascii')}"
        return (plain, plain + self._port) if self._port else (plain,)

    def _match_path(self, host: bytes, target: bytes) -> RouteMatch | None:
        end = _end_of_segment(target, len(_PATH_PREFIX))
        name, rest = target[len(_PATH_PREFIX) : end], target[end:]
        public_url = f"{self._scheme}://{_text(host)}{_text(target[:end])}"
        return self._found(name.lower(), rest if rest.startswith(b"/") else b"/" + rest, public_url)

    def _found(self, name: bytes, target: bytes, public_url: str) -> RouteMatch | None:
        handler = self._handlers.get(_text(name))
        return None if handler is None else RouteMatch(_text(name), handler, target, public_url)


def hostname(authority: bytes) -> bytes:
    """Give the host of `authority` in lower case, without port and final dot."""
    host, colon, port = authority.rpartition(b":")
    if not colon or port.endswith(b"]"):
        host = authority
    return host.removesuffix(b".").lower()


def _is_address(host: bytes) -> bool:
    """Say whether `host` is an IP address: digits and dots (RFC 3986 section 3.2.2), or in brackets."""
    return _IP_V4.fullmatch(host) is not None or (host.startswith(b"[") and host.endswith(b"]"))


def _end_of_segment(target: bytes, start: int) -> int:
    for position in range(start, len(target)):
        if target[position] in b"/?#":
            return position
    return len(target)


def _text(octets: bytes) -> str:
    return octets.decode("ascii", "replace")
