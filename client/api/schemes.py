"""The route that shows the signature schemes."""

from typing import Any

from aiohttp import web

from client.api.deliveries import as_json
from client.signatures.catalogue import Catalogue
from client.signatures.listing import entry, rows


class SchemeRoutes:
    """The catalogue, over HTTP."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        return [web.get("/api/schemes", self.all), web.get("/api/schemes/{name}", self.one)]

    async def all(self, _: web.Request) -> web.StreamResponse:
        """Answer with every scheme in a few words."""
        return as_json(
            {
                "schemes": [
                    dict(zip(("id", "name", "place", "algorithm"), row, strict=True)) for row in rows(self._catalogue)
                ]
            }
        )

    async def one(self, request: web.Request) -> web.StreamResponse:
        """Answer with all that is known of one scheme."""
        scheme = self._catalogue.find(request.match_info["name"])
        if scheme is None:
            raise web.HTTPNotFound
        told: dict[str, Any] = {"id": scheme.id, "name": scheme.name, "told": [list(pair) for pair in entry(scheme)]}
        return as_json(told)
