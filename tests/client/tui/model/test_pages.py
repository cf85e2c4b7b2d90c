"""What a viewer scrolls through."""

import re
from collections.abc import Callable

import pytest

from client.tui.model.content import render
from client.tui.model.document import Document
from client.tui.model.pages import Hex, Lines, Page, Stack, Text, content_page
from client.tui.model.spans import Span, text_of


def shown(page: Page, width: int = 80) -> list[str]:
    """Give every line of a page."""
    page.lay_out(width)
    return [text_of(page.line(row)).rstrip() for row in range(len(page))]


def test_text_numbers_its_lines() -> None:
    """Only the first row of a line has its number."""
    assert shown(Text(Document("abcdefghijkl\nx")), 11) == [" 1 abcdefgh", "   ijkl", " 2 x"]


def test_text_unwrapped() -> None:
    """Unfolded, a line is one row."""
    assert shown(Text(Document("abcdefghijkl\nx"), wrap=False), 11) == [" 1 abcdefghijkl", " 2 x"]


def test_text_colours_json_across_rows() -> None:
    """A string that goes on in the next row keeps its tone there."""
    page = Text(Document('"abcdefghijkl"'), json=True)
    page.lay_out(11)
    assert [page.line(row)[1] for row in range(2)] == [Span('"abcdefg', "string"), Span('hijkl"', "string")]


def test_hex_shows_offsets_bytes_and_text() -> None:
    """A row of the dump, at the widths it has."""
    data = bytes(range(60, 80))
    assert shown(Hex(data), 80)[1] == "00000010  4c 4d 4e 4f" + " " * 39 + "LMNO"
    assert shown(Hex(data), 50)[0] == "00000000  3c 3d 3e 3f 40 41 42 43  <=>?@ABC"
    assert len(shown(Hex(data), 30)) == 5
    assert shown(Hex(b""), 80) == []


def test_stack_puts_pages_below_each_other() -> None:
    """Rows are counted through all pages."""
    stack = Stack(Lines(lambda _: [(Span("head"),)]), Text(Document("a\nb")), Hex(b"xyz"))
    assert [line.split()[-1] for line in shown(stack)] == ["head", "a", "b", "xyz"]
    assert stack.line(99) == ()


PAGES: dict[str, Callable[[], Page]] = {
    "lines": lambda: Lines(lambda _: [(Span(text),) for text in ("one", "two", "one two", "three")]),
    "text": lambda: Text(Document("one\ntwo\none two\nthree")),
    "hex": lambda: Hex(b"one.............two.............one two.........three"),
    "stack": lambda: Stack(Text(Document("one\ntwo")), Lines(lambda _: [(Span("one two"),), (Span("three"),)])),
}


@pytest.mark.parametrize("name", PAGES)
def test_find_forwards_and_backwards(name: str) -> None:
    """Every kind of page finds the next row and the one before."""
    page: Page = PAGES[name]()
    page.lay_out(80)
    two = re.compile("TWO", re.IGNORECASE)
    assert [page.find(two, after) for after in (-1, 0, 1, 2, 9)] == [1, 1, 2, None, None]
    assert [page.find(two, before, backwards=True) for before in (4, 2, 1)] == [2, 1, None]


def test_content_page_of_bytes_and_text() -> None:
    """What has no text is dumped."""
    assert isinstance(content_page(render(b"\0", "", "auto"), b"\0", wrap=True), Hex)
    assert isinstance(content_page(render(b"x", "", "auto"), b"x", wrap=True), Text)


def test_text_of_one_line_of_five_megabytes() -> None:
    """A huge line is folded, and its last row is as quickly there as its first."""
    page = content_page(render(b"a" * 5_000_000 + b"END", "text/plain", "auto"), b"", wrap=True)
    page.lay_out(60)
    assert len(page) == 87_720
    assert text_of(page.line(len(page) - 1)).endswith("END")
    assert page.find(re.compile("END"), 0) == len(page) - 1


def test_unwrapped_line_of_five_megabytes_is_cut_for_the_screen() -> None:
    """Unfolded, no more is drawn than a terminal could show."""
    page = content_page(render(b"[" + b"1," * 2_500_000, "application/json", "raw"), b"", wrap=False)
    page.lay_out(60)
    assert len(text_of(page.line(0))) < 5_000
