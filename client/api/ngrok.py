"""The routes of ngrok's agent that look at tunnels and requests, in its shapes: scripts that know it work here.

Shapes as in ngrok's documentation of its agent API. Times are RFC 3339, durations nanoseconds, `raw` is the message
with its head in base 64.
"""

import base64
from datetime import UTC, datetime
from typing import Any

import msgspec
from aiohttp import web

from client.api.deliveries import as_json, whole_number
from client.archive import ServedArchive
from client.inspector import UnknownDelivery
from client.views import AttemptView, DeliveryDetail, MessageView, TunnelStatus

DEFAULT_REQUESTS = 50
MOST_REQUESTS = 200
RAW_BYTES = 64 * 1024
"""Of each message's body in `raw`: a list of 50 requests is asked for at once."""


class Replay(msgspec.Struct, frozen=True):
    """What a script posts to have a request replayed."""

    id: str
    tunnel_name: str = ""


_replay = msgspec.json.Decoder(Replay)


class NgrokRoutes:
    """Tunnels and requests as ngrok's agent shows them."""

    def __init__(self, inspector: ServedArchive) -> None:
        self._inspector = inspector

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        return [
            web.get("/api", self.index),
            web.get("/api/tunnels", self.tunnels),
            web.get("/api/tunnels/{name}", self.tunnel),
            web.get("/api/requests/http", self.requests),
            web.post("/api/requests/http", self.replay),
            web.get("/api/requests/http/{id}", self.request),
        ]

    async def index(self, _: web.Request) -> web.StreamResponse:
        """Answer with what there is."""
        return as_json(
            {
                "uri": "/api",
                "status_uri": "/api/status",
                "tunnels_uri": "/api/tunnels",
                "requests_uri": "/api/requests/http",
                "deliveries_uri": "/api/deliveries",
                "events_uri": "/api/events",
            }
        )

    async def tunnels(self, _: web.Request) -> web.StreamResponse:
        """Answer with the tunnels that are open."""
        status = await self._inspector.status()
        return as_json(
            {"tunnels": [shown for tunnel in status.tunnels for shown in as_tunnels(tunnel)], "uri": "/api/tunnels"}
        )

    async def tunnel(self, request: web.Request) -> web.StreamResponse:
        """Answer with one tunnel."""
        name = request.match_info["name"]
        status = await self._inspector.status()
        for tunnel in status.tunnels:
            for shown in as_tunnels(tunnel):
                if shown["name"] == name:
                    return as_json(shown)
        raise web.HTTPNotFound

    async def requests(self, request: web.Request) -> web.StreamResponse:
        """Answer with the newest requests, newest first."""
        wanted = max(1, min(whole_number(request, "limit") or DEFAULT_REQUESTS, MOST_REQUESTS))
        name = request.query.get("tunnel_name")
        rows = await self._inspector.deliveries(limit=wanted)
        chosen = [row for row in reversed(rows) if name is None or row.endpoint == name]
        found = [await self._shown(await self._inspector.delivery(row.id)) for row in chosen]
        return as_json({"uri": "/api/requests/http", "requests": found})

    async def request(self, request: web.Request) -> web.StreamResponse:
        """Answer with one request."""
        return as_json(await self._shown(await self._inspector.delivery(request.match_info["id"])))

    async def replay(self, request: web.Request) -> web.StreamResponse:
        """Replay a request."""
        await self._inspector.replay(_replay.decode(await request.read()).id)
        return web.Response(status=204)

    async def _shown(self, detail: DeliveryDetail) -> dict[str, Any]:
        summary, attempt = detail.summary, detail.attempts[-1]
        shown = {
            "uri": f"/api/requests/http/{summary.id}",
            "id": summary.id,
            "tunnel_name": summary.endpoint,
            "remote_addr": detail.remote,
            "start": datetime.fromtimestamp(attempt.started_at, UTC).isoformat(),
            "duration": round((attempt.duration_seconds or 0.0) * 1e9),
        }
        if attempt.request is not None:
            raw = await self._raw(summary.id, attempt, attempt.request, "request")
            method, _, rest = attempt.request.line.partition(" ")
            target, _, proto = rest.rpartition(" ")
            shown["request"] = {
                "method": method,
                "proto": proto,
                "uri": target,
                **_headers(attempt.request),
                "raw": raw,
            }
        if attempt.response is not None:
            raw = await self._raw(summary.id, attempt, attempt.response, "response")
            proto, _, status = attempt.response.line.partition(" ")
            code = {"status": status, "status_code": attempt.status, "proto": proto}
            shown["response"] = {**code, **_headers(attempt.response), "raw": raw}
        return shown

    async def _raw(self, delivery_id: str, attempt: AttemptView, message: MessageView, side: Any) -> str:
        lines = [message.line, *(f"{name}: {value}" for name, value in message.fields), "", ""]
        pieces = self._inspector.pieces(delivery_id, attempt.number, side, end=RAW_BYTES)
        try:
            content = b"".join([piece async for piece in pieces])
        except UnknownDelivery:
            content = b""
        return base64.b64encode("\r\n".join(lines).encode("latin-1") + content).decode()


def as_tunnels(tunnel: TunnelStatus) -> list[dict[str, Any]]:
    """Give a tunnel once for each of its public URLs; only the first has the tunnel's own name."""
    return [
        {
            "name": tunnel.name if number == 0 else f"{tunnel.name} ({number + 1})",
            "ID": f"{tunnel.name}-{number}",
            "uri": f"/api/tunnels/{tunnel.name if number == 0 else f'{tunnel.name}%20({number + 1})'}",
            "public_url": url,
            "proto": url.partition(":")[0],
            "config": {"addr": tunnel.origin, "inspect": True},
            "metrics": {"conns": _NO_RATES, "http": _NO_RATES},
        }
        for number, url in enumerate(tunnel.public_urls)
    ]


_NO_RATES = dict.fromkeys(("count", "gauge", "rate1", "rate5", "rate15", "p50", "p90", "p95", "p99"), 0)
"""Rates are not measured."""


def _headers(message: MessageView) -> dict[str, dict[str, list[str]]]:
    headers: dict[str, list[str]] = {}
    for name, value in message.fields:
        headers.setdefault(name.title(), []).append(value)
    return {"headers": headers}
