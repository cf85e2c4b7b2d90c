"""Lines as values."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from client.tui.model.spans import BLANK, EMPTY, Span, cell, fit, justify, phrase_span, span, text_of, width_of, wrapped
from client.wording import Phrase


def test_span_of_outside_text_is_one_safe_line() -> None:
    """Line ends and escapes become pictures."""
    assert span("a\n\x1b[31m\tb", "error") == Span("a␊␛[31m␉b", "error")


def test_phrase_span_keeps_the_role() -> None:
    """A phrase's meaning becomes the span's tone."""
    assert phrase_span(Phrase("✓", "200", "success")) == Span("✓ 200", "success")


def test_cell_pads_and_cuts_to_the_width() -> None:
    """A column is always exactly as wide as it was given."""
    assert [cell("ab", 4), cell("abcdef", 4), cell("ab", 4, right=True), cell("abc", 0)] == ["ab  ", "abc…", "  ab", ""]


@given(st.text(max_size=30), st.integers(1, 20))
def test_cell_is_exactly_as_wide_with_any_text(text: str, width: int) -> None:
    """Wide and combining characters do not move what stands behind them."""
    assert cell_len(cell(span(text).text, width)) == width


@given(st.lists(st.text(max_size=10), max_size=5), st.integers(1, 20))
def test_fit_never_exceeds_the_width(texts: list[str], width: int) -> None:
    """A line that is too long is cut."""
    assert width_of(fit(tuple(span(text) for text in texts), width)) <= width


def test_fit_marks_the_cut_and_keeps_tones() -> None:
    """The cut is seen, in the tone of what was cut."""
    line = (Span("abc", "error"), Span("defgh", "muted"), Span("x"))
    assert fit(line, 6) == (Span("abc", "error"), Span("de…", "muted"))


def test_justify_lets_the_left_side_give_way() -> None:
    """The right side stays; between them is what fills."""
    assert text_of(justify((Span("left"),), (Span("right"),), 12)) == "left   right"
    assert text_of(justify((Span("left"),), (Span("right"),), 8)) == "l… right"
    assert text_of(justify((Span("left"),), EMPTY, 6, fill=Span("─"))) == "left──"
    assert text_of(justify((Span("left"),), (Span("right"), BLANK), 3)) == "ri…"


def test_wrapped_breaks_at_spaces_and_in_long_words() -> None:
    """A sentence goes into lines of the width; a word that is longer is cut."""
    assert wrapped("one two threefour", 5) == ["one", "two", "three", "four"]
    assert wrapped("", 5) == []


@given(st.text(max_size=60), st.integers(2, 12))
def test_wrapped_loses_nothing(text: str, width: int) -> None:
    """Every character of every word is there, and no line is too wide."""
    lines = wrapped(span(text).text, width)
    assert "".join(lines).replace(" ", "") == "".join(span(text).text.split())
    assert all(cell_len(line) <= width for line in lines)
