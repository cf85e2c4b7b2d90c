"""The lines around the list: bars, titles and the panel of an empty list, each for the width it gets."""

from collections.abc import Callable

from client.tui.model.bars import follow_phrase, position_phrase, tiny_line, top_bar
from client.tui.model.empty import empty_lines
from client.tui.model.notice import notice_lines
from client.tui.model.spans import BLANK, EMPTY, Line, Span, justify
from client.tui.session import Session
from client.wording import Signs


class Chrome:
    """Says how a session stands."""

    def __init__(self, session: Session, *, signs: Signs, bordered: Callable[[], bool]) -> None:
        self._session = session
        self._signs = signs
        self._bordered = bordered

    def top(self, width: int) -> Line:
        """Give the bar at the top."""
        session = self._session
        return top_bar(session.status, now=session.clock(), width=width, rate=session.rate, signs=self._signs)

    def notice(self, width: int) -> list[Line]:
        """Give what is wrong; the panel of an empty list says it itself."""
        session = self._session
        if not len(session.browser.rows) and not session.browser.query:
            return []
        return notice_lines(session.status, now=session.clock(), width=width, signs=self._signs)

    def tiny(self, width: int) -> Line:
        """Give the only line of a tiny terminal."""
        return tiny_line(self._session.status, now=self._session.clock(), width=width, signs=self._signs)

    def empty(self, width: int) -> list[Line]:
        """Give the panel of an empty list."""
        session = self._session
        filtered = bool(session.browser.query)
        return empty_lines(session.status, now=session.clock(), width=width, filtered=filtered, signs=self._signs)

    def list_title(self, width: int) -> Line:
        """Give the line above the list."""
        fill = Span(self._signs.rule, "muted")
        right = (BLANK, Span("newest at the bottom", "muted"))
        return justify((Span("Deliveries", "title"), BLANK), right, width, fill=fill)

    def list_foot(self, width: int) -> Line:
        """Give the line below the list: whether it follows, and where the selection is."""
        browser = self._session.browser
        bordered = self._bordered()
        fill = Span(self._signs.rule if bordered else " ", "muted")
        margin: Line = EMPTY if bordered else (BLANK,)
        left = (*margin, *follow_phrase(browser.follow, self._signs), BLANK)
        right = (BLANK, *position_phrase(browser.position, len(browser.rows)), *margin)
        return justify(left, right, width, fill=fill)
