"""Captured text that is safe to show."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.printable import printable, printable_content, printable_line

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
"""Lone surrogates included: a decoder may have made them."""


def steers(character: str) -> bool:
    """Say whether a terminal or a reader could be steered by a character, from Unicode's own tables."""
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in BIDI_AND_INVISIBLE


BIDI_AND_INVISIBLE = frozenset(
    chr(code)
    for code in range(0x110000)
    if unicodedata.bidirectional(chr(code)) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    or code in (0xAD, 0x61C, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF)
    or 0xE0000 <= code < 0xE0080
)


@given(ANY_TEXT)
def test_nothing_unsafe_survives(text: str) -> None:
    """Nothing but TAB and LF is left of what could steer a terminal."""
    assert [one for one in printable(text) if steers(one) and one not in "\t\n"] == []


@given(ANY_TEXT)
def test_a_line_is_one_line(text: str) -> None:
    """A printable line has no line break of any kind, and no TAB."""
    line = printable_line(text)
    assert [one for one in line if steers(one)] == []
    assert len(line.splitlines()) <= 1


@given(ANY_TEXT)
def test_text_keeps_its_length_and_stays_when_done_twice(text: str) -> None:
    """Each character gives one, and safe text is left alone, so that offsets into it stay true."""
    assert len(printable(text)) == len(text)
    assert printable(printable(text)) == printable(text)


@given(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"))))
def test_words_of_any_language_are_kept(text: str) -> None:
    """Letters, digits, punctuation, symbols and spaces are shown as they are."""
    assert printable(text) == text


@given(st.binary())
def test_content_of_any_bytes(data: bytes) -> None:
    """Bytes that are no text are shown too, and as safely."""
    assert [one for one in printable_content(data) if steers(one) and one not in "\t\n"] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "\u241b[31m"),
        ("a\x00b\x7f", "a\u2400b\u2421"),
        ("\x9b31m", "\ufffd31m"),
        ("user\u202etxt.exe", "user\ufffdtxt.exe"),
        ("a\r\nb", "a\u240d\nb"),
        ("\ud800", "\ufffd"),
    ],
)
def test_what_steers_becomes_a_picture(text: str, shown: str) -> None:
    """What was there stays visible, as a picture."""
    assert printable(text) == shown
