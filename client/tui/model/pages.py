"""What a viewer scrolls through: pages of lines that are made when they come into sight."""

import re
from collections.abc import Callable, Sequence
from typing import Protocol

from client.tui.model.content import Rendering
from client.tui.model.document import Document, Layout
from client.tui.model.json_text import coloured
from client.tui.model.spans import Line, Span, text_of

Found = re.Pattern[str]


class Page(Protocol):
    """Lines of a width, by number."""

    def lay_out(self, width: int) -> None:
        """Prepare for rows of `width` cells."""
        ...

    def __len__(self) -> int: ...

    def line(self, row: int) -> Line:
        """Give a row's line."""
        ...

    def find(self, pattern: Found, after: int, *, backwards: bool = False) -> int | None:
        """Give the next row after row `after` (before it, when backwards) that `pattern` is in, or None."""
        ...


class Lines:
    """A few lines, made anew for each width."""

    def __init__(self, make: Callable[[int], Sequence[Line]]) -> None:
        self._make = make
        self._lines: Sequence[Line] = ()

    def lay_out(self, width: int) -> None:
        """Have the lines made."""
        self._lines = self._make(width)

    def __len__(self) -> int:
        return len(self._lines)

    def line(self, row: int) -> Line:
        """Give a row's line."""
        return self._lines[row]

    def find(self, pattern: Found, after: int, *, backwards: bool = False) -> int | None:
        """Give the next row that `pattern` is in."""
        rows = (
            range(min(after, len(self._lines)) - 1, -1, -1) if backwards else range(max(0, after + 1), len(self._lines))
        )
        return next((row for row in rows if pattern.search(text_of(self._lines[row]))), None)


class Text:
    """A document with line numbers, folded or not."""

    def __init__(self, document: Document, *, json: bool = False, wrap: bool = True) -> None:
        self._document = document
        self._json = json
        self._wrap = wrap
        self._gutter = len(str(len(document))) + 2
        self._layout = Layout(document, None)

    def lay_out(self, width: int) -> None:
        """Fold the document for a width."""
        room = max(8, width - self._gutter)
        self._layout = Layout(self._document, room if self._wrap else None)

    def __len__(self) -> int:
        return len(self._layout)

    def line(self, row: int) -> Line:
        """Give a row with its line number, which only the first row of a line has."""
        line, begin, end = self._layout.row(row)
        start, stop = self._document.bounds(line)
        label = str(line + 1) if begin == start else ""
        gutter = Span(label.rjust(self._gutter - 1) + " ", "muted")
        if not self._json or stop - start > _LONG:
            return (gutter, Span(self._document.text[begin : min(end, begin + _LONG)]))
        return (gutter, *_part(coloured(self._document.text[start:stop]), begin - start, end - start))

    def find(self, pattern: Found, after: int, *, backwards: bool = False) -> int | None:
        """Give the next row that begins a match."""
        text = self._document.text
        if not backwards:
            begin = self._layout.row(after + 1)[1] if 0 <= after + 1 < len(self) else (0 if after < 0 else len(text))
            match = pattern.search(text, begin)
            return self._layout.row_at(match.start()) if match else None
        end = self._layout.row(after)[1] if 0 <= after < len(self) else len(text)
        last = None
        for match in pattern.finditer(text, 0, end):
            last = match
        return self._layout.row_at(last.start()) if last else None


_LONG = 4_000
"""Characters of a row that are drawn at all: no terminal is wider."""


def _part(line: Line, begin: int, end: int) -> Line:
    parts: list[Span] = []
    at = 0
    for one in line:
        text = one.text[max(0, begin - at) : max(0, end - at)]
        if text:
            parts.append(one._replace(text=text))
        at += len(one.text)
    return tuple(parts)


class Hex:
    """Bytes with their offsets, sixteen a row where they fit."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._per_row = 16

    def lay_out(self, width: int) -> None:
        """Choose how many bytes go into a row."""
        self._per_row = next((count for count in (16, 8) if width >= _hex_width(count)), 4)

    def __len__(self) -> int:
        return (len(self._data) + self._per_row - 1) // self._per_row

    def line(self, row: int) -> Line:
        """Give a row: offset, bytes, and what of them is printable ASCII."""
        chunk = self._data[row * self._per_row : (row + 1) * self._per_row]
        octets = "  ".join(chunk[at : at + 8].hex(" ").ljust(23) for at in range(0, self._per_row, 8))
        text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in chunk)  # noqa: PLR2004 - printable ASCII
        return (Span(f"{row * self._per_row:08x}  ", "muted"), Span(octets), Span("  "), Span(text, "string"))

    def find(self, pattern: Found, after: int, *, backwards: bool = False) -> int | None:
        """Give the next row that begins a match in the bytes read as latin-1."""
        text = self._data.decode("latin-1")
        if not backwards:
            match = pattern.search(text, max(0, after + 1) * self._per_row)
            return match.start() // self._per_row if match else None
        starts = [match.start() for match in pattern.finditer(text, 0, max(0, after) * self._per_row)]
        return starts[-1] // self._per_row if starts else None


def _hex_width(count: int) -> int:
    return 10 + 3 * count + count // 8 + 1 + count


class Stack:
    """Pages one below the other."""

    def __init__(self, *pages: Page) -> None:
        self._pages = pages

    def lay_out(self, width: int) -> None:
        """Lay out each page."""
        for page in self._pages:
            page.lay_out(width)

    def __len__(self) -> int:
        return sum(len(page) for page in self._pages)

    def line(self, row: int) -> Line:
        """Give a row of the page it falls into."""
        for page in self._pages:
            if row < len(page):
                return page.line(row)
            row -= len(page)
        return ()

    def find(self, pattern: Found, after: int, *, backwards: bool = False) -> int | None:
        """Give the next row of any page that `pattern` is in."""
        first = 0
        found: int | None = None
        for page in self._pages:
            row = page.find(pattern, after - first, backwards=backwards)
            if row is not None:
                found = first + row
                if not backwards:
                    return found
            first += len(page)
        return found


def content_page(rendering: Rendering, data: bytes, *, wrap: bool) -> Page:
    """Give the page for prepared content."""
    if rendering.document is None:
        return Hex(data)
    return Text(rendering.document, json=rendering.json, wrap=wrap)
