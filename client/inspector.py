"""The use cases of every front end: look at deliveries, follow what changes, replay."""

from collections.abc import AsyncIterator
from typing import Literal, Protocol

from client.views import AttemptView, Change, DeliveryDetail, DeliverySummary, Edits, Status
from shared.errors import TunnelError

Side = Literal["request", "response"]


class UnknownDelivery(TunnelError):  # noqa: N818 - reads as the sentence it is
    """No delivery has this id, or several ids begin with it."""


class ReplayRefused(TunnelError):  # noqa: N818 - reads as the sentence it is
    """A delivery that must not be replayed, or not like this; says why and what to do."""


class Inspector(Protocol):
    """What a front end may ask. Implemented beside the store, and over the local API."""

    async def status(self) -> Status:
        """Give the state of link, tunnels and counts."""
        ...

    async def deliveries(
        self, *, query: str = "", before: int | None = None, after: int | None = None, limit: int = 100
    ) -> list[DeliverySummary]:
        """Give a page of at most `limit` deliveries in order of `seq`.

        Args:
            query: a filter expression; empty: all.
            before: only deliveries with a smaller `seq`: the newest of them.
            after: only deliveries with a larger `seq`: the oldest of them.
            limit: rows, 1 to 1,000.
        """
        ...

    async def delivery(self, delivery_id: str) -> DeliveryDetail:
        """Give one delivery by its id or an unambiguous beginning of it.

        Raises:
            UnknownDelivery: there is none, or several.
        """
        ...

    async def content(self, delivery_id: str, attempt: int, side: Side) -> bytes:
        """Give the captured content of an attempt's request or response.

        Raises:
            UnknownDelivery: there is no such delivery or attempt.
        """
        ...

    async def replay(self, delivery_id: str, edits: Edits | None = None) -> AttemptView:
        """Send a delivery to the app again and give the finished attempt.

        Raises:
            UnknownDelivery: there is no such delivery.
            ReplayRefused: its capture is not complete, or it cannot be signed afresh.
        """
        ...

    def changes(self, after: int | None = None) -> AsyncIterator[Change]:
        """Follow the feed from the event after number `after`, or from now. Ends when the client does."""
        ...
