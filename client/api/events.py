"""The feed as server-sent events, resumable by `Last-Event-ID`."""

import asyncio
from contextlib import suppress

import msgspec
from aiohttp import web

from client.archive import ServedArchive
from client.views import Change

HEARTBEAT_SECONDS = 15.0
PACE_SECONDS = 0.05
"""Between two writes: under load many changes share one, and of one delivery only the newest is sent."""

_encode = msgspec.json.Encoder().encode


def event(change: Change) -> bytes:
    """Give a change as an event."""
    if change.delivery is not None:
        kind, data = b"delivery", _encode(change.delivery)
    elif change.removed:
        kind, data = b"removed", _encode(change.removed)
    else:
        kind, data = b"status", _encode(change.status)
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (change.number, kind, data)


class EventRoutes:
    """What changes, over HTTP, for as long as somebody listens."""

    def __init__(self, inspector: ServedArchive, *, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> None:
        self._inspector = inspector
        self._heartbeat_seconds = heartbeat_seconds

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        return [web.get("/api/events", self.follow)]

    async def follow(self, request: web.Request) -> web.StreamResponse:
        """Send what happens after `Last-Event-ID`, or from now on."""
        said = request.headers.get("Last-Event-ID", request.query.get("after", ""))
        known = int(said) if said.isascii() and said.isdigit() and len(said) <= 18 else None  # noqa: PLR2004 - 64 bits
        after = self._inspector.newest_change if known is None else known
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream",
                "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
            }
        )
        await response.prepare(request)
        with suppress(ConnectionError):
            await response.write(b"retry: 500\nid: %d\n\n" % after)
            async for batch in self._inspector.batches(after, idle_seconds=self._heartbeat_seconds):
                if batch:
                    await response.write(b"".join(map(event, batch)))
                    await asyncio.sleep(PACE_SECONDS)
                else:
                    await response.write(b":\n\n")
        return response
