"""What is signed, made up from templates."""

import hashlib

import pytest

from client.signatures.templates import FieldAbsent, Template
from tests.client.signatures.requests import reading

FORM = ("Content-Type", "application/x-www-form-urlencoded")


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{body}", b"b"),
        ("v0:{header:X-Time}:{body}", b"v0:7:b"),
        ("{method}{path}", b"POST/hooks?a=1&b=two%20words"),
        ("{url|noquery}", b"https://demo.example.com/hooks"),
        ("{url|port}", b"https://demo.example.com:443/hooks?a=1&b=two%20words"),
        ("{url|decoded}", b"https://demo.example.com/hooks?a=1&b=two words"),
        ("{body|sha256hex}", hashlib.sha256(b"b").hexdigest().encode()),
        ("{body|crc32}", b"1908338681"),
        ("{body|jsonstr}", b'"b"'),
        ("{secret}{body}", b"keyb"),
        ("{query:b}", b"two words"),
        ("{param:id}", b"9"),
        ("literal", b"literal"),
    ],
)
def test_rendered(template: str, text: bytes) -> None:
    """Parts, filters and literal text come out as they are signed."""
    assert Template(template).render(reading(("X-Time", "7"), content=b"b", params={"id": "9"}), b"key") == text


def test_form_is_sorted_by_name() -> None:
    """Names and values stand together without separators, the same pair once."""
    request = reading(FORM, content=b"b=2&a=1&b=2&a=0")
    assert Template("{form|sorted}").render(request) == b"a0a1b2"


@pytest.mark.parametrize(
    ("body", "text"),
    [(b"abc", b"abc"), ("é😀".encode(), b"\\u00e9\\ud83d\\ude00"), (b"\xff", b"\xff")],
)
def test_escaped_characters(body: bytes, text: bytes) -> None:
    """Characters outside ASCII are written as JSON escapes them; what is no text stays as it is."""
    assert Template("{body|escape_unicode}").render(reading(content=body)) == text


@pytest.mark.parametrize("url", ["https://h:8443/x", "http://h:80/x"])
def test_port_is_taken_out(url: str) -> None:
    """Without its port a URL is otherwise the same."""
    assert Template("{url|noport}").render(reading(url=url)) == (url.partition(":")[0] + "://h/x").encode()


def test_absent_part() -> None:
    """A part that is not there is a failure that names it, or what the scheme says that it counts as."""
    with pytest.raises(FieldAbsent) as caught:
        Template("{header:X-Time}.{body}").render(reading())
    assert caught.value.name == "header:X-Time"
    assert Template("{header:X-Time}.{body}", absent="").render(reading(content=b"b")) == b".b"


def test_names_are_the_parts() -> None:
    """What a template is made of can be asked."""
    assert Template("v0:{ts}:{body|sha256hex}").names == ("ts", "body")


@pytest.mark.parametrize("text", ["{body|nothing}", "{heder:X}"])
def test_template_with_a_mistake(text: str) -> None:
    """A filter or a source that is not known is said with what is."""
    with pytest.raises(ValueError, match=r"known:|write one of"):
        Template(text)
