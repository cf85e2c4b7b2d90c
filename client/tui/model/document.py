"""A long text by its lines, found through offsets: showing a screenful costs the same at 5 KB and at 5 MB."""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from operator import sub

_LINE_END = re.compile("\n")


class Document:
    """A text and where its lines begin."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = array("q", [0])
        self._starts.extend(match.end() for match in _LINE_END.finditer(text))
        self.ascii = text.isascii()

    def __len__(self) -> int:
        return len(self._starts)

    def bounds(self, line: int) -> tuple[int, int]:
        """Give the offsets of a line's first character and of its end, the line end left out."""
        start = self._starts[line]
        stop = self._starts[line + 1] - 1 if line + 1 < len(self._starts) else len(self.text)
        return start, stop

    def lengths(self) -> Iterator[int]:
        """Give the number of characters of each line with its line end, for the last one as if it had one."""
        yield from map(sub, self._starts[1:], self._starts)
        yield len(self.text) + 1 - self._starts[-1]

    def line_at(self, offset: int) -> int:
        """Give the line that a character belongs to."""
        return bisect_right(self._starts, offset) - 1

    def cells(self, line: int, width: int) -> int:
        """Give how many characters of a line go into a row of `width` cells for certain."""
        if self.ascii:
            return width
        start, stop = self.bounds(line)
        return width if self.text[start:stop].isascii() else max(1, width // 2)


class Layout:
    """A document folded into rows of a width, so that nothing has to be scrolled sideways."""

    def __init__(self, document: Document, width: int | None) -> None:
        """Fold `document`.

        Args:
            document: the text.
            width: cells of a row; None: a line is a row, however long.
        """
        self._document = document
        self._width = width or 0
        self._ends: array[int] | None = None
        certain = self._width if document.ascii else self._width // 2
        if width is not None and max(document.lengths()) - 1 > certain:
            self._ends = array("q", accumulate(self._counts(width)))

    def _counts(self, width: int) -> Iterator[int]:
        if self._document.ascii:
            for length in self._document.lengths():
                yield -(-(length - 1) // width) or 1
            return
        for line, length in enumerate(self._document.lengths()):
            yield -(-(length - 1) // self._document.cells(line, width)) or 1

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else len(self._document)

    def row(self, row: int) -> tuple[int, int, int]:
        """Give a row as its line, and the offsets in the text where the row begins and ends."""
        if self._ends is None:
            return row, *self._document.bounds(row)
        line = bisect_right(self._ends, row)
        start, stop = self._document.bounds(line)
        unit = self._document.cells(line, self._width)
        first = self._ends[line - 1] if line else 0
        begin = start + (row - first) * unit
        return line, begin, min(begin + unit, stop)

    def row_at(self, offset: int) -> int:
        """Give the row that shows a character."""
        line = self._document.line_at(offset)
        if self._ends is None:
            return line
        start, _ = self._document.bounds(line)
        first = self._ends[line - 1] if line else 0
        return first + min(offset - start, self._last(line)) // self._document.cells(line, self._width)

    def _last(self, line: int) -> int:
        start, stop = self._document.bounds(line)
        return max(0, stop - start - 1)
