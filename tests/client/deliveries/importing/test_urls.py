"""A URL is split where its target begins."""

import pytest

from client.deliveries.importing.urls import UrlParts, split_url


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        (b"https://h", UrlParts("https://h", b"/", None)),
        (b"HTTP://H:80/a/../b//?#f", UrlParts("http://H:80", b"/a/../b//?", None)),
        (b"h?x", UrlParts("http://h", b"/?x", None)),
        (b"https://u:p%40@h/", UrlParts("https://h", b"/", b"u:p@")),
        (b"https://[::1]:8443/a", UrlParts("https://[::1]:8443", b"/a", None)),
        (b"https://h/a b\xff", UrlParts("https://h", b"/a b\xff", None)),
        (b"https://h/@evil/", UrlParts("https://h", b"/@evil/", None)),
    ],
)
def test_split_url(url: bytes, parts: UrlParts) -> None:
    """Neither half is normalised; the fragment goes."""
    assert split_url(url) == parts


@pytest.mark.parametrize("url", [b"", b"ftp://h/", b"https://", b"https:///a", b"https://a b/", b"https://h:x/"])
def test_split_url_refuses(url: bytes) -> None:
    """What is no URL of a host."""
    with pytest.raises(ValueError, match="is no http"):
        split_url(url)
