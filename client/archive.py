"""The use cases of those who put the history in order, and what it takes to serve all of them."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from client.deliveries.export.model import CapturedExchange
from client.inspector import Inspector, Side
from client.views import Change, DeliverySummary, Scanned


class Archive(Inspector, Protocol):
    """An inspector whose history can be put in order: kept, removed, added to."""

    def search(self, query: str, *, before: int | None = None, limit: int = 100) -> AsyncIterator[Scanned]:
        """Search from the newest to the oldest, and tell how far it has come.

        Args:
            query: a filter expression.
            before: only deliveries with a smaller `seq`.
            limit: how many are looked for, 1 to 1,000.

        Raises:
            FilterError: the query has a mistake.
        """
        ...

    async def pin(self, delivery_id: str, *, pinned: bool = True) -> DeliverySummary:
        """Keep a delivery from being forgotten and cleared, or no longer; give its row.

        Raises:
            UnknownDelivery: there is none, or several.
            NotWritten: the history file does not take it now.
        """
        ...

    async def clear(self, query: str = "", *, pinned: bool = False) -> int:
        """Remove the deliveries that match, but for those that are being answered; give how many were removed.

        Args:
            query: a filter expression; empty: all.
            pinned: remove pinned ones too.

        Raises:
            FilterError: the query has a mistake.
            NotWritten: the history file does not take it now; some may be gone.
        """
        ...

    async def remove(self, delivery_id: str) -> None:
        """Remove one delivery with its attempts, pinned or not.

        Raises:
            UnknownDelivery: there is none, or several.
            NotWritten: the history file does not take it now, or the delivery is being answered.
        """
        ...

    async def take_in(self, exchanges: Sequence[CapturedExchange]) -> list[DeliverySummary]:
        """Keep exchanges as deliveries, each with the attempt that it was, and give their rows in order.

        Raises:
            NotWritten: the history file does not take them now; some may be in it.
        """
        ...


class ServedArchive(Archive, Protocol):
    """An archive that can be served: what is long comes in pieces, what is many in batches."""

    def pieces(
        self, delivery_id: str, attempt: int, side: Side, *, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """Give captured content from offset `start` to before `end`, piece by piece.

        Raises:
            UnknownDelivery: there is no such delivery or attempt.
        """
        ...

    def batches(self, after: int | None = None, *, idle_seconds: float | None = None) -> AsyncIterator[list[Change]]:
        """Follow the feed by what there is at each moment; an empty batch says that nothing was for `idle_seconds`."""
        ...

    @property
    def newest_change(self) -> int:
        """The number of the newest change."""
        ...
