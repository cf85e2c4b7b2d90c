"""Routes, by value."""

import pytest

from relay_server.routes import OwnHost, RouteMatch, Routes
from shared.exchange import Request, Response


async def handler(_: Request) -> Response:
    """Stand for an endpoint's chain."""
    raise AssertionError


def routes(scheme: str = "https", port: int = 8443) -> Routes:
    """Give routes with one endpoint."""
    found = Routes(domain="Relay.Test.", scheme=scheme, port=port)
    found.add("demo", handler)
    return found


@pytest.mark.parametrize(
    ("host", "target", "expected_target", "url"),
    [
        (b"demo.relay.test", b"/x?y", b"/x?y", "https://demo.relay.test"),
        (b"demo.relay.test:8443", b"/", b"/", "https://demo.relay.test:8443"),
        (b"demo.relay.test:1", b"/", b"/", "https://demo.relay.test:1"),
        (b"DEMO.relay.test.", b"/", b"/", "https://DEMO.relay.test."),
        (b"relay.test", b"/t/demo", b"/", "https://relay.test/t/demo"),
        (b"relay.test:8443", b"/t/demo/", b"/", "https://relay.test:8443/t/demo"),
        (b"relay.test", b"/t/demo/a//b", b"/a//b", "https://relay.test/t/demo"),
        (b"relay.test", b"/t/demo?x=/", b"/?x=/", "https://relay.test/t/demo"),
        (b"relay.test", b"/t/Demo/x", b"/x", "https://relay.test/t/Demo"),
        (b"relay.test", b"/t/demo#f", b"/#f", "https://relay.test/t/demo"),
    ],
)
def test_endpoint_is_found(host: bytes, target: bytes, expected_target: bytes, url: str) -> None:
    """An endpoint is found by its host, or by its path on the relay's own host, in every spelling."""
    assert routes().match(host, target) == RouteMatch("demo", handler, expected_target, url)


@pytest.mark.parametrize(
    ("host", "target"),
    [
        (b"nobody.relay.test", b"/"),
        (b"demo.relay.test.evil", b"/"),
        (b"x.demo.relay.test", b"/t/demo/"),
        (b"relay.test", b"/t/nobody/"),
        (b"relay.test", b"/t/"),
        (b"relay.test", b"/t/%64emo/"),
        (b"relay.test", b"/t/\xe9/"),
        (b"[::1]:80", b"/t/nobody/"),
        (b"127.0.0", b"/"),
        (b"127.0.0.1.evil", b"/"),
    ],
)
def test_no_endpoint_is_found(host: bytes, target: bytes) -> None:
    """What is nearly an endpoint is none."""
    assert routes().match(host, target) is None


@pytest.mark.parametrize("host", [b"203.0.113.7", b"127.0.0.1:8443", b"[2001:db8::1]", b"[::1]:8443"])
def test_an_address_means_the_relay_itself(host: bytes) -> None:
    """Before there is a name in DNS, the relay can be tried by its address."""
    assert routes().match(host, b"/_hookline/link") == OwnHost()
    found = routes().match(host, b"/t/demo/x")
    assert isinstance(found, RouteMatch)
    assert (b"/x", f"https://{host.decode()}/t/demo") == (found.target, found.public_url)


@pytest.mark.parametrize("target", [b"/", b"/t", b"/T/demo", b"//t/demo", b"/_hookline/link"])
def test_relay_itself_is_asked(target: bytes) -> None:
    """Everything else on the relay's own host is for the relay."""
    assert isinstance(routes().match(b"RELAY.test:8443", target), OwnHost)


def test_removed_endpoint_is_found_no_more() -> None:
    """After `remove` a name is unknown in every spelling; removing it again does nothing."""
    found = routes()
    found.remove("demo")
    found.remove("demo")
    assert [found.match(b"demo.relay.test", b"/"), found.match(b"relay.test", b"/t/demo"), found.get("demo")] == [
        None
    ] * 3


def test_endpoint_is_given_by_name() -> None:
    """`get` gives what serves a name."""
    assert routes().get("demo") is handler


@pytest.mark.parametrize("name", ["", "Demo", "a.b", "-a", "a-", "a_b", "a" * 64, "é", "a/b"])
def test_name_that_is_no_label_is_refused(name: str) -> None:
    """Names are DNS labels in lower case."""
    with pytest.raises(ValueError, match="DNS label"):
        routes().add(name, handler)


@pytest.mark.parametrize(
    ("scheme", "port", "urls"),
    [
        ("https", 443, ("https://demo.relay.test", "https://relay.test/t/demo")),
        ("http", 80, ("http://demo.relay.test", "http://relay.test/t/demo")),
        ("https", 8443, ("https://demo.relay.test:8443", "https://relay.test:8443/t/demo")),
        ("http", 443, ("http://demo.relay.test:443", "http://relay.test:443/t/demo")),
    ],
)
def test_public_urls(scheme: str, port: int, urls: tuple[str, ...]) -> None:
    """The URLs leave out a port that the scheme implies."""
    found = routes(scheme, port)
    assert (found.public_urls("demo"), found.scheme, found.domain) == (urls, scheme, b"relay.test")


@pytest.mark.parametrize(
    ("host", "served"),
    [
        (b"relay.test", True),
        (b"any.relay.test:1", True),
        (b"Relay.Test.", True),
        (b"xrelay.test", False),
        (b"[::1]", True),
        (b"203.0.113.7:8443", True),
        (b"203.0.113.7.evil", False),
    ],
)
def test_served_hosts(host: bytes, *, served: bool) -> None:
    """The relay serves its domain and what is below."""
    assert routes().serves(host) is served
