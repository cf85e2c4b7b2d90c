"""Places in a request."""

import base64

import pytest

from client.signatures.sources import Source
from tests.client.signatures.requests import reading

FORM = ("Content-Type", "application/x-www-form-urlencoded")
JSON = b'{"a":{"b":[{"id":"x"},7]},"n":1.50,"t":true,"z":null}'
XML = base64.b64encode(b"<notification><kind>check</kind></notification>").decode().replace("=", "%3D")


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("header:X-Sig", b"s"),
        ("header:x-sig", b"s"),
        ("header:X-None", None),
        ("headerkv:X-Settings:key", b"CK1"),
        ("headerkv:X-Settings:none", None),
        ("json:a.b.0.id", b"x"),
        ("json:a.b.1", b"7"),
        ("json:n", b"1.50"),
        ("json:a.b.9", None),
        ("json:a", None),
        ("query:b", b"two words"),
        ("query:c", None),
        ("param:id", b"9"),
        ("param:none", None),
        ("basic:", b"user:pass:word"),
        ("kv:t", None),
    ],
)
def test_value_of_a_source(source: str, value: bytes | None) -> None:
    """Each kind of source gives what stands there, or nothing."""
    fields = (
        ("X-Sig", "s"),
        ("X-Settings", "key=CK1,algorithm=HMAC_SHA256"),
        ("Authorization", "Basic " + base64.b64encode(b"user:pass:word").decode()),
    )
    assert Source(source).read(reading(*fields, content=JSON, params={"id": "9"})) == value


@pytest.mark.parametrize(
    ("source", "value"), [("form:x", b"1 2"), ("form:y", None), ("xml:kind", b"check"), ("xml:subject", None)]
)
def test_value_in_a_form(source: str, value: bytes | None) -> None:
    """Fields of a form, and elements of the XML in one of them."""
    assert Source(source).read(reading(FORM, content=f"x=1+2&bt_payload={XML}".encode())) == value


@pytest.mark.parametrize("text", ["header", "heder:X", "json:", "json:a..b", "json:99", ":x", ""])
def test_source_with_a_mistake(text: str) -> None:
    """What is no source is refused when the scheme is loaded."""
    with pytest.raises(ValueError, match=r"source|step|index"):
        Source(text)


def test_place_in_words() -> None:
    """A place can be named in a sentence, and its field found."""
    assert [Source(text).said() for text in ("header:X", "json:a.b", "basic:")] == [
        "the X field",
        "a.b in the JSON body",
        "the Authorization field (Basic)",
    ]
    assert [Source(text).field for text in ("header:X-A", "headerkv:X-B:k", "basic:", "json:a")] == [
        b"x-a",
        b"x-b",
        b"authorization",
        b"",
    ]
