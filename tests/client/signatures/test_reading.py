"""A request as the sources see it."""

import base64

import pytest

from client.signatures.reading import JsonPath
from tests.client.signatures.requests import reading

FORM = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")


def test_fields_are_found_in_any_case() -> None:
    """The first of several is given; which there are more than once can be asked."""
    request = reading(("X-A", "1"), ("x-a", "2"), ("X-B", "3"))
    assert (request.header(b"x-a"), request.header(b"x-c"), request.repeated) == (b"1", None, [b"x-a"])


@pytest.mark.parametrize(
    ("fields", "pairs"),
    [
        ((FORM,), ((b"a", b"1 2"), (b"b", b""))),
        ((), ((b"a", b"1 2"), (b"b", b""))),
        ((("Content-Type", "application/json"),), ()),
    ],
)
def test_form_is_read_where_the_body_is_one(
    fields: tuple[tuple[str, str], ...], pairs: tuple[tuple[bytes, bytes], ...]
) -> None:
    """A body is a form when its type says so, or when it has none."""
    assert tuple(reading(*fields, content=b"a=1+2&b=").form) == pairs


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("a", b'{"a":"x"}', b"x"),
        ("a", b'{"a":"\\u00e9"}', "é".encode()),
        ("a", b'{"a":1e400}', b"1e400"),
        ("a", b'{"a":true}', b"true"),
        ("a", b'{"a":null}', None),
        ("a", b'{"a":{}}', None),
        ("0.a", b'[{"a":"x"}]', b"x"),
        ("a.0", b'{"a":{"0":"x"}}', None),
        ("a", b"[1]", None),
        ("a", b"not json", None),
        ("a", b"[" * 100_000, None),
        ("a", b'{"a":' + b"1" * 1_000_000 + b"}", b"1" * 1_000_000),
    ],
)
def test_scalar_at_a_path(path: str, text: bytes, value: bytes | None) -> None:
    """Numbers stay as they are written, text is decoded, all else is nothing; nothing makes it fail."""
    assert JsonPath(path).read(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Basic " + base64.b64encode(b"u:p").decode(), b"u:p"),
        ("basic  " + base64.b64encode(b"u:p").decode(), b"u:p"),
        ("Bearer x", None),
        ("Basic ***", None),
        ("", None),
    ],
)
def test_basic_credentials(text: str, value: bytes | None) -> None:
    """User and password are given as they were joined, or nothing."""
    assert reading(("Authorization", text)).basic() == value


def test_query_is_without_fragment() -> None:
    """Parameters end where the fragment begins."""
    assert list(reading(url="https://h/p?a=1#b=2").query) == [(b"a", b"1")]
