"""The route that searches contents, and tells how far it has come."""

from contextlib import suppress

import msgspec
from aiohttp import web

from client.api.deliveries import DEFAULT_PAGE, MOST_ROWS, whole_number
from client.archive import ServedArchive
from client.deliveries.filter import parse

_encode = msgspec.json.Encoder().encode

MEDIA = "application/x-ndjson"


class SearchRoutes:
    """A search, over HTTP: one JSON object a line, as it goes on."""

    def __init__(self, archive: ServedArchive) -> None:
        self._archive = archive

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        return [web.get("/api/search", self.search)]

    async def search(self, request: web.Request) -> web.StreamResponse:
        """Send what is found, the newest first; whoever has enough goes away."""
        query = request.query.get("q", "")
        parse(query)
        before = whole_number(request, "before")
        limit = max(1, min(whole_number(request, "limit") or DEFAULT_PAGE, MOST_ROWS))
        response = web.StreamResponse(headers={"Content-Type": MEDIA, "X-Content-Type-Options": "nosniff"})
        response.headers["Cache-Control"] = "no-store"
        await response.prepare(request)
        with suppress(ConnectionError):
            async for scanned in self._archive.search(query, before=before, limit=limit):
                await response.write(_encode(scanned) + b"\n")
        return response
