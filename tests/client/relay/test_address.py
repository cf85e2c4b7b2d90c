"""A relay's address as people write it."""

import pytest

from client.relay import BadRelay, RelayAddress


@pytest.mark.parametrize(
    ("text", "url", "link_url"),
    [
        ("https://relay.test", "https://relay.test", "wss://relay.test/_hookline/link"),
        ("relay.test", "https://relay.test", "wss://relay.test/_hookline/link"),
        (" https://relay.test:8443/ ", "https://relay.test:8443", "wss://relay.test:8443/_hookline/link"),
        ("http://127.0.0.1:80", "http://127.0.0.1:80", "ws://127.0.0.1:80/_hookline/link"),
        ("https://[::1]:8443", "https://[::1]:8443", "wss://[::1]:8443/_hookline/link"),
    ],
)
def test_address_is_read(text: str, url: str, link_url: str) -> None:
    """A URL, or a bare host name that means https."""
    address = RelayAddress.parse(text)
    assert (url, link_url) == (address.url, address.link_url)


@pytest.mark.parametrize(
    "text", ["", "ftp://relay.test", "https://", "https://relay.test/t/demo", "https://u:p@relay.test", "https://x:y:z"]
)
def test_what_is_no_address_is_told_with_an_example(text: str) -> None:
    """The sentence says what is wrong and what one looks like."""
    with pytest.raises(BadRelay, match=r"for example https://relay\.example\.com"):
        RelayAddress.parse(text)
