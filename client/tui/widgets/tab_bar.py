"""The tabs of the detail."""

from textual.strip import Strip
from textual.widget import Widget

from client.tui.model.tabs import Tab, tab_lines
from client.tui.theme import TONE_CLASSES
from client.tui.widgets.painting import paint


class TabBar(Widget):
    """Names the tabs and underlines the active one."""

    COMPONENT_CLASSES = TONE_CLASSES
    DEFAULT_CSS = "TabBar { height: 2; width: 1fr; }"

    def __init__(self, *, under: str = "━") -> None:
        super().__init__()
        self._under = under
        self._tabs: list[Tab] = []
        self._active = 0

    def show(self, tabs: list[Tab], active: int) -> None:
        """Show tabs, one of them active."""
        if (tabs, active) != (self._tabs, self._active):
            self._tabs, self._active = tabs, active
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the names, or the line under them."""
        width = self.size.width
        return paint(
            self, tab_lines(self._tabs, self._active, width, under=self._under)[y] if self._tabs else (), width
        )
