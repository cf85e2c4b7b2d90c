"""Who a sender is, and as what it is counted."""

from ipaddress import ip_network

import pytest

from relay_server.senders import address_of, counted_as, first_untrusted


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:c000:201", "192.0.2.1"),
        ("2001:db8::1", "20010db800000000::"),
        ("2001:db8::ffff", "20010db800000000::"),
        ("", ""),
    ],
)
def test_counted_as(address: str, counted: str) -> None:
    """An address of IPv4 counts alone, one of IPv6 with its network."""
    assert counted_as(address) == counted


@pytest.mark.parametrize(
    ("peer", "chain", "sender"),
    [
        ("192.0.2.1", b"198.51.100.1", "192.0.2.1"),
        ("10.0.0.1", b"203.0.113.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", b"198.51.100.1, nonsense", "10.0.0.1"),
        ("10.0.0.1", b"", "10.0.0.1"),
    ],
)
def test_first_untrusted(peer: str, chain: bytes, sender: str) -> None:
    """A chain is believed as far back as trusted proxies wrote it, and not at all from others."""
    assert first_untrusted(peer, chain, (ip_network("10.0.0.0/8"),)) == sender


def test_address_of_a_peer() -> None:
    """IPv4 that comes over a socket of IPv6 is IPv4; a peer without an address has none."""
    peers = [("192.0.2.1", 1), ("::ffff:192.0.2.1", 1, 0, 0), ("2001:db8::1", 1, 0, 0), "", None]
    assert [address_of(peer) for peer in peers] == ["192.0.2.1", "192.0.2.1", "2001:db8::1", "", ""]
