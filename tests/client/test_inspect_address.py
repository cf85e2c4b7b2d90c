"""Addresses of the local API as people write them."""

import pytest

from client.inspect_address import BadInspectAddress, InspectAddress


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:4040", "127.0.0.1", 4040),
        ("localhost:1", "localhost", 1),
        ("[::1]:65535", "::1", 65535),
        (":0", "127.0.0.1", 0),
        ("4041", "127.0.0.1", 4041),
    ],
)
def test_address_is_read(text: str, host: str, port: int) -> None:
    """A port alone means this machine."""
    assert InspectAddress.parse(text) == InspectAddress(host, port)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "127.0.0.1",
        "0.0.0.0:4040",
        "192.0.2.1:4040",
        ":65536",
        ":²",
        ":٣",
        "a:b:4040",
        ":-1",
        "\x1b[31m:1",
        ":" * 99,
    ],
)
def test_what_is_none_is_quoted(text: str) -> None:
    """Other machines must not reach it, and a port is 0 to 65535."""
    with pytest.raises(BadInspectAddress, match=r"127\.0\.0\.1:4040") as caught:
        InspectAddress.parse(text)
    assert "\x1b" not in str(caught.value)
