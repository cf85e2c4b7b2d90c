"""The panel in the list's place while there is nothing to list."""

from collections.abc import Callable

from textual.strip import Strip
from textual.widget import Widget

from client.tui.model.spans import Line, Span
from client.tui.theme import TONE_CLASSES
from client.tui.widgets.painting import paint

_WIDEST = 92
_MARGIN = 2


class EmptyPanel(Widget):
    """Shows what `make` gives for a width, a third of the way down."""

    COMPONENT_CLASSES = TONE_CLASSES
    DEFAULT_CSS = "EmptyPanel { height: 1fr; width: 1fr; }"

    def __init__(self, make: Callable[[int], list[Line]], *, id: str | None = None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id)
        self._make = make
        self._lines: list[Line] = []

    def update(self) -> None:
        """Draw again if what is said has changed."""
        lines = self._make(self._room())
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def on_resize(self) -> None:
        """Make the lines for the new width."""
        self.update()

    def _room(self) -> int:
        return max(10, min(_WIDEST, self.size.width - 2 * _MARGIN))

    def render_line(self, y: int) -> Strip:
        """Draw a line of the panel."""
        row = y - max(0, (self.size.height - len(self._lines)) // 3)
        if not 0 <= row < len(self._lines):
            return Strip.blank(self.size.width, self.rich_style)
        margin = max(_MARGIN, (self.size.width - self._room()) // 2)
        return paint(self, (Span(" " * margin), *self._lines[row]), self.size.width)
