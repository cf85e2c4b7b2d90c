"""Long texts by their lines."""

from hypothesis import given
from hypothesis import strategies as st

from client.tui.model.document import Document, Layout

TEXTS = st.text(alphabet="ab\n漢 ", max_size=200)


def rows(layout: Layout, document: Document) -> list[str]:
    """Give every row's text."""
    return [document.text[slice(*layout.row(row)[1:])] for row in range(len(layout))]


def test_document_lines() -> None:
    """Lines are found by their offsets; the last one needs no line end."""
    document = Document("one\n\nthree")
    assert [document.bounds(line) for line in range(len(document))] == [(0, 3), (4, 4), (5, 10)]
    assert [document.line_at(offset) for offset in (0, 3, 4, 9)] == [0, 0, 1, 2]


def test_layout_folds_long_lines() -> None:
    """A line that is too long goes into several rows; each character is found again."""
    document = Document("abcdefgh\nxy\n")
    layout = Layout(document, 3)
    assert rows(layout, document) == ["abc", "def", "gh", "xy", ""]
    assert [layout.row_at(offset) for offset in (0, 4, 7, 9, 11, 12)] == [0, 1, 2, 3, 3, 4]


def test_layout_without_width_keeps_lines() -> None:
    """Unfolded, a line is a row."""
    document = Document("abcdefgh\nxy")
    layout = Layout(document, None)
    assert (rows(layout, document), layout.row_at(9)) == (["abcdefgh", "xy"], 1)


@given(TEXTS, st.integers(2, 20))
def test_layout_loses_nothing(text: str, width: int) -> None:
    """All rows together are the text, and no row is wider than it may be."""
    document = Document(text)
    layout = Layout(document, width)
    assert "".join(rows(layout, document)) == text.replace("\n", "")
    assert all(sum(2 if one == "漢" else 1 for one in row) <= width for row in rows(layout, document))


@given(TEXTS.filter(bool), st.integers(2, 20), st.data())
def test_layout_finds_the_row_of_every_character(text: str, width: int, data: st.DataObject) -> None:
    """The row that is said to show a character does."""
    document = Document(text)
    layout = Layout(document, width)
    offset = data.draw(st.integers(0, len(text) - 1))
    _, begin, end = layout.row(layout.row_at(offset))
    assert begin <= offset <= end
