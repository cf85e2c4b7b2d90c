"""Carries a query from the filter box into the list."""

from collections.abc import Callable
from functools import partial

from textual.screen import Screen

from client.tui.model.spans import EMPTY, Line, Span
from client.tui.screens.background import run
from client.tui.session import GONE, Session
from client.tui.widgets.filter_bar import FilterBar
from client.wording import number


class Filtering:
    """Evaluates queries, the newest one only."""

    def __init__(self, screen: Screen[None], session: Session, bar: FilterBar, *, shown: Callable[[], None]) -> None:
        self._screen = screen
        self._session = session
        self._bar = bar
        self._shown = shown
        self._last = ""

    def ask(self, query: str) -> None:
        """Evaluate a query."""
        if query:
            self._last = query
        run(self._screen, partial(self._evaluate, query), group="filter", only=True)

    def toggle(self) -> None:
        """Take the filter away, or put the last one back."""
        self._bar.put("" if self._session.browser.query else self._last)

    @property
    def usable(self) -> bool:
        """True when there is a filter to be taken away or put back."""
        return bool(self._last)

    async def _evaluate(self, query: str) -> None:
        browser = self._session.browser
        try:
            if query:
                await browser.search(query)
            else:
                await browser.load()
        except GONE as error:  # the list stays as it was
            self._bar.refuse(str(error))
            return
        self._show()
        while query and not browser.complete and await self._search_on():
            self._show()
        self._show()

    def _show(self) -> None:
        self.note()
        self._shown()

    async def _search_on(self) -> bool:
        try:
            await self._session.browser.search_on()
        except GONE:  # what has been found stays
            return False
        return True

    def note(self) -> None:
        """Say how many rows the filter shows."""
        browser = self._session.browser
        if browser.query:
            more = "" if browser.complete else "+"
            self._bar.say((Span(f"{number(len(browser.rows))}{more} shown", "muted"),))
        else:
            self._bar.say(self._last_filter())

    def _last_filter(self) -> Line:
        if not self._last:
            return EMPTY
        return (Span("[F]", "button", "screen.filter_toggle"), Span(" last filter", "muted"))
