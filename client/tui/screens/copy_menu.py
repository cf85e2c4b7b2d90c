"""The menu of what can be copied: one key each."""

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from client.tui.model.spans import Line, Span
from client.tui.widgets.bar import Bar
from client.wording import Signs

_CHOICES = (
    ("u", "url", "the URL it was sent to"),
    ("h", "headers", "the headers, in wire order"),
    ("b", "body", "the body as text"),
    ("c", "curl", "a cURL line to your app, secrets left out"),
    ("s", "report", "the signature report, without the secret"),
)
_WITHOUT_DELIVERY = frozenset({"url"})


class CopyMenu(ModalScreen[str | None]):
    """Gives what the user chose, or None."""

    def __init__(self, *, signs: Signs, delivery: bool) -> None:
        """Offer what there is.

        Args:
            signs: the alphabet.
            delivery: a delivery is shown; without one there is only the public URL.
        """
        super().__init__()
        self._signs = signs
        self._choices = [one for one in _CHOICES if delivery or one[1] in _WITHOUT_DELIVERY]

    def compose(self) -> ComposeResult:
        """Show a line for each choice."""
        box = Vertical()
        box.border_title = "Copy"
        box.border_subtitle = "esc leaves"
        with box:
            for key, what, words in self._choices:
                yield Bar(_maker(key, what, words))

    def on_key(self, event: events.Key) -> None:
        """Give the choice whose key it is, or leave."""
        event.stop()
        chosen = [what for key, what, _ in self._choices if event.character == key]
        self.dismiss(chosen[0] if chosen else None)

    def action_choose(self, what: str) -> None:
        """Give a choice that was clicked."""
        self.dismiss(what)


def _maker(key: str, what: str, words: str) -> Callable[[int], Line]:
    def make(_width: int) -> Line:
        action = f"screen.choose('{what}')"
        return (Span(f" {key} ", "button", action), Span(f" {what:<9}", "strong", action), Span(words, "muted", action))

    return make
