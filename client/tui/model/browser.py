"""The list behind the screen: which rows it has, which is selected, what it is filtered by."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from client.inspector import Inspector
from client.tui.model.follow import Follow
from client.tui.model.rows import Rows
from client.views import DeliverySummary

_PAGE = 200
"""Rows of a fetch: some screens' worth."""

_SEARCH_PAGE = 1000
"""Matches of a fetch: the most the API gives."""

_TAIL = 500
"""Changed rows this near to the newest are checked against the filter together, older ones one by one."""


class Browser:
    """Rows, selection and filter over an inspector.

    The selection is a sequence number, so that rows which come and go never move it to another delivery.
    """

    def __init__(self, inspector: Inspector) -> None:
        self._inspector = inspector
        self.rows = Rows()
        self.follow = Follow()
        self.query = ""
        self.complete = True
        """False while older matches of the filter are still being looked for."""
        self._selected: int | None = None
        self._generation = 0

    @property
    def selected(self) -> DeliverySummary | None:
        """The selected row, when it is at hand."""
        return None if self._selected is None else self.rows.by_seq(self._selected)

    @property
    def position(self) -> int:
        """Where the selection stands; -1 when there are no rows."""
        if not len(self.rows):
            return -1
        if self.follow.following or self._selected is None:
            return len(self.rows) - 1
        return self.rows.nearest(self._selected)

    async def load(self) -> None:
        """Fetch the newest rows and learn how many there are, without a filter.

        Raises:
            TunnelError: the client does not answer as it should.
        """
        self._generation += 1
        self.query, self.complete = "", True
        newest = await self._inspector.deliveries(limit=_PAGE)
        self.rows = Rows()
        if not newest:
            return
        oldest = newest[:1] if len(newest) < _PAGE else await self._inspector.deliveries(after=0, limit=1)
        if len(newest) == _PAGE and oldest:
            self.rows.span(oldest[0].seq, newest[-1].seq)
        self.rows.replace(newest[0].seq, newest[-1].seq, newest)
        self._settle()

    async def search(self, query: str) -> bool:
        """Show only what matches `query`; older matches are fetched by `search_on`. False: another search overtook it.

        Raises:
            TunnelError: the filter has a mistake; the list stays as it is.
        """
        self._generation += 1
        generation = self._generation
        found = await self._inspector.deliveries(query=query, limit=_PAGE)
        if generation != self._generation:
            return False
        self.query, self.complete = query, len(found) < _PAGE
        self.rows = Rows()
        for row in found:
            self.rows.add(row)
        self._settle()
        return True

    async def search_on(self) -> bool:
        """Fetch one page of older matches; False when there are no more."""
        if self.complete or not len(self.rows):
            return False
        generation = self._generation
        found = await self._inspector.deliveries(query=self.query, before=self.rows.seq(0), limit=_SEARCH_PAGE)
        if generation != self._generation:
            return False
        self.complete = len(found) < _SEARCH_PAGE
        self.rows.prepend(found)
        return not self.complete

    async def fetch(self, start: int, stop: int) -> bool:
        """Have the rows between two positions at hand; True when some had to be fetched."""
        gap = self.rows.missing(start, stop)
        if gap is None:
            return False
        generation = self._generation
        first, last = gap
        found = await self._inspector.deliveries(query=self.query, after=first - 1, limit=_PAGE)
        if generation != self._generation:
            return False
        if len(found) == _PAGE:
            last = found[-1].seq
        newest = self.rows.newest
        if newest is not None and last >= newest:
            last = newest
        self.rows.replace(first, last, [row for row in found if row.seq <= last])
        return True

    async def take(self, changed: Sequence[DeliverySummary]) -> int:
        """Take new and changed rows, under a filter only those that match; give how many are new to the list."""
        if self.query:
            changed = await self._matching(changed)
        else:
            newest = self.rows.newest
            if newest is not None and any(row.seq > newest + 1 for row in changed[:1]):
                await self.catch_up()
        new = sum(self.rows.add(row) for row in changed)
        self.follow.arrived(new)
        self._settle()
        return new

    async def catch_up(self) -> None:
        """Fetch what came after the newest row and was not heard of.

        Raises:
            TunnelError: the client does not answer.
        """
        generation = self._generation
        found = await self._inspector.deliveries(query=self.query, after=self.rows.newest or 0, limit=_SEARCH_PAGE)
        if generation == self._generation:
            self.follow.arrived(sum(self.rows.add(row) for row in found))
            self._settle()

    def forget(self, seqs: AbstractSet[int]) -> None:
        """Drop rows that are no longer kept; a selection among them goes to the row after it."""
        if seqs:
            self.rows.drop(seqs)
            self._settle()

    async def _matching(self, changed: Sequence[DeliverySummary]) -> list[DeliverySummary]:
        generation = self._generation
        newest = max(row.seq for row in changed)
        recent = [row.seq for row in changed if row.seq > newest - _TAIL]
        first = min(recent)
        found = await self._inspector.deliveries(query=self.query, after=first - 1, limit=_SEARCH_PAGE)
        for seq in {row.seq for row in changed}.difference(recent):
            found += [row for row in await self._one(seq) if row.seq == seq]
        if generation != self._generation:
            return []
        matches = {row.seq for row in found}
        for row in changed:
            if row.seq not in matches and self.rows.position(row.seq) is not None:
                self.rows.replace(row.seq, row.seq, [])
        return sorted(found, key=lambda row: row.seq)

    async def _one(self, seq: int) -> Iterable[DeliverySummary]:
        return await self._inspector.deliveries(query=self.query, after=seq - 1, limit=1)

    def move_to(self, position: int) -> None:
        """Select the row at a position, or the nearest there is."""
        if not len(self.rows):
            return
        position = max(0, min(position, len(self.rows) - 1))
        self._selected = self.rows.seq(position)
        self.follow.moved(at_newest=position == len(self.rows) - 1)

    def pause(self) -> None:
        """Stay at the selected row."""
        self._settle()
        self.follow.pause()

    def toggle_follow(self) -> None:
        """Pause, or go to the newest row and follow."""
        self.follow.toggle()
        self._settle()

    def _settle(self) -> None:
        position = self.position
        self._selected = self.rows.seq(position) if position >= 0 else None
