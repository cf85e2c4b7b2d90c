"""Says to the app who sent a request, over what, and to which host.

Senders cannot say it themselves: their forwarding fields are dropped, unless they are proxies that are trusted.
"""

import re

from relay_server.senders import Networks, first_untrusted, is_within
from shared.errors import Failure
from shared.http.heads import Fields

FieldList = list[tuple[bytes, bytes]]

MOST_HOPS = 8
"""A request that has passed relays more often goes in circles; a developer who sends a captured one again adds one."""

_HOPS = re.compile(rb"by=_hookline-([0-9]{1,3})")
_SCHEMES = (b"http", b"https")
_FOR, _PROTO, _HOST, _FORWARDED = b"X-Forwarded-For", b"X-Forwarded-Proto", b"X-Forwarded-Host", b"Forwarded"


class Circular(Exception):  # noqa: N818 - says what the request is
    """A request that passes relays again and again."""

    failure = Failure.LOOP


class Forwarder:
    """Makes the forwarding fields of one connection's requests."""

    __slots__ = ("_host", "_known", "_peer", "_scheme", "_trusted", "remote", "scheme")

    def __init__(self, *, peer: str, scheme: str, trusted: Networks) -> None:
        """Begin a connection.

        Args:
            peer: its other end's address.
            scheme: `https` where it is encrypted, else `http`.
            trusted: the networks of proxies that are believed.
        """
        self._peer = peer
        self._scheme = scheme
        self._trusted = trusted if is_within(peer, trusted) else ()
        self._host = b""
        self._known: Fields = ()
        self.remote = peer
        """The address of the last request's sender, as far as it is known for sure."""
        self.scheme = scheme
        """What the last request's sender used."""

    @property
    def trusts_peer(self) -> bool:
        """The other end is a proxy that is believed."""
        return bool(self._trusted)

    def fields(self, came_with: FieldList, host: bytes) -> Fields:
        """Give the fields to add to a request.

        Args:
            came_with: its own forwarding fields.
            host: the authority it is for.

        Raises:
            Circular: it goes in circles.
        """
        if not came_with and host == self._host:
            return self._known
        hops = 1 + _hops(came_with)
        if hops > MOST_HOPS:
            raise Circular
        if self._trusted:
            return self._passed_on(came_with, host, hops)
        fields = self._own(host, hops)
        if hops == 1:
            self._host, self._known = host, fields
        return fields

    def _own(self, host: bytes, hops: int) -> Fields:
        scheme = self._scheme.encode("ascii")
        return (
            (_FOR, self._peer.encode("ascii")),
            (_PROTO, scheme),
            (_HOST, host),
            (_FORWARDED, _element(self._peer, scheme, host, hops)),
        )

    def _passed_on(self, came_with: FieldList, host: bytes, hops: int) -> Fields:
        own = {name.lower(): (name, value) for name, value in self._own(host, hops)}
        chain = _joined(came_with, _FOR)
        self.remote = first_untrusted(self._peer, chain, self._trusted)
        proto = _joined(came_with, _PROTO).split(b",")[0].strip().lower()
        self.scheme = proto.decode("ascii") if proto in _SCHEMES else self._scheme
        merged = {_FOR.lower(), _FORWARDED.lower()}
        kept = [field for field in came_with if field[0].lower() not in merged]
        present = {name.lower() for name, _ in kept}
        added = [field for key, field in own.items() if key not in present and key not in merged]
        lists = [(name, _appended(_joined(came_with, name), own[name.lower()][1])) for name in (_FOR, _FORWARDED)]
        return (*kept, *lists, *added)


def _joined(fields: FieldList, name: bytes) -> bytes:
    return b", ".join(value for key, value in fields if key.lower() == name.lower())


def _appended(values: bytes, value: bytes) -> bytes:
    return values + b", " + value if values else value


def _hops(fields: FieldList) -> int:
    found = _HOPS.findall(_joined(fields, _FORWARDED)) if fields else ()
    return max((int(count) for count in found), default=0)


def _element(peer: str, scheme: bytes, host: bytes, hops: int) -> bytes:
    """Write one element of `Forwarded` (RFC 7239 section 4); colons must be quoted."""
    node = f'"[{peer}]"' if ":" in peer else peer
    name = b'"' + host + b'"' if b":" in host else host
    return b"for=%b;host=%b;proto=%b;by=_hookline-%d" % (node.encode("ascii"), name, scheme, hops)
