"""A few lines across the screen that are there only while there is something to say."""

from collections.abc import Callable

from textual.strip import Strip
from textual.widget import Widget

from client.tui.model.spans import EMPTY, Line
from client.tui.theme import TONE_CLASSES
from client.tui.widgets.painting import paint


class Banner(Widget):
    """Shows what `make` gives for the screen's width, as many lines as there are."""

    COMPONENT_CLASSES = TONE_CLASSES
    DEFAULT_CSS = "Banner { height: 1; width: 1fr; display: none; }"

    def __init__(self, make: Callable[[int], list[Line]], *, id: str | None = None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id)
        self._make = make
        self._lines: list[Line] = []

    def update(self) -> None:
        """Draw again if what is said has changed; take no room when it is nothing."""
        lines = self._make(self.screen.size.width)
        if lines != self._lines:
            self._lines = lines
            self.styles.height = max(1, len(lines))
            self.display = bool(lines)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw a line."""
        return paint(self, self._lines[y] if y < len(self._lines) else EMPTY, self.size.width)
