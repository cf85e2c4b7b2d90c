"""A line of text across the screen that is made anew for its width."""

from collections.abc import Callable

from textual.strip import Strip
from textual.widget import Widget

from client.tui.model.spans import EMPTY, Line
from client.tui.theme import TONE_CLASSES
from client.tui.widgets.painting import paint


def _nothing(_width: int) -> Line:
    return EMPTY


class Bar(Widget):
    """Shows what `make` gives for the width it has."""

    COMPONENT_CLASSES = TONE_CLASSES
    DEFAULT_CSS = "Bar { height: 1; width: 1fr; }"

    def __init__(self, make: Callable[[int], Line] = _nothing, *, id: str | None = None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id)
        self._make = make
        self._shown: Line = EMPTY

    def update(self) -> None:
        """Draw again if the line has changed."""
        line = self._make(self.size.width)
        if line != self._shown:
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        self._shown = self._make(self.size.width) if y == 0 else EMPTY
        return paint(self, self._shown, self.size.width)
