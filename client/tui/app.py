"""The application: themes, the screens, and how it ends."""

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from client.inspector import Inspector
from client.tui import crash
from client.tui.keymap import ENTRIES
from client.tui.sanitise import ControlFilter
from client.tui.screens.main import MainScreen
from client.tui.session import Session
from client.tui.theme import CSS, MONO, THEMES, VARIABLES
from client.wording import ASCII, Signs

GONE_CODE = 4
"""The exit code when the client that is looked at has ended."""

_CRASHED_CODE = 1
_SIGNAL_CODES = 128
_LAST_SECONDS = 2.0


class HooklineApp(App[None]):
    """Looks at a client through an `Inspector`."""

    CSS = CSS
    CSS_PATH = ["screens/main.tcss", "screens/popups.tcss"]  # noqa: RUF012 - Textual declares it so
    TITLE = "hookline"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "quit", "quit", show=False, priority=True, id="quit.now"),
        Binding("ctrl+q", "quit", "quit", show=False, priority=True, id="quit.textual"),
    ]

    def __init__(
        self,
        inspector: Inspector,
        *,
        close: Callable[[], Awaitable[None]],
        clock: Callable[[], float],
        signs: Signs,
        theme: str,
        reports: Path,
    ) -> None:
        """Look at `inspector`.

        Args:
            inspector: the client.
            close: lets go of the client, at the end.
            clock: gives Unix seconds.
            signs: the alphabet.
            theme: a theme's name.
            reports: where a report is left when the screen fails.
        """
        super().__init__()
        self.session = Session(inspector, clock=clock)
        self.signs = signs
        self.failure: BaseException | None = None
        """What ended the application, if it was a fault in it."""
        self._close = close
        self._reports = reports
        self._control_filter = ControlFilter()
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give what a theme that is not ours lacks."""
        return VARIABLES

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Have every line of every widget pass the filter for control characters."""
        return [*super().get_line_filters(), self._control_filter]

    def get_default_screen(self) -> MainScreen:
        """Give the main screen."""
        return MainScreen(self.session, signs=self.signs)

    def on_mount(self) -> None:
        """Take the signals that ask for an end, so that the terminal is put back in order."""
        self.set_class(self.theme == MONO.name, "-mono")
        self.set_class(self.signs is ASCII, "-ascii")
        self.theme_changed_signal.subscribe(self, lambda theme: self.set_class(theme.name == MONO.name, "-mono"))
        if threading.current_thread() is threading.main_thread():
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self._end_by_signal, number)

    async def on_unmount(self) -> None:
        """Let go of the client."""
        await self._close()

    def _end_by_signal(self, number: int) -> None:
        code = _SIGNAL_CODES + number
        last = threading.Timer(_LAST_SECONDS, os._exit, (code,))  # a terminal that is gone takes no last words
        last.daemon = True
        last.start()
        self.exit(return_code=code)

    def on_main_screen_client_ended(self) -> None:
        """Leave because there is nothing to look at any more."""
        self.exit(return_code=GONE_CODE, message="hookline has ended")

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Give the commands of the palette: every key, and the themes."""
        del screen
        yield SystemCommand("theme: choose the colours", "", self.action_change_theme)
        main = self.screen_stack[0]
        for entry in ENTRIES:
            owner, _, action = entry.action.partition("(")[0].rpartition(".")
            usable = owner == "screen" and isinstance(main, MainScreen) and main.check_action(action, ())
            if usable or (owner == "app" and action != "command_palette"):
                yield SystemCommand(f"{entry.id}: {entry.does}", f"key {entry.shown}", _runner(self, entry.action))

    def action_keys(self) -> None:
        """Show every key."""
        from client.tui.screens.keys import KeysScreen  # noqa: PLC0415 - the first paint does not wait for it

        if not isinstance(self.screen, KeysScreen):
            self.push_screen(KeysScreen(signs=self.signs))

    def _handle_exception(self, error: Exception) -> None:
        """End with one line that quotes nothing: Textual's own report shows the values of variables."""
        self._return_code = _CRASHED_CODE
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self.failure = error
        self._fatal_error()

    def _fatal_error(self) -> None:
        error = self.failure or self._exception or RuntimeError()
        path = crash.keep(crash.report(error), self._reports)
        kept = f" A report without any captured data is in {path}" if path else ""
        self._exit_renderables[:] = [Text(f"hookline: the screen failed ({crash.place(error)}).{kept}")]
        self._close_messages_no_wait()


def _runner(app: HooklineApp, action: str) -> Callable[[], object]:
    return lambda: app.call_later(app.run_action, action)
