"""What scripts for ngrok's agent ask a tunnel to be, read into a plan; what would change its meaning is refused."""

import re
from typing import Any
from urllib.parse import urlsplit

import msgspec

from client.origin.address import OriginAddress
from client.plan import TunnelPlan
from shared.errors import TunnelError

_PLACES = ("subdomain", "hostname", "domain", "url")
_UNDERSTOOD = frozenset(
    ("addr", "name", "proto", "host_header", "pooling_enabled", "upstream", "verify_upstream_tls", *_PLACES)
)
HARMLESS = frozenset(
    ("bind_tls", "inspect", "schemes", "metadata", "description", "type", "bindings", "crt", "key", "region")
)
"""They name what is so anyway, or what nobody but ngrok's servers would do something with."""

_ANYWHERE = ("http://", "https://")
"""A URL without a host: the relay chooses."""

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII | re.IGNORECASE)
"""One label of a host name (RFC 1123 section 2.1), as the relay grants it."""

_PROTOCOLS = ("http", "https", "")


class TunnelRefused(TunnelError):  # noqa: N818 - reads as the sentence it is
    """A tunnel that cannot be opened as asked; says why."""


class Upstream(msgspec.Struct, frozen=True):
    """Where an endpoint's deliveries go."""

    url: str | int
    protocol: str = ""
    proxy_protocol: str = ""


class Asked(msgspec.Struct, frozen=True, omit_defaults=True):
    """A tunnel as it is asked for. Beside these, options that make no difference here are taken."""

    addr: str | int = ""
    """The app: `3000`, `host:3000`, `https://…`."""
    name: str = ""
    """What the script calls it."""
    proto: str = "http"
    subdomain: str = ""
    hostname: str = ""
    domain: str = ""
    url: str = ""
    """The public URL; like `domain`, `hostname` and `subdomain` it names the endpoint. Without: the relay chooses."""
    host_header: str = ""
    pooling_enabled: bool = False
    verify_upstream_tls: bool = True
    upstream: Upstream | None = None


def read(body: bytes) -> Asked:
    """Read a request's body.

    Raises:
        TunnelRefused: an option is set that cannot be honoured.
        DecodeError: the body does not fit.
    """
    options = msgspec.json.decode(body, type=dict[str, Any])
    for name, value in options.items():
        if name not in _UNDERSTOOD and name not in HARMLESS and value not in (None, "", [], {}, False):
            raise TunnelRefused(
                f"the option {name!a} is not known here: a tunnel without it would not be what you want"
            )
    return msgspec.convert({name: options[name] for name in options if name in _UNDERSTOOD}, Asked, strict=False)


def address(asked: Asked) -> OriginAddress:
    """Give the app's address.

    Raises:
        BadAddress: it is none.
    """
    alone = None if asked.addr == "" else OriginAddress.parse(str(asked.addr))
    if asked.upstream is not None:
        return OriginAddress.parse(str(asked.upstream.url))
    return alone or OriginAddress.parse("")


def plan(asked: Asked, relay: str) -> TunnelPlan:
    """Give the plan of the tunnel.

    Args:
        asked: what is asked for.
        relay: the relay's URL: a public URL elsewhere cannot be had from it.

    Raises:
        TunnelRefused: it cannot be as asked.
        BadAddress: the app's address is none.
    """
    protocol = asked.url.partition("://")[0] if "://" in asked.url else asked.proto
    if protocol not in _PROTOCOLS:
        raise TunnelRefused(f"tunnels carry http and https, not {protocol!a}")
    name = next((endpoint_name(place, relay) for place in _places(asked) if place), "")
    if name and not _LABEL.fullmatch(name):
        raise TunnelRefused(f"no endpoint can be called {name!a}: a to z, 0 to 9 and hyphens between, 63 at most")
    return TunnelPlan(
        name=name,
        address=address(asked),
        pool=asked.pooling_enabled,
        host_header=asked.host_header or "rewrite",
        insecure_origin=not asked.verify_upstream_tls,
        label=asked.name,
    )


def _places(asked: Asked) -> tuple[str, ...]:
    return (asked.subdomain, asked.hostname, asked.domain, asked.url)


def endpoint_name(place: str, relay: str) -> str:
    """Give the endpoint that `NAME`, `NAME.relay.example.com`, a URL of it, or `…/t/NAME` means.

    Raises:
        TunnelRefused: it is at another place than the relay.
    """
    if place in _ANYWHERE:
        return ""
    if "." not in place and "/" not in place:
        return place
    try:
        url = urlsplit(place if "://" in place else f"https://{place}")
        host, here = (url.hostname or "").lower(), (urlsplit(relay).hostname or "").lower()
    except ValueError:
        raise TunnelRefused(f"{place!a} is no public URL") from None
    if host == here and url.path.startswith("/t/"):
        return url.path.split("/")[2]
    name = host.removesuffix(f".{here}")
    if name == host or "." in name:
        raise TunnelRefused(f"{place!a} is not at the relay: it serves https://NAME.{here}; give NAME alone, or none")
    return name
