"""The attempts of a delivery, one of which is shown in the other tabs."""

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from client.tui.keymap import bindings
from client.tui.model.attempts import HEAD, attempt_line, attempt_notes
from client.tui.model.spans import EMPTY, Line
from client.tui.theme import TONE_CLASSES
from client.tui.widgets.painting import paint
from client.views import DeliveryDetail
from client.wording import Signs


class AttemptTable(ScrollView, can_focus=True):
    """Lists attempts; a cursor chooses one."""

    COMPONENT_CLASSES = TONE_CLASSES | {"row--cursor", "row--cursor-blurred"}
    DEFAULT_CSS = "AttemptTable { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }"
    BINDINGS: ClassVar[list[BindingType]] = bindings("attempts")

    class Chosen(Message):
        """An attempt is to be shown."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, *, clock: Callable[[], float], signs: Signs, id: str | None = None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id)
        self._clock = clock
        self._signs = signs
        self._detail: DeliveryDetail | None = None
        self._shown = 0
        self._cursor = 0
        self._notes: list[Line] = []

    def show(self, detail: DeliveryDetail, shown: int) -> None:
        """Show a delivery's attempts; number `shown` is what the other tabs show."""
        old = self._detail
        grown = old is None or old.summary.id != detail.summary.id or len(old.attempts) != len(detail.attempts)
        self._detail, self._shown = detail, shown
        if grown:
            self._cursor = len(detail.attempts) - 1
        self._lay_out()

    def _lay_out(self) -> None:
        if self._detail is not None:
            self._notes = attempt_notes(self._detail, width=max(1, self.scrollable_content_region.width))
            self.virtual_size = Size(
                self.scrollable_content_region.width, 1 + len(self._detail.attempts) + len(self._notes)
            )
        self.refresh()

    def on_resize(self) -> None:
        """Lay the notes out for the new width."""
        self._lay_out()

    def render_line(self, y: int) -> Strip:
        """Draw the head, an attempt, or a note."""
        row = y + self.scroll_offset.y - 1
        width = self.scrollable_content_region.width
        attempts = self._detail.attempts if self._detail else ()
        if row < 0:
            return paint(self, HEAD, width)
        if row < len(attempts):
            attempt = attempts[row]
            shown = attempt.number == self._shown
            line = attempt_line(attempt, now=self._clock(), width=width, signs=self._signs, shown=shown)
            name = "row--cursor" if self.has_focus else "row--cursor-blurred"
            over = self.get_component_rich_style(name, partial=True) if row == self._cursor else None
            return paint(self, line, width, over=over)
        note = row - len(attempts)
        return paint(self, self._notes[note] if note < len(self._notes) else EMPTY, width)

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        attempts = self._detail.attempts if self._detail else ()
        self._cursor = max(0, min(self._cursor + rows, len(attempts) - 1))
        top = self.scroll_offset.y
        if not top <= self._cursor + 1 < top + self.size.height:
            self.scroll_to(y=max(0, self._cursor + 1 - self.size.height // 2), animate=False, immediate=True)
        self.refresh()

    def action_open(self) -> None:
        """Show the attempt under the cursor."""
        if self._detail is not None and self._detail.attempts:
            self.post_message(self.Chosen(self._detail.attempts[self._cursor].number))

    def on_click(self, event: events.Click) -> None:
        """Move the cursor; a second click shows the attempt."""
        row = event.y + self.scroll_offset.y - 1
        if self._detail is not None and 0 <= row < len(self._detail.attempts):
            self._cursor = row
            self.refresh()
            if event.chain > 1:
                self.action_open()
