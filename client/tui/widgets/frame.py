"""A pane with a line above and a line below: in its border where there is room for two panes, else without one."""

from collections.abc import Callable

from textual.containers import Vertical
from textual.content import Content

from client.tui.model.spans import EMPTY, Line, Span, Tone
from client.tui.widgets.bar import Bar

Maker = Callable[[int], Line]

_LABEL_MARGIN_CELLS = 4
"""Between a corner and what stands in the border."""
_COLOURS: dict[Tone, str] = {
    "plain": "$foreground",
    "muted": "$muted",
    "strong": "bold $foreground",
    "success": "$success",
    "accent": "$accent",
    "warning": "$warning",
    "error": "$error",
    "title": "bold $primary",
    "button": "bold $primary",
}


def _nothing(_width: int) -> Line:
    return EMPTY


class Frame(Vertical):
    """Holds a pane's widgets between a head line and a foot line."""

    DEFAULT_CSS = "Frame { width: 1fr; height: 1fr; }"

    def __init__(self, *, id: str | None = None, head: Maker = _nothing, foot: Maker = _nothing) -> None:  # noqa: A002
        super().__init__(id=id)
        self._head, self._foot = head, foot
        self._drawn: tuple[Line, Line, str] = (EMPTY, EMPTY, "")
        self.head = Bar(head)
        self.foot = Bar(foot)
        self.head.add_class("frame-line")
        self.foot.add_class("frame-line")

    def update_lines(self) -> None:
        """Draw head and foot again."""
        self.head.update()
        self.foot.update()
        if self.styles.border_top[0]:
            width = max(0, self.size.width - _LABEL_MARGIN_CELLS)
            self._set(self._head(width), self._foot(width))

    def _set(self, head: Line, foot: Line) -> None:
        edge = "$border" if self.has_pseudo_class("focus-within") else "$border-blurred"
        if (head, foot, edge) != self._drawn:
            self._drawn = (head, foot, edge)
            self.border_title = _coloured(head, edge)
            self.border_subtitle = _coloured(foot, edge)

    def on_descendant_focus(self) -> None:
        """Colour the lines in the border as the border will be."""
        self.call_after_refresh(self.update_lines)

    def on_descendant_blur(self) -> None:
        """Colour the lines in the border as the border will be."""
        self.call_after_refresh(self.update_lines)

    def on_resize(self) -> None:
        """Make the lines for the new width."""
        self.update_lines()


def _coloured(line: Line, edge: str) -> Content:
    return Content.assemble(*((one.text, _style(one, edge)) for one in line))


def _style(one: Span, edge: str) -> str:
    return edge if one.text.strip("─-") == "" and one.tone == "muted" else _COLOURS.get(one.tone, "$foreground")
