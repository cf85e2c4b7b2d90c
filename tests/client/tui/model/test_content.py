"""What content is, and how it is shown."""

import pytest

from client.tui.model.content import kind_of, render


@pytest.mark.parametrize(
    ("data", "content_type", "kind"),
    [
        (b'{"a":1}', "application/json", "json"),
        (b'{"a":1}', "application/cloudevents+json; charset=utf-8", "json"),
        (b" [1]", "", "json"),
        (b"a=1&b=2", "application/x-www-form-urlencoded", "form"),
        (b"<a/>", "application/xml", "text"),
        (b"\x00\x01", "application/json", "binary"),
        (bytes(range(128, 256)), "text/plain", "binary"),
        ("é".encode(), "text/plain", "text"),
        (b"", "", "text"),
    ],
)
def test_kind_of_content(data: bytes, content_type: str, kind: str) -> None:
    """The declared type counts as far as it can be true."""
    assert kind_of(data, content_type) == kind


def test_render_json_pretty_and_raw() -> None:
    """Auto lays JSON out, raw shows it as it came."""
    pretty = render(b'{"a":1.10}', "application/json", "auto")
    raw = render(b'{"a":1.10}', "application/json", "raw")
    assert pretty.document is not None
    assert raw.document is not None
    assert (pretty.labels, pretty.document.text) == (("JSON, pretty", "10 B"), '{\n  "a": 1.10\n}')
    assert (raw.labels, raw.document.text, raw.json) == (("JSON, raw", "10 B"), '{"a":1.10}', True)


def test_render_json_with_a_mistake() -> None:
    """The place of the mistake stands beside the size."""
    assert render(b'{"a":}', "application/json", "auto").labels[2] == "not JSON at line 1 column 6"


def test_render_a_beginning() -> None:
    """A beginning says how long the whole is, and is not called a mistake."""
    assert render(b'{"a":[', "application/json", "auto", of_bytes=5_000_000).labels == (
        "JSON, pretty, beginning",
        "5.0 MB",
    )


def test_render_a_form_as_a_table() -> None:
    """Pairs are decoded and lined up; hostile ones are made printable."""
    rendering = render(b"long_name=a%20b&x=%1b%5b31m%0a&empty=", "application/x-www-form-urlencoded", "auto")
    assert rendering.document is not None
    assert rendering.document.text.splitlines() == ["long_name  a b", "x          ␛[31m␊", "empty      "]


def test_render_a_form_with_too_many_pairs() -> None:
    """A form of many thousands of pairs is cut, and says so."""
    rendering = render(b"&".join([b"a=1"] * 6_000), "application/x-www-form-urlencoded", "auto")
    assert rendering.document is not None
    assert rendering.document.text.endswith("(1000 more: press v for the raw text)")


def test_render_text_in_its_charset() -> None:
    """A declared charset is used when it exists; tabs become spaces."""
    latin = render(b"caf\xe9\tx", "text/plain; charset=iso-8859-1", "auto")
    unknown = render(b"a", "text/plain; charset=no-such", "auto")
    assert latin.document is not None
    assert unknown.document is not None
    assert (latin.document.text, unknown.document.text) == ("café    x", "a")


def test_render_binary_as_bytes() -> None:
    """What is not text is shown as bytes, and anything can be."""
    assert render(b"\x00\xff", "image/png", "auto").document is None
    assert render(b"text", "text/plain", "hex").labels == ("hex", "4 B")


def test_render_invalid_utf8() -> None:
    """What does not decode is marked, not lost and not an error."""
    rendering = render(b"ab\xffcdefghijkl", "text/plain", "auto")
    assert rendering.document is not None
    assert rendering.document.text == "ab\ufffdcdefghijkl"
