"""The list of deliveries: a window over rows of which only those in sight are drawn."""

from collections import OrderedDict
from collections.abc import Callable
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from client.tui.keymap import bindings
from client.tui.model.browser import Browser
from client.tui.model.row_line import Columns, columns, missing_line, row_line
from client.tui.theme import TONE_CLASSES
from client.tui.widgets.painting import paint
from client.views import DeliverySummary
from client.wording import Signs, day

_STRIPS = 1_024


class DeliveryList(ScrollView, can_focus=True):
    """Shows a `Browser`; moves its selection and says so."""

    COMPONENT_CLASSES = TONE_CLASSES | {"row--cursor", "row--cursor-blurred"}
    DEFAULT_CSS = """
    DeliveryList { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("list")

    minimal: reactive[bool] = reactive(False)
    """Show time, result and event only."""

    class Moved(Message):
        """The user selected another row."""

    class Opened(Message):
        """The user wants to see the selected row."""

    class Reshaped(Message):
        """There are other columns."""

    class RowsMissing(Message):
        """Rows from position `first` up to `last` are in sight and not at hand."""

        def __init__(self, first: int, last: int) -> None:
            super().__init__()
            self.first = first
            self.last = last

        def can_replace(self, message: Message) -> bool:
            """Make one of several that wait."""
            return isinstance(message, DeliveryList.RowsMissing)

    def __init__(
        self,
        browser: Browser,
        *,
        clock: Callable[[], float],
        signs: Signs,
        id: str | None = None,  # noqa: A002 - Textual's
    ) -> None:
        super().__init__(id=id)
        self._browser = browser
        self._clock = clock
        self._today = ""
        self._signs = signs
        self._strips: OrderedDict[tuple[int, bool], tuple[DeliverySummary, Strip]] = OrderedDict()
        self._shape = columns(0)

    @property
    def shape(self) -> Columns:
        """The columns there are."""
        return self._shape

    def rows_changed(self) -> None:
        """Take what the browser has now: follow the newest row, or stay at the selected one."""
        count = len(self._browser.rows)
        self._note_day()
        with self.app.batch_update():
            if count != self.virtual_size.height:
                self.virtual_size = Size(self.scrollable_content_region.width, count)
            self._show_position()
            self.refresh()

    def _note_day(self) -> None:
        """Forget what was drawn on another day: it told its times as that day's."""
        today = day(self._clock())
        if today != self._today:
            self._today = today
            self._strips.clear()

    def _show_position(self) -> None:
        position = self._browser.position
        if position < 0:
            return
        height = max(1, self.size.height)
        top = self.scroll_offset.y
        if self._browser.follow.following:
            top = len(self._browser.rows) - height
        elif position < top:
            top = position
        elif position >= top + height:
            top = position - height + 1
        self.scroll_to(y=max(0, top), animate=False, immediate=True, force=True)

    def notify_style_update(self) -> None:
        """Forget what was drawn in other colours."""
        super().notify_style_update()
        self._strips.clear()

    def watch_minimal(self) -> None:
        """Choose the columns again."""
        self._choose_columns()

    def on_resize(self) -> None:
        """Choose the columns for the new width."""
        self._choose_columns()
        self.rows_changed()

    def _choose_columns(self) -> None:
        self._shape = columns(self.scrollable_content_region.width, minimal=self.minimal)
        self._strips.clear()
        self.post_message(self.Reshaped())
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the row at a line of the window."""
        position = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if position >= len(self._browser.rows):
            return Strip.blank(width, self.rich_style)
        selected = position == self._browser.position
        row = self._browser.rows.row(position)
        if row is None:
            self.post_message(self.RowsMissing(self.scroll_offset.y, self.scroll_offset.y + self.size.height))
            return paint(self, missing_line(selected=selected, signs=self._signs), width, over=self._over(selected))
        key = (row.seq, selected and self.has_focus)
        known = self._strips.get(key) if not selected else None
        if known is not None and known[0] is row and known[1].cell_length == width:
            return known[1]
        line = row_line(row, self._shape, now=self._clock(), selected=selected, signs=self._signs)
        strip = paint(self, line, width, over=self._over(selected))
        if not selected:
            self._strips[key] = (row, strip)
            if len(self._strips) > _STRIPS:
                self._strips.popitem(last=False)
        return strip

    def _over(self, selected: bool) -> Style | None:
        if not selected:
            return None
        name = "row--cursor" if self.has_focus else "row--cursor-blurred"
        return self.get_component_rich_style(name, partial=True)

    def move(self, position: int) -> None:
        """Select the row at a position."""
        self._browser.move_to(position)
        self._show_position()
        self.refresh()
        self.post_message(self.Moved())

    def action_move(self, rows: int) -> None:
        """Move by rows."""
        self.move(self._browser.position + rows)

    def action_page(self, half_pages: int) -> None:
        """Move by half pages."""
        self.move(self._browser.position + half_pages * max(1, self.size.height // 2))

    def action_oldest(self) -> None:
        """Move to the first row."""
        self.move(0)

    def action_newest(self) -> None:
        """Move to the newest row and follow."""
        self.move(len(self._browser.rows) - 1)

    def action_open(self) -> None:
        """Ask for the selected row's detail."""
        self.post_message(self.Opened())

    def on_click(self, event: events.Click) -> None:
        """Select by one click, open by two."""
        position = event.y + self.scroll_offset.y
        if position < len(self._browser.rows):
            self.move(position)
            if event.chain > 1:
                self.action_open()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move three rows up, which pauses."""
        event.stop()
        self.action_move(-3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move three rows down."""
        event.stop()
        self.action_move(3)
