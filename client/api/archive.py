"""The routes that put the history in order: pin, remove, take in."""

import asyncio

import msgspec
from aiohttp import web

from client.api.deliveries import DELIVERY, as_json
from client.archive import ServedArchive
from client.deliveries.export.model import CapturedExchange
from client.deliveries.importing import RequestUnreadable, read_request


class Import(msgspec.Struct, frozen=True):
    """What is taken in: exchanges that were read already, or a file to be read here."""

    exchanges: tuple[CapturedExchange, ...] = ()
    file: bytes = b""
    """HAR, raw HTTP/1.1 or cURL, in base 64."""


_import = msgspec.json.Decoder(Import)


class ArchiveRoutes:
    """What changes the history, over HTTP."""

    def __init__(self, archive: ServedArchive) -> None:
        self._archive = archive

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        return [
            web.delete("/api/deliveries", self.clear),
            web.post("/api/deliveries/import", self.take_in),
            web.delete(DELIVERY, self.remove),
            web.put(DELIVERY + "/pin", self.pin),
            web.delete(DELIVERY + "/pin", self.unpin),
        ]

    async def clear(self, request: web.Request) -> web.StreamResponse:
        """Remove what matches, and answer with how many that were."""
        pinned = request.query.get("pinned", "false")
        if pinned not in ("true", "false"):
            raise ValueError("pinned is true or false")
        removed = await self._archive.clear(request.query.get("q", ""), pinned=pinned == "true")
        return as_json({"removed": removed})

    async def remove(self, request: web.Request) -> web.StreamResponse:
        """Remove one delivery."""
        await self._archive.remove(request.match_info["id"])
        return web.Response(status=204)

    async def pin(self, request: web.Request) -> web.StreamResponse:
        """Keep a delivery, and answer with its row."""
        return as_json(await self._archive.pin(request.match_info["id"]))

    async def unpin(self, request: web.Request) -> web.StreamResponse:
        """Keep a delivery no longer, and answer with its row."""
        return as_json(await self._archive.pin(request.match_info["id"], pinned=False))

    async def take_in(self, request: web.Request) -> web.StreamResponse:
        """Keep exchanges as deliveries, and answer with their rows."""
        wanted = _import.decode(await request.read())
        exchanges = list(wanted.exchanges)
        if wanted.file:
            exchanges += await asyncio.to_thread(read_request, wanted.file)
        if not exchanges:
            raise RequestUnreadable("there is nothing to import: give exchanges, or a file in base 64")
        return as_json({"deliveries": await self._archive.take_in(exchanges)}, status=201)
