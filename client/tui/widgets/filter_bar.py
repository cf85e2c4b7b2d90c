"""The filter box: evaluated while typing, with the number of matches or the mistake beside it."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from client.tui.model.spans import EMPTY, Line, Span, justify, span, width_of
from client.tui.widgets.bar import Bar
from client.tui.widgets.line_input import LineInput

_REST_SECONDS = 0.15
_HINT = 'status:5xx  sig:bad  type:charge.*  body:"usd"'


class FilterBar(Horizontal):
    """Takes a query and says what came of it."""

    DEFAULT_CSS = """
    FilterBar { height: 1; background: $surface; }
    FilterBar > #filter-label { width: 10; }
    FilterBar > #filter-note { width: 0; max-width: 65%; }
    """

    class Changed(Message):
        """Another query is wanted."""

        def __init__(self, query: str) -> None:
            super().__init__()
            self.query = query

    class Left(Message):
        """The user goes back to the list."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id)
        self._note: Line = EMPTY
        self._timer: Timer | None = None
        self._asked = ""
        self.label = Bar(self._label_line, id="filter-label")
        self.note = Bar(self._note_line, id="filter-note")
        self.input = LineInput(_HINT, id="filter-input")

    def compose(self) -> ComposeResult:
        """Put label, input and note side by side."""
        yield self.label
        yield self.input
        yield self.note

    def _label_line(self, _width: int) -> Line:
        return (Span(" / ", "button", "screen.filter"), Span("filter", "muted"))

    def _note_line(self, width: int) -> Line:
        return justify(EMPTY, (*self._note, Span(" ")), width)

    def say(self, note: Line) -> None:
        """Show a note at the right side."""
        self._note = note
        self.note.styles.width = width_of(note) + 2
        self.note.update()

    def refuse(self, sentence: str) -> None:
        """Show why a query does not work."""
        self.say((span(sentence, "error"),))

    @property
    def text(self) -> str:
        """What stands in the box."""
        return self.input.value.strip()

    def put(self, query: str) -> None:
        """Set the query and ask for it."""
        self.input.value = query
        self._ask()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Wait for a rest in the typing."""
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_REST_SECONDS, self._ask)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Ask at once and go back to the list."""
        event.stop()
        self._ask()
        self.post_message(self.Left())

    def _ask(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self.text != self._asked:
            self._asked = self.text
            self.post_message(self.Changed(self.text))

    def key_escape(self) -> None:
        """Clear the filter and go back to the list."""
        self.put("")
        self.post_message(self.Left())
