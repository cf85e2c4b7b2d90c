"""The use cases of every front end, beside the store."""

from collections.abc import AsyncIterator, Callable

from client.deliveries import Feed, Store
from client.inspector import Side, UnknownDelivery
from client.replay import Replayer
from client.views import AttemptView, Change, DeliveryDetail, DeliverySummary, Edits, Status


class LocalInspector:
    """An `Inspector` in the process that records."""

    def __init__(self, *, store: Store, feed: Feed, replayer: Replayer, status: Callable[[], Status]) -> None:
        self._store = store
        self._feed = feed
        self._replayer = replayer
        self._status = status

    async def status(self) -> Status:
        """Give the state of link, tunnels and counts."""
        return self._status()

    async def deliveries(
        self, *, query: str = "", before: int | None = None, after: int | None = None, limit: int = 100
    ) -> list[DeliverySummary]:
        """Give a page as the protocol says."""
        del query, before, after, limit
        return []

    async def delivery(self, delivery_id: str) -> DeliveryDetail:
        """Give one delivery."""
        raise UnknownDelivery(delivery_id)

    async def content(self, delivery_id: str, attempt: int, side: Side) -> bytes:
        """Give captured content."""
        raise UnknownDelivery(f"{delivery_id} {attempt} {side}")

    async def replay(self, delivery_id: str, edits: Edits | None = None) -> AttemptView:
        """Send a delivery to the app again."""
        return await self._replayer.replay(delivery_id, edits)

    def changes(self, after: int | None = None) -> AsyncIterator[Change]:
        """Follow the feed."""
        return self._feed.changes(after)
