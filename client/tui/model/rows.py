"""Which deliveries the list has, by sequence number, with as many of them at hand as are worth keeping.

A hundred thousand rows are 0.8 MB of numbers; the rows themselves are fetched when they come into sight. Numbers
between two known ones are taken to exist until a page shows that they do not.
"""

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from client.views import DeliverySummary

_KEPT = 8_192
"""Rows at hand, about 8 MB."""

_MOST = 2_000_000
"""Numbers: what lies further back than this many is not listed."""


class Rows:
    """The list's rows in order of arrival."""

    def __init__(self, *, kept: int = _KEPT) -> None:
        self._seqs = array("q")
        self._rows: OrderedDict[int, DeliverySummary] = OrderedDict()
        self._kept = kept

    def __len__(self) -> int:
        return len(self._seqs)

    @property
    def newest(self) -> int | None:
        """The last row's number."""
        return self._seqs[-1] if self._seqs else None

    def seq(self, position: int) -> int:
        """Give the number at a position."""
        return self._seqs[position]

    def position(self, seq: int) -> int | None:
        """Give where a number stands, or None."""
        at = bisect_left(self._seqs, seq)
        return at if at < len(self._seqs) and self._seqs[at] == seq else None

    def nearest(self, seq: int) -> int:
        """Give the position of a number, or of the next row after where it would stand; -1 when there are none."""
        return min(bisect_left(self._seqs, seq), len(self._seqs) - 1)

    def row(self, position: int) -> DeliverySummary | None:
        """Give the row at a position when it is at hand."""
        return self._rows.get(self._seqs[position])

    def by_seq(self, seq: int) -> DeliverySummary | None:
        """Give a row by its number when it is at hand."""
        return self._rows.get(seq)

    def span(self, first: int, last: int) -> None:
        """Take every number from `first` to `last` to exist, in place of what was there."""
        self._seqs = array("q", range(max(first, last - _MOST + 1), last + 1))

    def keep(self, rows: Iterable[DeliverySummary]) -> None:
        """Have rows at hand; does not change which there are."""
        for row in rows:
            self._rows[row.seq] = row
            self._rows.move_to_end(row.seq)
        while len(self._rows) > self._kept:
            self._rows.popitem(last=False)

    def add(self, row: DeliverySummary) -> bool:
        """Take a new row or the new state of one; True when it is new to the list."""
        self.keep((row,))
        newest = self.newest
        if newest is None or row.seq > newest:
            self._seqs.append(row.seq)
            return True
        at = bisect_left(self._seqs, row.seq)
        if self._seqs[at] == row.seq:
            return False
        self._seqs.insert(at, row.seq)
        return True

    def prepend(self, rows: list[DeliverySummary]) -> None:
        """Put older rows before all others."""
        self.keep(rows)
        self._seqs = array("q", (row.seq for row in rows)) + self._seqs

    def replace(self, first: int, last: int, rows: list[DeliverySummary]) -> None:
        """Have exactly `rows` between the numbers `first` and `last`, both included."""
        start = bisect_left(self._seqs, first)
        stop = bisect_left(self._seqs, last + 1)
        for seq in set(self._seqs[start:stop]).difference(row.seq for row in rows):
            self._rows.pop(seq, None)
        self._seqs[start:stop] = array("q", (row.seq for row in rows))
        self.keep(rows)

    def drop(self, seqs: AbstractSet[int]) -> None:
        """Have none of the numbers any more."""
        self._seqs = array("q", (seq for seq in self._seqs if seq not in seqs))
        for seq in seqs:
            self._rows.pop(seq, None)

    def missing(self, start: int, stop: int) -> tuple[int, int] | None:
        """Give the first and last number that are not at hand between two positions, or None when all are."""
        gaps = [seq for seq in self._seqs[max(0, start) : stop] if seq not in self._rows]
        return (gaps[0], gaps[-1]) if gaps else None
