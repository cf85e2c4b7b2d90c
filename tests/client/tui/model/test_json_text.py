"""JSON as text."""

import json

from hypothesis import given
from hypothesis import strategies as st

from client.tui.model.json_text import coloured, indented, mistake
from client.tui.model.spans import Span, text_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def test_indented_keeps_every_token() -> None:
    """Numbers stay as written, duplicate keys stay, empty containers stay together."""
    text = '{"a":1.10,"a":[],"big":12345678901234567890,"o":{ },"s":"x\\"y, z: {"}'
    assert indented(text).splitlines() == [
        "{",
        '  "a": 1.10,',
        '  "a": [],',
        '  "big": 12345678901234567890,',
        '  "o": {},',
        '  "s": "x\\"y, z: {"',
        "}",
    ]


@given(VALUES, st.sampled_from([None, 1, 4]))
def test_indented_is_as_the_library_lays_it_out(value: object, indent: int | None) -> None:
    """However JSON was laid out before, it looks as the standard library would print it."""
    assert indented(json.dumps(value, indent=indent)) == json.dumps(value, indent=2)


@given(st.text(alphabet='{}[],:"\\ ab1\n', max_size=60))
def test_indented_takes_anything(text: str) -> None:
    """What is no JSON is laid out all the same, with nothing but space changed."""
    assert "".join(indented(text).split()) == "".join(text.split())


def test_indented_stops_at_a_depth() -> None:
    """A bomb of brackets does not become a bomb of spaces."""
    assert len(indented("[" * 10_000 + "]" * 10_000)) < 20_000 * 110


def test_mistake_says_where() -> None:
    """What is not JSON is said with its place; what is, or is too big to be checked, is not mentioned."""
    assert mistake(b'{"a":1,}') == "not JSON at line 1 column 8"
    assert mistake(b'{"a":1}') == ""
    assert mistake(b"[" * 1_000_001) == ""
    assert mistake(b"[" * 100_000) == "nested too deeply to check"
    assert mistake(b'"\xff"') == "not UTF-8"
    assert mistake(b"1" * 10_000) == ""


def test_coloured_tells_parts_apart() -> None:
    """Names, strings, numbers and literals have their own tones."""
    line = coloured('  "a": ["x", 1.5, true]')
    assert [(one.text, one.tone) for one in line if one.text.strip()] == [
        ('"a"', "field"),
        (":", "muted"),
        ("[", "muted"),
        ('"x"', "string"),
        (",", "muted"),
        ("1.5", "number"),
        (",", "muted"),
        ("true", "literal"),
        ("]", "muted"),
    ]


def test_coloured_leaves_very_long_lines_plain() -> None:
    """A line that would take long is shown without colours."""
    assert coloured("1" * 5_000) == (Span("1" * 5_000),)


@given(st.text(max_size=40))
def test_coloured_changes_no_text(text: str) -> None:
    """Colour is all that is added."""
    assert text_of(coloured(text)) == text
