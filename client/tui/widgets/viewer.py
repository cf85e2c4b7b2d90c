"""A window over a page: scrolls, finds, and draws only what is in sight."""

import re
from typing import ClassVar

from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from client.tui.keymap import bindings
from client.tui.model.pages import Found, Lines, Page
from client.tui.model.spans import EMPTY, Line, Span
from client.tui.theme import TONE_CLASSES
from client.tui.widgets.painting import paint


class Viewer(ScrollView, can_focus=True):
    """Shows a `Page`."""

    COMPONENT_CLASSES = TONE_CLASSES
    DEFAULT_CSS = """
    Viewer { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; scrollbar-gutter: stable; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("viewer")

    class Scrolled(Message):
        """Another part of the page is in sight."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id)
        self._page: Page = Lines(lambda _width: [])
        self._pattern: Found | None = None
        self._match: int | None = None
        self._width = 0

    def show(self, page: Page, *, top: int = 0) -> None:
        """Show a page from line `top` on."""
        self._page = page
        self._width = 0
        self._match = None
        self._lay_out()
        self.scroll_to(y=top, animate=False, immediate=True, force=True)

    @property
    def top(self) -> int:
        """The first line in sight."""
        return self.scroll_offset.y

    @property
    def lines(self) -> int:
        """How many lines the page has at this width."""
        return len(self._page)

    def _lay_out(self) -> None:
        width = self._room()
        if width != self._width:
            self._width = width
            self._page.lay_out(width)
        self.virtual_size = Size(width, len(self._page))
        self.refresh()

    def _room(self) -> int:
        return max(1, self.scrollable_content_region.width)

    def on_resize(self) -> None:
        """Lay the page out for the new width."""
        self._lay_out()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Say that another part is in sight."""
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Scrolled())

    def render_line(self, y: int) -> Strip:
        """Draw a line of the page."""
        row = y + self.scroll_offset.y
        line = self._page.line(row) if row < len(self._page) else EMPTY
        if self._pattern is not None:
            line = _marked(line, self._pattern)
        return paint(self, line, self._room())

    def find(self, text: str) -> bool:
        """Look for text from the top of what is in sight on; False when it is nowhere. Empty: stop looking."""
        self._pattern = re.compile(re.escape(text), re.IGNORECASE) if text else None
        self._match = None
        self.refresh()
        return self._pattern is None or self.find_next(1, first=self.top - 1)

    def find_next(self, step: int, *, first: int | None = None) -> bool:
        """Go to the next match, or to the one before; past the last one begins again. False when there is none."""
        if self._pattern is None:
            return False
        start = first if first is not None else self._match if self._match is not None else self.top - 1
        row = self._page.find(self._pattern, start, backwards=step < 0)
        if row is None:
            row = self._page.find(self._pattern, len(self._page) if step < 0 else -1, backwards=step < 0)
        if row is None:
            return False
        self._match = row
        if not self.top <= row < self.top + self.size.height:
            self.scroll_to(y=max(0, row - self.size.height // 3), animate=False, immediate=True, force=True)
        self.refresh()
        return True

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self._go(self.top + lines)

    def action_scroll_page(self, half_pages: int) -> None:
        """Scroll by half pages."""
        self._go(self.top + half_pages * max(1, self.size.height // 2))

    def action_scroll_start(self) -> None:
        """Show the first line."""
        self._go(0)

    def action_scroll_finish(self) -> None:
        """Show the last line."""
        self._go(self.lines)

    def _go(self, top: int) -> None:
        self.scroll_to(y=max(0, min(top, self.max_scroll_y)), animate=False, immediate=True)


def _marked(line: Line, pattern: Found) -> Line:
    marked: list[Span] = []
    for one in line:
        end = 0
        for match in pattern.finditer(one.text):
            if match.end() > match.start():
                marked += [one._replace(text=one.text[end : match.start()]), Span(match.group(), "found")]
                end = match.end()
        marked.append(one._replace(text=one.text[end:]))
    return tuple(span for span in marked if span.text)
