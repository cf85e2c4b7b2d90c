"""A filter that says nothing: where it is wrong, why, and what was perhaps meant."""

import difflib
from collections.abc import Iterable

from shared.errors import TunnelError
from shared.printable import printable_line


class FilterError(TunnelError):
    """A mistake in a filter expression."""

    def __init__(self, sentence: str, *, text: str, position: int, length: int = 1, suggestion: str = "") -> None:
        said = f"{sentence}; did you mean {suggestion}?" if suggestion else sentence
        super().__init__(said)
        self.sentence = said
        self.text = text
        """The whole expression."""
        self.position = position
        """Where the mistake begins, in characters from 0."""
        self.length = max(length, 1)
        self.suggestion = suggestion
        """The nearest right word, or empty."""

    def pointing(self) -> str:
        """Give expression, a caret under the mistake, and the sentence, on three lines."""
        return f"{printable_line(self.text)}\n{' ' * self.position}{'^' * self.length}\n{self.sentence}"


def nearest(word: str, known: Iterable[str]) -> str:
    """Give the known word that `word` was most likely meant to be, or empty."""
    found = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.55)
    return found[0] if found else ""
