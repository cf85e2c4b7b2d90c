"""Fetches what the detail shows: once the selection rests, and again when the delivery has changed."""

from collections.abc import Callable, Iterable
from functools import partial

from textual.screen import Screen
from textual.timer import Timer

from client.inspector import UnknownDelivery
from client.tui.model.contents import Shown
from client.tui.screens.background import run
from client.tui.session import GONE, Session
from client.tui.widgets.detail import DetailPane
from client.views import DeliverySummary

_REST_SECONDS = 0.08
"""How long the selection must rest before its detail is fetched."""

_FOLLOWING_SECONDS = 0.25
"""How long the detail of a selection that moves by itself stays at least."""


class Looking:
    """Keeps a detail pane in step with the selection."""

    def __init__(
        self, screen: Screen[None], session: Session, pane: DetailPane, *, visible: Callable[[], bool]
    ) -> None:
        self._screen = screen
        self._session = session
        self._pane = pane
        self._visible = visible
        self._timer: Timer | None = None

    def moved(self) -> None:
        """Look at the selected delivery once the user rests on it."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._screen.set_timer(_REST_SECONDS, self.now)

    def changed(self, rows: Iterable[DeliverySummary]) -> None:
        """Look again if what is shown is not what is selected, or is among the changed rows."""
        selected = self._session.browser.selected
        shown = self._pane.detail
        if selected is None and shown is not None and not len(self._session.browser.rows):
            self.now()
        if selected is None or self._timer is not None:
            return
        if shown is None:
            self.now()
        elif shown.summary.id != selected.id or any(row.id == selected.id for row in rows):
            self._timer = self._screen.set_timer(_FOLLOWING_SECONDS, self.now)

    def now(self) -> None:
        """Look at the selected delivery without waiting."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        selected = self._session.browser.selected
        if selected is None:
            self._pane.show(None)
        elif self._visible():
            run(self._screen, partial(self._fetch, selected.id), group="detail", only=True)

    async def _fetch(self, delivery_id: str) -> None:
        try:
            detail = await self._session.inspector.delivery(delivery_id)
        except UnknownDelivery:
            self._pane.show(None)
        except GONE:  # the session says so
            return
        else:
            self._pane.show(detail)

    def content_wanted(self, wanted: DetailPane.ContentWanted) -> None:
        """Fetch and prepare a content for the pane."""
        run(self._screen, partial(self._load, wanted), group=f"content-{wanted.key.side}", only=True)

    async def _load(self, wanted: DetailPane.ContentWanted) -> None:
        def show(shown: Shown) -> None:
            self._pane.content_came(wanted.key, shown)

        try:
            await self._session.contents.load(wanted.key, wanted.content_type, wanted.mode, show)
        except GONE as error:
            self._pane.content_missing(wanted.key)
            self._screen.notify(f"{error}", title="the body cannot be shown", severity="warning", markup=False)
