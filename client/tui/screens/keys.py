"""The list of keys, found by key or by what they do."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from client.tui.keymap import ENTRIES, Where
from client.tui.model.pages import Lines
from client.tui.model.spans import EMPTY, Line, Span
from client.tui.widgets.line_input import LineInput
from client.tui.widgets.viewer import Viewer
from client.wording import Signs

_GROUPS: tuple[tuple[str, tuple[Where, ...]], ...] = (
    ("Everywhere", ("main",)),
    ("In the list", ("list",)),
    ("In the detail", ("detail", "attempts")),
    ("In a page", ("viewer",)),
)
_KEY_CELLS = 14


class KeysScreen(ModalScreen[None]):
    """Shows every key; typing narrows the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1", "leave", "back", id="keys.back"),
        Binding("up", "scroll(-1)", "up", id="keys.up"),
        Binding("down", "scroll(1)", "down", id="keys.down"),
        Binding("pageup", "page(-2)", "page up", id="keys.page_up"),
        Binding("pagedown", "page(2)", "page down", id="keys.page_down"),
    ]

    def __init__(self, *, signs: Signs) -> None:
        super().__init__()
        self._signs = signs
        self._input = LineInput("type a key or a word")
        self._viewer = Viewer()

    def compose(self) -> ComposeResult:
        """Put the search above the keys."""
        box = Vertical()
        box.border_title = "Keys"
        box.border_subtitle = "esc leaves"
        with box:
            yield self._input
            yield self._viewer

    def on_mount(self) -> None:
        """Show all keys."""
        self._viewer.can_focus = False
        self._input.focus()
        self._show("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the keys that match."""
        event.stop()
        self._show(event.value)

    def _show(self, text: str) -> None:
        self._viewer.show(Lines(lambda _width: key_lines(text)))

    def on_input_submitted(self) -> None:
        """Leave."""
        self.dismiss()

    def action_leave(self) -> None:
        """Leave."""
        self.dismiss()

    def action_scroll(self, lines: int) -> None:
        """Scroll the keys."""
        self._viewer.action_scroll(lines)

    def action_page(self, half_pages: int) -> None:
        """Scroll the keys by half pages."""
        self._viewer.action_scroll_page(half_pages)


def key_lines(text: str) -> list[Line]:
    """Give the keys whose name, words or id hold `text`, under the parts of the screen where they work."""
    wanted = text.strip().casefold()
    lines: list[Line] = []
    for title, places in _GROUPS:
        found = [
            (Span(f"  {entry.shown:<{_KEY_CELLS}}", "button"), Span(entry.does))
            for entry in ENTRIES
            if set(entry.where) & set(places) and _matches(wanted, entry.shown, entry.does, entry.id)
        ]
        if found:
            lines += [*((EMPTY,) if lines else ()), (Span(title, "title"),), *found]
    return lines or [(Span("no key is called like that", "muted"),)]


def _matches(wanted: str, shown: str, does: str, identity: str) -> bool:
    if len(wanted) == 1:
        return wanted in shown.casefold().split()
    return wanted in f"{shown} {does} {identity}".casefold()
