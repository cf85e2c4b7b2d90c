"""The routes of ngrok's agent that open, show and close tunnels, in its shapes; endpoints are its newer word."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from aiohttp import web

from client.api.asked import TunnelRefused, plan, read
from client.api.deliveries import as_json
from client.archive import ServedArchive
from client.openings import Openings, UnknownTunnel
from client.views import TunnelStatus

_NO_RATES = dict.fromkeys(("count", "gauge", "rate1", "rate5", "rate15", "p50", "p90", "p95", "p99"), 0)
"""Rates are not measured."""

METRICS = {"conns": _NO_RATES, "http": _NO_RATES}


class TunnelRoutes:
    """Tunnels as ngrok's agent has them."""

    def __init__(self, inspector: ServedArchive, openings: Openings | None) -> None:
        self._inspector = inspector
        self._openings = openings

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        return [
            web.get("/api/tunnels", self.tunnels),
            web.post("/api/tunnels", self.open),
            web.get("/api/tunnels/{name}", self.tunnel),
            web.delete("/api/tunnels/{name}", self.close),
            web.get("/api/endpoints", self.endpoints),
            web.post("/api/endpoints", self.open),
            web.get("/api/endpoints/{name}", self.endpoint),
            web.put("/api/endpoints/{name}", self.change),
            web.delete("/api/endpoints/{name}", self.close),
        ]

    async def tunnels(self, _: web.Request) -> web.StreamResponse:
        """Answer with the tunnels that are open."""
        found = [as_tunnel(tunnel, number) for tunnel, number in await self._open()]
        return as_json({"tunnels": found, "uri": "/api/tunnels"})

    async def endpoints(self, _: web.Request) -> web.StreamResponse:
        """Answer with the endpoints that are served."""
        found = [as_endpoint(tunnel, number) for tunnel, number in await self._open()]
        return as_json({"endpoints": found, "uri": "/api/endpoints"})

    async def tunnel(self, request: web.Request) -> web.StreamResponse:
        """Answer with one tunnel."""
        return as_json(as_tunnel(*await self._named(request.match_info["name"])))

    async def endpoint(self, request: web.Request) -> web.StreamResponse:
        """Answer with one endpoint."""
        return as_json(as_endpoint(*await self._named(request.match_info["name"])))

    async def open(self, request: web.Request) -> web.StreamResponse:
        """Open a tunnel, and answer with it."""
        asked = read(await request.read())
        relay = (await self._inspector.status()).relay
        name = await self._keeper().open(plan(asked, relay))
        return self._shown(request, await self._named(name), status=201)

    async def change(self, request: web.Request) -> web.StreamResponse:
        """Have another app answer, and answer with the endpoint."""
        asked = read(await request.read())
        if not asked.addr and asked.upstream is None:
            raise TunnelRefused('only the app can be changed: give {"upstream": {"url": "http://localhost:3000"}}')
        wanted = plan(asked, (await self._inspector.status()).relay)
        name = self._keeper().change(_endpoint(request.match_info["name"]), wanted.address)
        return self._shown(request, await self._named(name), status=200)

    async def close(self, request: web.Request) -> web.StreamResponse:
        """Close a tunnel."""
        self._keeper().close(_endpoint(request.match_info["name"]))
        return web.Response(status=204)

    def _keeper(self) -> Openings:
        if self._openings is None:
            raise TunnelRefused("this client opens no tunnels while it runs")
        return self._openings

    def _shown(self, request: web.Request, found: tuple[TunnelStatus, int], *, status: int) -> web.StreamResponse:
        show = as_endpoint if request.path.startswith("/api/endpoints") else as_tunnel
        return as_json(show(*found), status=status)

    async def _open(self) -> list[tuple[TunnelStatus, int]]:
        return list(_each((await self._inspector.status()).tunnels))

    async def _named(self, name: str) -> tuple[TunnelStatus, int]:
        for tunnel, number in await self._open():
            if name in (label(tunnel, number), tunnel.name if number == 0 else ""):
                return tunnel, number
        raise UnknownTunnel(f"no tunnel is called {name!a}: GET /api/tunnels shows those that are open")


def label(tunnel: TunnelStatus, number: int) -> str:
    """Give the name of a tunnel's public URL: only the first has the tunnel's own."""
    name = tunnel.label or tunnel.name
    return name if number == 0 else f"{name} ({number + 1})"


def as_tunnel(tunnel: TunnelStatus, number: int) -> dict[str, Any]:
    """Give a tunnel at its public URL of this number."""
    name, url = label(tunnel, number), tunnel.public_urls[number]
    return {
        "name": name,
        "ID": f"{tunnel.name}-{number}",
        "uri": f"/api/tunnels/{quote(name, safe='')}",
        "public_url": url,
        "proto": url.partition(":")[0],
        "config": {"addr": tunnel.origin, "inspect": True},
        "metrics": METRICS,
    }


def as_endpoint(tunnel: TunnelStatus, number: int) -> dict[str, Any]:
    """Give an endpoint at its public URL of this number."""
    name = label(tunnel, number)
    return {
        "name": name,
        "ID": f"{tunnel.name}-{number}",
        "uri": f"/api/endpoints/{quote(name, safe='')}",
        "url": tunnel.public_urls[number],
        "upstream": {"url": tunnel.origin},
        "metrics": METRICS,
    }


def _each(tunnels: tuple[TunnelStatus, ...]) -> Iterator[tuple[TunnelStatus, int]]:
    for tunnel in tunnels:
        for number in range(len(tunnel.public_urls)):
            yield tunnel, number


def _endpoint(name: str) -> str:
    """Give the tunnel that one of its URLs' names means: all of them are closed together."""
    stem, space, number = name.rpartition(" (")
    return stem if space and number[:-1].isdigit() and number.endswith(")") else name
