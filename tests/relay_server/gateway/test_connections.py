"""The counting of connections."""

from relay_server.gateway.connections import Connections
from shared.errors import Failure


def test_bounds() -> None:
    """Each address has its bound, all together have theirs, and what is released may come again."""
    connections = Connections(most=3, most_per_address=2)
    admitted = [connections.admit(address, trusted=False) for address in ("a", "a", "a", "b")]
    assert admitted == [None, None, Failure.RATE_LIMITED, Failure.RELAY_OVERLOADED]
    for address in ("a", "a", "a", "b"):
        connections.release(address, trusted=False)
    assert connections.open == 0
    assert connections.admit("a", trusted=False) is None


def test_trusted_proxy_stands_for_many() -> None:
    """A trusted proxy's connections are bounded together with all, not as one address."""
    connections = Connections(most=3, most_per_address=1)
    assert [connections.admit("p", trusted=True) for _ in range(4)] == [None, None, None, Failure.RELAY_OVERLOADED]
    connections.release("p", trusted=True)
    assert connections.open == 3


def test_network_of_ipv6_is_one_sender() -> None:
    """Addresses of one IPv6 network of 64 bits count together."""
    connections = Connections(most=9, most_per_address=1)
    admitted = [
        connections.admit(address, trusted=False) for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")
    ]
    assert admitted == [None, Failure.RATE_LIMITED, None]
