"""Addresses as people type them."""

import pytest

from client.origin.address import BadAddress, OriginAddress


@pytest.mark.parametrize(
    ("typed", "url", "host"),
    [
        ("3000", "http://localhost:3000", b"localhost:3000"),
        (":3000", "http://localhost:3000", b"localhost:3000"),
        (" 3000 ", "http://localhost:3000", b"localhost:3000"),
        ("80", "http://localhost", b"localhost"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000", b"127.0.0.1:8000"),
        ("My-App_1.internal:8000", "http://my-app_1.internal:8000", b"my-app_1.internal:8000"),
        ("host.docker.internal.:8000", "http://host.docker.internal.:8000", b"host.docker.internal.:8000"),
        ("http://localhost", "http://localhost", b"localhost"),
        ("http://localhost:3000/", "http://localhost:3000", b"localhost:3000"),
        ("HTTPS://app.test", "https://app.test", b"app.test"),
        ("https://app.test:443", "https://app.test", b"app.test"),
        ("https://:8443", "https://localhost:8443", b"localhost:8443"),
        ("https://localhost:80", "https://localhost:80", b"localhost:80"),
        ("[::1]:3000", "http://[::1]:3000", b"[::1]:3000"),
        ("https://[2001:DB8::0:1]", "https://[2001:db8::1]", b"[2001:db8::1]"),
        ("unix:/run/app.sock", "unix:/run/app.sock", b"localhost"),
        ("unix:///run/app.sock", "unix:/run/app.sock", b"localhost"),
    ],
)
def test_parse_gives_url_and_host(typed: str, url: str, host: bytes) -> None:
    """What is typed comes back as a URL, and as the value that the app expects in `Host`."""
    address = OriginAddress.parse(typed)
    assert (address.url, address.host_header) == (url, host)


@pytest.mark.parametrize("typed", ["3000", "127.0.0.1:8000", "https://[::1]:8443", "unix:/run/app.sock"])
def test_url_parses_to_the_same_address(typed: str) -> None:
    """A URL that is shown can be typed again."""
    address = OriginAddress.parse(typed)
    assert OriginAddress.parse(address.url) == address


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "is empty"),
        ("myapp", "has no port"),
        ("0", "is 1 to 65535"),
        ("65536", "is 1 to 65535"),
        ("99999999999999999999", "is 1 to 65535"),
        ("localhost:", "is 1 to 65535"),
        ("localhost:http", "is 1 to 65535"),
        ("localhost:-1", "is 1 to 65535"),
        ("localhost:³", "is 1 to 65535"),
        ("http://localhost:3000/hooks", "has a path"),
        ("localhost:3000/hooks", "has a path"),
        ("localhost:3000?x=1", "has a query or fragment"),
        ("localhost:3000#x", "has a query or fragment"),
        ("http://me:secret@localhost:3000", "holds a user name or password"),
        ("ftp://localhost", "speaks http or https here"),
        ("::1:3000", "without brackets"),
        ("[::1:3000", "whose brackets do not close"),
        ("[::1]3000", "whose brackets do not close"),
        ("[localhost]:3000", "not an IPv6 address"),
        ("local host:3000", "neither a name nor a numeric address"),
        ("-app:3000", "neither a name nor a numeric address"),
        ("café:3000", "neither a name nor a numeric address"),
        ("unix:run/app.sock", "needs an absolute path"),
        ("unix:", "needs an absolute path"),
        ("unix:/" + "a" * 200, "that no socket can have"),
    ],
)
def test_parse_refuses_in_one_sentence(typed: str, why: str) -> None:
    """A refusal says what was typed, why it does not fit, and what would."""
    with pytest.raises(BadAddress) as refused:
        OriginAddress.parse(typed)
    sentence = str(refused.value)
    assert sentence.startswith("the address ")
    assert why in sentence
    assert sentence.endswith("unix:/path/to/socket")


def test_parse_repeats_nothing_hostile() -> None:
    """A refusal is safe to print, and short, whatever was typed."""
    with pytest.raises(BadAddress) as refused:
        OriginAddress.parse("\x1b[31m" + "x" * 10_000)
    assert "\x1b" not in str(refused.value)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    ("typed", "own"),
    [
        ("4040", True),
        ("127.0.0.1:4040", True),
        ("127.1.2.3:4040", True),
        ("0.0.0.0:4040", True),
        ("[::1]:4040", True),
        ("[::ffff:127.0.0.1]:4040", True),
        ("https://api.localhost:4040", True),
        ("localhost.:4040", True),
        ("4041", False),
        ("192.0.2.1:4040", False),
        ("app.test:4040", False),
        ("unix:/run/app.sock", False),
    ],
)
def test_is_own_knows_loopback(typed: str, *, own: bool) -> None:
    """A tunnel to the client's own listener is recognised, by whatever name of this machine."""
    assert OriginAddress.parse(typed).is_own({4040}) is own
