"""The routes of ngrok's agent that look at requests, in its shapes: scripts that know it work here.

Shapes as in ngrok's documentation of its agent API. Times are RFC 3339, durations nanoseconds, `raw` is the message
with its head in base 64.
"""

import base64
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from client.api.deliveries import as_json, whole_number
from client.archive import ServedArchive
from client.inspector import UnknownDelivery
from client.views import AttemptView, DeliveryDetail, DeliverySummary, MessageView, Status

DEFAULT_REQUESTS = 50
MOST_REQUESTS = 200
RAW_BYTES = 64 * 1024
"""Of each message's body in `raw`: a list of 50 requests is asked for at once."""


class Replay(msgspec.Struct, frozen=True):
    """What a script posts to have a request replayed."""

    id: str
    tunnel_name: str = ""


_NAME = re.compile(r"[a-z0-9.:-]+")
_replay = msgspec.json.Decoder(Replay)


class NgrokRoutes:
    """Requests as ngrok's agent shows them."""

    def __init__(self, inspector: ServedArchive) -> None:
        self._inspector = inspector

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        return [
            web.get("/api", self.index),
            web.get("/api/requests/http", self.requests),
            web.post("/api/requests/http", self.replay),
            web.delete("/api/requests/http", self.clear),
            web.get("/api/requests/http/{id}", self.request),
        ]

    async def index(self, _: web.Request) -> web.StreamResponse:
        """Answer with what there is."""
        return as_json(
            {
                "uri": "/api",
                "status_uri": "/api/status",
                "tunnels_uri": "/api/tunnels",
                "endpoints_uri": "/api/endpoints",
                "requests_uri": "/api/requests/http",
                "deliveries_uri": "/api/deliveries",
                "events_uri": "/api/events",
                "schemes_uri": "/api/schemes",
                "openapi_uri": "/api/openapi.json",
            }
        )

    async def requests(self, request: web.Request) -> web.StreamResponse:
        """Answer with the newest requests, newest first."""
        wanted = max(1, min(whole_number(request, "limit") or DEFAULT_REQUESTS, MOST_REQUESTS))
        name = request.query.get("tunnel_name")
        rows = await self._newest(wanted, None if name is None else await self._endpoint(name))
        found = [await self._shown(await self._inspector.delivery(row.id)) for row in rows]
        return as_json({"uri": "/api/requests/http", "requests": found})

    async def request(self, request: web.Request) -> web.StreamResponse:
        """Answer with one request."""
        return as_json(await self._shown(await self._inspector.delivery(request.match_info["id"])))

    async def replay(self, request: web.Request) -> web.StreamResponse:
        """Replay a request."""
        await self._inspector.replay(_replay.decode(await request.read()).id)
        return web.Response(status=204)

    async def clear(self, _: web.Request) -> web.StreamResponse:
        """Remove all requests but those that are pinned."""
        await self._inspector.clear()
        return web.Response(status=204)

    async def _endpoint(self, name: str) -> str:
        """Give the endpoint of a tunnel that a script has a name for."""
        tunnels = (await self._inspector.status()).tunnels
        return next((tunnel.name for tunnel in tunnels if name == tunnel.label), name)

    async def _newest(self, wanted: int, endpoint: str | None) -> list[DeliverySummary]:
        """Give the newest deliveries, newest first."""
        if endpoint is None:
            return (await self._inspector.deliveries(limit=wanted))[::-1]
        if not _NAME.fullmatch(endpoint):
            return []
        found: list[DeliverySummary] = []
        before: int | None = None
        while len(found) < wanted:
            rows = await self._inspector.deliveries(query=f'route:"{endpoint}"', before=before, limit=1000)
            if not rows:
                break
            found += [row for row in reversed(rows) if row.endpoint == endpoint]
            before = rows[0].seq
        return found[:wanted]

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


def as_ngrok(status: Status) -> dict[str, Any]:
    """Give what a script for ngrok's agent looks for in its status."""
    leg: dict[str, Any] = {"region": urlsplit(status.relay).hostname or ""}
    if status.round_trip_seconds is not None:
        leg["latency"] = f"{status.round_trip_seconds * 1000:.1f}ms"
    return {
        "status": status.link,
        "agent_version": status.version,
        "session": {"legs": [leg] if status.link == "online" else []},
        "uri": "/api/status",
    }


def _headers(message: MessageView) -> dict[str, dict[str, list[str]]]:
    headers: dict[str, list[str]] = {}
    for name, value in message.fields:
        headers.setdefault(name.title(), []).append(value)
    return {"headers": headers}
