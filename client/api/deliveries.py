"""The routes of deliveries: list, look at, fetch contents, replay."""

import msgspec
from aiohttp import web

from client.api.contents import serve_content
from client.archive import ServedArchive
from client.views import Edits

DEFAULT_PAGE = 100
MOST_ROWS = 1_000

DELIVERY = r"/api/deliveries/{id:(?!import$)[^/]+}"
"""A delivery's route; `import` is no delivery."""

_edits = msgspec.json.Decoder(Edits)


def as_json(value: object, *, status: int = 200) -> web.Response:
    """Give a value as an answer."""
    return web.Response(status=status, body=msgspec.json.encode(value), content_type="application/json")


class DeliveryRoutes:
    """What a front end asks about deliveries, over HTTP."""

    def __init__(self, inspector: ServedArchive) -> None:
        self._inspector = inspector

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        content = DELIVERY + r"/attempts/{number:\d{1,7}}"
        return [
            web.get("/api/deliveries", self.page),
            web.get(DELIVERY, self.detail),
            web.get(content + "/request/content", self.request_content),
            web.get(content + "/response/content", self.response_content),
            web.post(DELIVERY + "/replay", self.replay),
        ]

    async def page(self, request: web.Request) -> web.StreamResponse:
        """Answer with a page of the list."""
        rows = await self._inspector.deliveries(
            query=request.query.get("q", ""),
            before=whole_number(request, "before"),
            after=whole_number(request, "after"),
            limit=max(1, min(whole_number(request, "limit") or DEFAULT_PAGE, MOST_ROWS)),
        )
        return as_json({"deliveries": rows})

    async def detail(self, request: web.Request) -> web.StreamResponse:
        """Answer with one delivery."""
        return as_json(await self._inspector.delivery(request.match_info["id"]))

    async def request_content(self, request: web.Request) -> web.StreamResponse:
        """Answer with what the sender sent."""
        return await serve_content(request, self._inspector, "request")

    async def response_content(self, request: web.Request) -> web.StreamResponse:
        """Answer with what the app answered."""
        return await serve_content(request, self._inspector, "response")

    async def replay(self, request: web.Request) -> web.StreamResponse:
        """Replay a delivery and answer with the finished attempt."""
        body = await request.read()
        edits = _edits.decode(body) if body.strip() else Edits()
        return as_json(await self._inspector.replay(request.match_info["id"], edits), status=201)


def whole_number(request: web.Request, name: str) -> int | None:
    """Give a parameter of the query as a number, or None where it is absent.

    Raises:
        ValueError: it is not one.
    """
    text = request.query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):  # noqa: PLR2004 - what SQLite's integers hold
        raise ValueError(f"{name} is a whole number, such as {name}=100")
    return int(text)
