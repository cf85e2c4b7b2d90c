"""Who a sender is, as far as an address tells: behind proxies that are trusted, and as what it is counted."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

Networks = Sequence[IPv4Network | IPv6Network]

_NETWORK_BITS = 64
"""Of an IPv6 address: the rest is its host's to choose, so that counting whole addresses would bound nothing."""


def address_of(peer: object) -> str:
    """Give the address of a socket's peer; IPv4 stays IPv4 where a socket of IPv6 serves both."""
    return str(peer[0]).removeprefix("::ffff:") if isinstance(peer, tuple) else ""


def counted_as(address: str) -> str:
    """Give what an address is counted as: itself, or of IPv6 its network."""
    if ":" not in address:
        return address
    parsed = IPv6Address(address)
    return str(parsed.ipv4_mapped or f"{int(parsed) >> _NETWORK_BITS:x}::")


def first_untrusted(peer: str, chain: bytes, trusted: Networks) -> str:
    """Give the address of a request's sender, as far as it is known for sure.

    Args:
        peer: the connection's other end.
        chain: the request's `X-Forwarded-For`; believed as far back as trusted proxies wrote it.
        trusted: the networks of proxies that are believed.
    """
    if not is_within(peer, trusted):
        return peer
    for entry in reversed(chain.decode("latin-1").split(",")):
        address = _address(entry.strip())
        if address is None:
            break
        if not is_within(address, trusted):
            return address
    return peer


def is_within(address: str, networks: Networks) -> bool:
    """Tell whether `address` belongs to one of `networks`; what is no address belongs to none."""
    if not networks:
        return False
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


def _address(entry: str) -> str | None:
    try:
        return str(ip_address(entry.strip('"').removeprefix("[").removesuffix("]")))
    except ValueError:
        return None
