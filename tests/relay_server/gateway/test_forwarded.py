"""Forwarding fields, by value."""

from ipaddress import ip_network

import pytest

from relay_server.gateway.forwarded import MOST_HOPS, Circular, Forwarder
from relay_server.senders import is_within

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def test_own_fields() -> None:
    """The app learns the sender's address, scheme and host; nothing the sender says about it counts."""
    forwarder = Forwarder(peer="203.0.113.7", scheme="https", trusted=PROXIES)
    expected = (
        (b"X-Forwarded-For", b"203.0.113.7"),
        (b"X-Forwarded-Proto", b"https"),
        (b"X-Forwarded-Host", b"demo.relay.test"),
        (b"Forwarded", b"for=203.0.113.7;host=demo.relay.test;proto=https;by=_hookline-1"),
    )
    lies = [(b"X-Forwarded-For", b"1.1.1.1"), (b"X-Real-IP", b"1.1.1.1"), (b"Forwarded", b"for=1.1.1.1")]
    assert forwarder.fields([], b"demo.relay.test") == expected
    assert forwarder.fields(lies, b"demo.relay.test") == expected
    assert (forwarder.remote, forwarder.scheme, forwarder.trusts_peer) == ("203.0.113.7", "https", False)


def test_colons_are_quoted() -> None:
    """An IPv6 address and a port are quoted in `Forwarded`."""
    forwarder = Forwarder(peer="2001:db8::1", scheme="http", trusted=())
    assert forwarder.fields([], b"a:80")[3][1] == b'for="[2001:db8::1]";host="a:80";proto=http;by=_hookline-1'


def test_known_fields_are_made_once() -> None:
    """The next request for the same host costs nothing; another host gets its own."""
    forwarder = Forwarder(peer="203.0.113.7", scheme="https", trusted=())
    first = forwarder.fields([], b"a")
    assert forwarder.fields([], b"a") is first
    assert forwarder.fields([], b"b")[2] == (b"X-Forwarded-Host", b"b")


def test_trusted_proxy_is_believed() -> None:
    """What a trusted proxy says stays, with its own address behind; the sender is the last that is no proxy."""
    forwarder = Forwarder(peer="10.0.0.1", scheme="http", trusted=PROXIES)
    said = [
        (b"X-Forwarded-For", b"6.6.6.6, 203.0.113.7"),
        (b"x-forwarded-for", b"10.0.0.9"),
        (b"X-Forwarded-Proto", b"https"),
        (b"X-Real-IP", b"203.0.113.7"),
        (b"Forwarded", b"for=203.0.113.7"),
    ]
    assert forwarder.fields(said, b"h") == (
        (b"X-Forwarded-Proto", b"https"),
        (b"X-Real-IP", b"203.0.113.7"),
        (b"X-Forwarded-For", b"6.6.6.6, 203.0.113.7, 10.0.0.9, 10.0.0.1"),
        (b"Forwarded", b"for=203.0.113.7, for=10.0.0.1;host=h;proto=http;by=_hookline-1"),
        (b"X-Forwarded-Host", b"h"),
    )
    assert (forwarder.remote, forwarder.scheme, forwarder.trusts_peer) == ("203.0.113.7", "https", True)


@pytest.mark.parametrize(
    ("chain", "remote"),
    [
        (b"", "10.0.0.1"),
        (b"10.0.0.2", "10.0.0.1"),
        (b"203.0.113.7, unknown", "10.0.0.1"),
        (b'"[2001:db8::1]"', "2001:db8::1"),
        (b"\xe9", "10.0.0.1"),
    ],
)
def test_chain_that_ends_nowhere(chain: bytes, remote: str) -> None:
    """Where the chain does not lead to a sender, the proxy is it."""
    forwarder = Forwarder(peer="10.0.0.1", scheme="http", trusted=PROXIES)
    forwarder.fields([(b"X-Forwarded-For", chain), (b"X-Forwarded-Proto", b"gopher")], b"h")
    assert (forwarder.remote, forwarder.scheme) == (remote, "http")


def test_circles_end() -> None:
    """Each relay that a request passes counts; a captured one may be sent again, a loop may not go on."""
    forwarder = Forwarder(peer="203.0.113.7", scheme="http", trusted=())
    came_with: list[tuple[bytes, bytes]] = []
    for _ in range(MOST_HOPS):
        came_with = [forwarder.fields(came_with, b"h")[3]]
    assert came_with[0][1].endswith(b"by=_hookline-%d" % MOST_HOPS)
    with pytest.raises(Circular):
        forwarder.fields(came_with, b"h")


@pytest.mark.parametrize(
    ("address", "inside"), [("10.1.2.3", True), ("fd00::1", True), ("8.8.8.8", False), ("x", False)]
)
def test_networks(address: str, *, inside: bool) -> None:
    """Addresses of both versions are looked for in the networks; what is no address is in none."""
    assert is_within(address, PROXIES) is inside
