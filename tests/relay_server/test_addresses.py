"""Addresses as an operator writes them."""

from pathlib import Path
from typing import Any

import pytest

from relay_server.addresses import (
    AdminAddress,
    BadAddress,
    Domain,
    ListenAddress,
    Network,
    PublicUrl,
    bracketed,
    loopback,
    url,
)


@pytest.mark.parametrize(
    ("text", "domain", "local"),
    [
        ("relay.example.com", "relay.example.com", False),
        (" Relay.Example.COM. ", "relay.example.com", False),
        ("demo.localhost", "demo.localhost", True),
        ("localhost", "localhost", True),
        ("xn--bcher-kva.example", "xn--bcher-kva.example", False),
        ("notlocalhost", "notlocalhost", False),
    ],
)
def test_domain(text: str, domain: str, local: bool) -> None:
    """A domain is a host name in lower case, and knows whether it means this machine."""
    parsed = Domain.parse(text)
    assert (parsed, parsed.local) == (domain, local)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("https://relay.example.com", "without https://"),
        ("relay.example.com:443", "without https:// and port"),
        ("192.0.2.1", "to try it out on this machine use demo.localhost"),
        ("bücher.example", "write xn--bcher-kva.example"),
        ("ä" * 70, "its xn-- form"),
        ("a_b.example", "letters, digits and inner hyphens"),
        ("-a.example", "letters, digits and inner hyphens"),
        ("", "such as relay.example.com"),
        ("a..b", "such as relay.example.com"),
        ("a." * 95 + "com", "such as relay.example.com"),
        ("*.example.com", "such as relay.example.com"),
    ],
)
def test_domain_refused(text: str, hint: str) -> None:
    """What is no domain is refused with what to write."""
    with pytest.raises(BadAddress) as caught:
        Domain.parse(text)
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    ("text", "hosts", "port", "shown"),
    [
        ("443", ("0.0.0.0", "::"), 443, "443"),
        (":443", ("0.0.0.0", "::"), 443, "443"),
        ("127.0.0.1:0", ("127.0.0.1",), 0, "127.0.0.1:0"),
        ("[::1]:8443", ("::1",), 8443, "[::1]:8443"),
        ("LOCALHOST:80", ("localhost",), 80, "localhost:80"),
    ],
)
def test_listen_address(text: str, hosts: tuple[str, ...], port: int, shown: str) -> None:
    """A port alone means every address; what is shown can be read again."""
    address = ListenAddress.parse(text)
    assert (address.hosts, address.port, str(address)) == (hosts, port, shown)
    assert ListenAddress.parse(shown) == address


@pytest.mark.parametrize("text", ["", "65536", "127.0.0.1", "a b:3", "::1:80", "[::1]", "http://x:80", "-1", "x:y"])
def test_listen_address_refused(text: str) -> None:
    """What cannot be listened on is refused with examples."""
    with pytest.raises(BadAddress, match=r"such as 443, 127\.0\.0\.1:8443"):
        ListenAddress.parse(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("off", AdminAddress()),
        ("/run/hookline/admin.sock", AdminAddress(path=Path("/run/hookline/admin.sock"))),
        ("./admin.sock", AdminAddress(path=Path("admin.sock"))),
        ("127.0.0.1:9000", AdminAddress(tcp=ListenAddress("127.0.0.1", 9000))),
        ("[::1]:9000", AdminAddress(tcp=ListenAddress("::1", 9000))),
        ("localhost:9000", AdminAddress(tcp=ListenAddress("localhost", 9000))),
    ],
)
def test_admin_address(text: str, address: AdminAddress) -> None:
    """The operator's door is a socket, loopback, or shut."""
    assert AdminAddress.parse(text) == address


@pytest.mark.parametrize("text", ["9000", "0.0.0.0:9000", "192.0.2.1:9000", "relay.example.com:9000"])
def test_admin_address_others_could_reach(text: str) -> None:
    """An operator's door that others could reach is refused: it asks for no password."""
    with pytest.raises(BadAddress, match="could be reached from elsewhere"):
        AdminAddress.parse(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("https://Relay.example.com", ("https", "relay.example.com", 443)),
        ("http://relay.example.com:8080/", ("http", "relay.example.com", 8080)),
    ],
)
def test_public_url(text: str, parts: tuple[Any, ...]) -> None:
    """A public URL has a scheme, a host and a port."""
    found = PublicUrl.parse(text)
    assert (found.scheme, found.host, found.port) == parts
    assert PublicUrl.parse(str(found)) == found


@pytest.mark.parametrize(
    "text",
    ["relay.example.com", "ftp://x.y", "https://x.y/path", "https://u@x.y", "https://", "https://x.y:port", "//"],
)
def test_public_url_refused(text: str) -> None:
    """What is no URL of a relay is refused."""
    with pytest.raises(BadAddress, match="no URL of a relay"):
        PublicUrl.parse(text)


def test_network() -> None:
    """A range of addresses is written as it was read; one with stray bits is refused."""
    assert [str(Network.parse(text)) for text in ("10.0.0.0/8", "::1")] == ["10.0.0.0/8", "::1/128"]
    with pytest.raises(BadAddress, match=r"10\.0\.0\.0/8 or 127\.0\.0\.1"):
        Network.parse("10.0.0.1/8")


def test_small_forms() -> None:
    """URLs leave out the scheme's own port; IPv6 addresses get brackets; loopback is recognised."""
    assert url("https", "a.b", 443) == "https://a.b"
    assert url("https", "a.b", 8443) == "https://a.b:8443"
    assert (bracketed("::1"), bracketed("127.0.0.1")) == ("[::1]", "127.0.0.1")
    hosts = ("127.0.0.1", "127.9.9.9", "::1", "localhost", "0.0.0.0", "10.0.0.1", "a.localhost.evil.test", "")
    assert [loopback(host) for host in hosts] == [True, True, True, True, False, False, False, False]
