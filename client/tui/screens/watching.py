"""Runs a session beside a screen: begins it, keeps it up, and says when the client is gone."""

from collections.abc import Callable
from functools import partial

from textual.screen import Screen

from client.tui.screens.background import run
from client.tui.session import GONE, Session
from client.views import DeliverySummary


class Watching:
    """Tells a screen what a session learns."""

    def __init__(
        self,
        screen: Screen[None],
        session: Session,
        *,
        changed: Callable[[list[DeliverySummary]], None],
        status: Callable[[], None],
        gone: Callable[[], None],
    ) -> None:
        """Watch `session`.

        Args:
            screen: the parent of what runs.
            session: what is watched.
            changed: called with rows that have changed; the first time with none.
            status: called when the status may have changed.
            gone: called when the client does not answer any more.
        """
        self._screen = screen
        self._session = session
        self._changed = changed
        self._status = status
        self._gone = gone

    def begin(self) -> None:
        """Begin to watch. Changes are taken from the first moment, or some would be lost while the list is fetched."""
        run(self._screen, self._follow, group="follow")
        run(self._screen, self._watch, group="watch")

    async def _follow(self) -> None:
        await self._session.follow()
        self._gone()

    async def _watch(self) -> None:
        try:
            await self._session.begin()
        except GONE:
            self._gone()
            return
        self._changed([])
        run(self._screen, partial(self._session.keep_up, self._changed), group="keep_up")
        await self._session.poll(self._status)
        self._gone()

    def fetch(self, first: int, last: int) -> None:
        """Have the rows between two positions at hand, the newest wish only."""
        run(self._screen, partial(self._fetch, first, last), group="rows", only=True)

    async def _fetch(self, first: int, last: int) -> None:
        try:
            await self._session.browser.fetch(first, last)
        except GONE:  # `poll` notices too
            return
        self._changed([])
