"""A line of text that is typed: without a frame, and with a cursor that stands still."""

from textual.widgets import Input


class LineInput(Input):
    """An `Input` one line high."""

    DEFAULT_CSS = """
    LineInput, LineInput:focus { border: none; height: 1; padding: 0; background: transparent; width: 1fr; }
    """

    def __init__(self, hint: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's
        """Begin empty, showing `hint`."""
        super().__init__(placeholder=hint, id=id, select_on_focus=False)
        self.cursor_blink = False
