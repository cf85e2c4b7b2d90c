"""Every key, once: what it does, where it works, and how the footer and the key list call it.

Each binding has an id, so that a configuration can give it other keys.
"""

from typing import Literal, NamedTuple

from textual.binding import Binding, BindingType

Where = Literal["list", "viewer", "attempts", "detail", "main"]


class Entry(NamedTuple):
    """A key and what it does."""

    id: str
    keys: str
    """Textual's names, separated by commas."""
    shown: str
    """How a person calls the keys."""
    action: str
    word: str
    """In the footer; empty: not there."""
    does: str
    """In the key list."""
    where: tuple[Where, ...]


_MOVING: tuple[Where, ...] = ("list", "attempts")

ENTRIES = (
    Entry("open", "enter", "enter", "open", "open", "open the delivery, or show the attempt", _MOVING),
    Entry("nav.up", "up,k", "↑ k", "move(-1)", "", "one row up", _MOVING),
    Entry("nav.down", "down,j", "↓ j", "move(1)", "", "one row down", _MOVING),
    Entry("nav.page_up", "pageup", "pgup", "page(-2)", "", "a page up", ("list",)),
    Entry("nav.page_down", "pagedown", "pgdn", "page(2)", "", "a page down", ("list",)),
    Entry("nav.half_up", "ctrl+u", "^u", "page(-1)", "", "half a page up", ("list",)),
    Entry("nav.half_down", "ctrl+d", "^d", "page(1)", "", "half a page down", ("list",)),
    Entry("nav.top", "home,g", "g home", "oldest", "", "the oldest delivery", ("list",)),
    Entry("nav.bottom", "end,G", "G end", "newest", "", "the newest delivery; follows again", ("list",)),
    Entry("scroll.up", "up,k", "↑ k", "scroll(-1)", "", "one line up", ("viewer",)),
    Entry("scroll.down", "down,j", "↓ j", "scroll(1)", "", "one line down", ("viewer",)),
    Entry("scroll.page_up", "pageup,b", "pgup b", "scroll_page(-2)", "", "a page up", ("viewer",)),
    Entry("scroll.page_down", "pagedown,space", "pgdn space", "scroll_page(2)", "", "a page down", ("viewer",)),
    Entry("scroll.half_up", "ctrl+u", "^u", "scroll_page(-1)", "", "half a page up", ("viewer",)),
    Entry("scroll.half_down", "ctrl+d", "^d", "scroll_page(1)", "", "half a page down", ("viewer",)),
    Entry("scroll.top", "home,g", "g home", "scroll_start", "", "the first line", ("viewer",)),
    Entry("scroll.bottom", "end,G", "G end", "scroll_finish", "", "the last line", ("viewer",)),
    Entry("back", "escape", "esc", "screen.back", "back", "one level back", ("detail",)),
    Entry("replay", "r", "r", "screen.replay", "replay", "send the same bytes to your app again", ("main",)),
    Entry(
        "replay.resign", "R", "R", "screen.replay(True)", "", "send it again, signed afresh with your secret", ("main",)
    ),
    Entry("copy", "y", "y", "screen.copy", "copy", "copy URL, headers, body, cURL line or signature report", ("main",)),
    Entry("copy.curl", "Y", "Y", "screen.copy_curl", "", "copy as a cURL line", ("main",)),
    Entry("find", "slash", "/", "screen.find", "find", "find in what is shown", ("detail",)),
    Entry("find.next", "n", "n", "screen.find_next(1)", "", "the next match", ("detail",)),
    Entry("find.previous", "N", "N", "screen.find_next(-1)", "", "the match before", ("detail",)),
    Entry("filter", "slash", "/", "screen.filter", "filter", "filter the list", ("main",)),
    Entry("filter.toggle", "F", "F", "screen.filter_toggle", "", "filter off, and on again", ("main",)),
    Entry("follow", "f", "f", "screen.follow", "follow", "follow the newest delivery, or pause", ("main",)),
    Entry("view.mode", "v", "v", "screen.view", "view", "the body's view: auto, pretty, raw, hex", ("detail",)),
    Entry("view.wrap", "W", "W", "screen.wrap", "wrap", "fold long lines, or cut them", ("detail",)),
    Entry("view.headers", "h", "h", "screen.headers", "headers", "all headers, or the telling ones", ("detail",)),
    Entry("save.body", "w", "w", "screen.save", "", "save the body to a file", ("detail",)),
    Entry("pager", "o", "o", "screen.pager", "", "show the body in your pager", ("detail",)),
    Entry("tab.previous", "left_square_bracket", "[", "screen.tab_step(-1)", "", "the tab before", ("main",)),
    Entry("tab.next", "right_square_bracket", "]", "screen.tab_step(1)", "tabs", "the next tab", ("main",)),
    Entry("tab.1", "1", "1", "screen.tab(0)", "", "Request", ("main",)),
    Entry("tab.2", "2", "2", "screen.tab(1)", "", "Response", ("main",)),
    Entry("tab.3", "3", "3", "screen.tab(2)", "", "Signature", ("main",)),
    Entry("tab.4", "4", "4", "screen.tab(3)", "", "Attempts", ("main",)),
    Entry("tab.5", "5", "5", "screen.tab(4)", "", "Raw", ("main",)),
    Entry("delivery.next", "J", "J", "screen.step(1)", "", "the next delivery, without leaving the detail", ("main",)),
    Entry("delivery.previous", "K", "K", "screen.step(-1)", "", "the delivery before", ("main",)),
    Entry("pane.next", "tab", "tab", "screen.pane", "pane", "the other pane", ("main",)),
    Entry("pane.previous", "shift+tab", "shift+tab", "screen.pane", "", "the other pane", ("main",)),
    Entry("pane.zoom", "z", "z", "screen.zoom", "zoom", "the focused pane alone, or both", ("main",)),
    Entry("keys", "question_mark,f1", "?", "app.keys", "keys", "this list", ("main",)),
    Entry("palette", "colon", ":", "app.command_palette", "", "commands, also ctrl+p", ("main",)),
    Entry("quit", "q", "q", "app.quit", "quit", "leave; ctrl+c does too", ("main",)),
)


def bindings(where: Where) -> list[BindingType]:
    """Give the bindings that work in a part of the screen."""
    return [
        Binding(entry.keys, entry.action, entry.does, id=entry.id, show=bool(entry.word), key_display=entry.shown)
        for entry in ENTRIES
        if where in entry.where
    ]
