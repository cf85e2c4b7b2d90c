"""Styled text as values: a line is spans, a span is text with a tone, and a theme decides what a tone looks like."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from rich.cells import cell_len, set_cell_size

from client.wording import Phrase
from shared.printable import printable_line

Tone = Literal[
    "plain",
    "muted",
    "strong",
    "success",
    "accent",
    "warning",
    "error",
    "title",
    "field",
    "string",
    "number",
    "literal",
    "found",
    "button",
]
"""`field`, `string`, `number`, `literal` are parts of content; `found` is a search hit; `button` can be pressed."""


class Span(NamedTuple):
    """A piece of a line. Its text is one safe line: made by `span`, or a constant."""

    text: str
    tone: Tone = "plain"
    action: str = ""
    """A Textual action that a click runs; always one of our own constants."""


Line = tuple[Span, ...]

EMPTY: Line = ()
BLANK = Span(" ")


def span(text: str, tone: Tone = "plain") -> Span:
    """Make a span of text that came from outside."""
    return Span(printable_line(text), tone)


def phrase_span(phrase: Phrase) -> Span:
    """Make a span of a sign and its word."""
    return Span(str(phrase), phrase.role)


def text_of(line: Iterable[Span]) -> str:
    """Give a line without its tones."""
    return "".join(one.text for one in line)


def width_of(line: Iterable[Span]) -> int:
    """Give the number of cells a line takes."""
    return sum(cell_len(one.text) for one in line)


def cell(text: str, width: int, *, more: str = "…", right: bool = False) -> str:
    """Give safe text in exactly `width` cells: cut with `more` at its end, or padded.

    Args:
        text: one safe line.
        width: cells.
        more: what stands for the part that is cut off.
        right: pad at the left side, as numbers are.
    """
    length = cell_len(text)
    if length > width:
        room = width - cell_len(more)
        return set_cell_size(text, room) + more if room >= 0 else set_cell_size(text, width)
    padding = " " * (width - length)
    return padding + text if right else text + padding


def fit(line: Line, width: int, *, more: str = "…") -> Line:
    """Give a line cut to at most `width` cells, the cut marked."""
    if width_of(line) <= width:
        return line
    room = width - cell_len(more)
    if room < 0:
        return EMPTY
    fitted: list[Span] = []
    for one in line:
        length = cell_len(one.text)
        if length > room:
            fitted.append(one._replace(text=set_cell_size(one.text, room) + more))
            break
        fitted.append(one)
        room -= length
    return tuple(fitted)


def justify(left: Line, right: Line, width: int, *, more: str = "…", fill: Span = BLANK) -> Line:
    """Give a line of `width` cells with `left` at its left side and `right` at its right; `left` gives way.

    Args:
        left: what is cut when there is not room for both.
        right: what stays.
        width: cells.
        more: marks the cut.
        fill: one cell, repeated between them.
    """
    right = fit(right, width, more=more)
    room = width - width_of(right)
    left = fit(left, max(0, room - 1), more=more) if right else fit(left, room, more=more)
    gap = room - width_of(left)
    return (*left, fill._replace(text=fill.text * gap), *right)


def wrapped(text: str, width: int) -> list[str]:
    """Give a sentence in lines of at most `width` cells, broken at spaces; a word that is longer is cut."""
    lines: list[str] = []
    current = ""
    for word in text.split():
        for piece in _pieces(word, max(1, width)):
            candidate = f"{current} {piece}" if current else piece
            if cell_len(candidate) <= width:
                current = candidate
                continue
            lines.append(current)
            current = piece
    if current:
        lines.append(current)
    return lines


def _pieces(word: str, width: int) -> Iterable[str]:
    while cell_len(word) > width:
        head = set_cell_size(word, width).rstrip() or word[0]
        yield head
        word = word[len(head) :]
    if word:
        yield word
