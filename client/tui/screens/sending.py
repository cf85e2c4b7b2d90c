"""What leaves the screen: replays to the app, copies to the clipboard, bodies to a file or a pager."""

import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from textual.app import SuspendNotSupported
from textual.screen import Screen

from client.inspector import ReplayRefused, Side, UnknownDelivery
from client.tui import clipboard
from client.tui.model.contents import Key
from client.tui.model.copying import as_curl, headers_text, report_text, url_text
from client.tui.model.row_line import brief
from client.tui.model.tabs import RESPONSE
from client.tui.session import GONE, Session
from client.tui.widgets.detail import DetailPane
from client.views import AttemptView, DeliveryDetail, DeliverySummary, Edits, MessageView
from client.wording import Signs, duration, result
from shared.errors import TunnelError
from shared.printable import printable_content, printable_line


class Sending:
    """Carries out what the user wants done with the selected delivery."""

    def __init__(
        self, screen: Screen[None], session: Session, pane: DetailPane, *, signs: Signs, environ: Mapping[str, str]
    ) -> None:
        self._screen = screen
        self._session = session
        self._pane = pane
        self._signs = signs
        self._environ = environ

    def _say(self, text: str, *, warn: bool = False) -> None:
        self._screen.notify(printable_line(text), severity="warning" if warn else "information", markup=False)

    async def replay(self, row: DeliverySummary, edits: Edits) -> None:
        """Send a delivery to the app again, as it was or with `edits`, and say what came of it."""
        try:
            attempt = await self._session.inspector.replay(row.id, edits)
        except (ReplayRefused, UnknownDelivery) as refused:
            self._say(f"not replayed: {refused}", warn=True)
            return
        except GONE as error:
            self._say(f"not replayed: {error}", warn=True)
            return
        phrase = result(attempt.state, attempt.status, attempt.failure, signs=self._signs)
        took = "" if attempt.duration_seconds is None else f" in {duration(attempt.duration_seconds)}"
        text = f"{self._signs.replayed} {brief(row)}: {phrase}{took} (attempt {attempt.number})"
        self._say(text, warn=phrase.role == "error")
        self._pane.show_newest()

    async def copy(self, what: str) -> None:
        """Copy a part of what is shown: `url`, `headers`, `body`, `curl`, `report`."""
        try:
            text = await self._text(what)
        except (TunnelError, OSError) as error:
            self._say(f"not copied: {error}", warn=True)
            return
        way = await clipboard.copy(text, environ=self._environ, ask_terminal=self._screen.app.copy_to_clipboard)
        self._say(f"{what} copied with {way}")

    async def _text(self, what: str) -> str:
        detail, attempt = self._pane.detail, self._pane.attempt
        if detail is None or attempt is None:
            return url_text(None, self._session.status)
        match what:
            case "headers":
                return headers_text(self._message(attempt))
            case "body":
                return printable_content(await self._content())
            case "curl":
                return as_curl(detail, attempt, await self._bytes(detail, attempt, "request", attempt.request))
            case "report":
                return report_text(attempt, signs=self._signs)
            case _:
                return url_text(detail, self._session.status)

    @property
    def _side(self) -> Side:
        return "response" if self._pane.tab == RESPONSE else "request"

    def _message(self, attempt: AttemptView) -> MessageView | None:
        return attempt.response if self._side == "response" else attempt.request

    async def _content(self) -> bytes:
        detail, attempt = self._pane.detail, self._pane.attempt
        if detail is None or attempt is None:
            return b""
        return await self._bytes(detail, attempt, self._side, self._message(attempt))

    async def _bytes(
        self, detail: DeliveryDetail, attempt: AttemptView, side: Side, message: MessageView | None
    ) -> bytes:
        if message is None or not message.captured_bytes:
            return b""
        return await self._session.contents.bytes(Key(detail.summary.id, attempt.number, side, message.captured_bytes))

    async def save(self) -> None:
        """Write the body that is shown to a file that did not exist before."""
        try:
            data = await self._content()
            path = self._write(data)
        except (TunnelError, OSError) as error:
            self._say(f"not saved: {error}", warn=True)
            return
        self._say(f"saved to {path}")

    def _write(self, data: bytes) -> Path:
        detail = self._pane.detail
        name = detail.summary.id if detail is not None else "body"
        number = 0
        while True:
            path = Path(f"{name}{f'-{number}' if number else ''}.body")
            try:
                with path.open("xb") as file:
                    file.write(data)
            except FileExistsError:
                number += 1
            else:
                return path.resolve()

    async def page(self) -> None:
        """Show the body in the user's pager, made printable, through a file that only they can read."""
        try:
            text = printable_content(await self._content())
        except GONE as error:
            self._say(f"{error}", warn=True)
            return
        command = shlex.split(self._environ.get("PAGER") or "less")
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="hookline-", suffix=".txt") as file:
            file.write(text)
            file.flush()
            try:
                with self._screen.app.suspend():
                    subprocess.run([*command, file.name], check=False)  # noqa: ASYNC221, S603 - the screen is given up
            except (OSError, SuspendNotSupported) as error:
                self._say(f"{command[0]} cannot be run here ({error}): set PAGER to a program that can", warn=True)
