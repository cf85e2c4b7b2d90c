"""The OpenAPI document of the local API, written from the types that it speaks in."""

from functools import lru_cache
from importlib.metadata import version
from typing import Any, NamedTuple

import msgspec

from client.api.archive import Import
from client.api.asked import HARMLESS, Asked
from client.api.narrowing import FILTER, FORMATS, narrow
from client.api.ngrok import Replay
from client.api.problems import Problem
from client.views import AttemptView, DeliveryDetail, DeliverySummary, Edits, Scanned, Status

_PREFIX = "#/components/schemas/{name}"
_LARGEST = 10**18 - 1


class Page(msgspec.Struct, frozen=True):
    """Deliveries in order of `seq`."""

    deliveries: list[DeliverySummary]


class Removed(msgspec.Struct, frozen=True):
    """How many deliveries were removed."""

    removed: int


class Anything(msgspec.Struct, frozen=True):
    """An object in the shape of ngrok's agent, described in ngrok's documentation of its API."""


class Operation(NamedTuple):
    """What can be asked."""

    method: str
    path: str
    summary: str
    answer: type | None = Anything
    """None: no content."""
    status: int = 200
    parameters: tuple[dict[str, Any], ...] = ()
    body: type | None = None
    media: str = "application/json"
    other: tuple[int, ...] = ()
    """Further statuses of success."""


def _number(name: str, text: str, *, least: int = 0, most: int = _LARGEST) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": least, "maximum": most}
    return {"name": name, "in": "query", "description": text, "schema": schema}


def _text(name: str, text: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": text, "schema": {"type": "string", **schema}}


def _in_path(name: str, text: str, **schema: Any) -> dict[str, Any]:
    found = {"type": "string", "minLength": 1, **schema}
    return {"name": name, "in": "path", "required": True, "description": text, "schema": found}


_ID = _in_path("id", "A delivery's id, or an unambiguous beginning of it.")
_ATTEMPT = _in_path("number", "An attempt's number.", type="integer", minimum=1, maximum=2**20 - 1)
del _ATTEMPT["schema"]["minLength"]
_NAME = _in_path("name", "A tunnel's name.")
_RANGE = {
    "name": "Range",
    "in": "header",
    "description": "One range of bytes (RFC 9110 section 14.2).",
    "schema": {"type": "string", "format": "byte-range"},
}
_Q = _text("q", FORMATS["filter-expression"], **FILTER)
_PINNED = _text("pinned", "Remove pinned ones too.", enum=["true", "false"])
_CONTENT = (_ID, _ATTEMPT, _RANGE)
_OCTETS = "application/octet-stream"

_LIST = (
    _Q,
    _number("before", "Only smaller `seq`: the newest of them."),
    _number("after", "Only larger `seq`: the oldest of them."),
    _number("limit", "Rows; at most 1,000 are given."),
)
_SEARCH = (_LIST[0], _LIST[1], _LIST[3])
_LINES = "application/x-ndjson"
_REQUESTS = (_number("limit", "Requests; at most 200 are given."), _text("tunnel_name", "Only of this tunnel."))
_LAST = {
    "name": "Last-Event-ID",
    "in": "header",
    "description": "Go on after this event.",
    "schema": {"type": "string"},
}

_FORMATS = "Formats of text:\n\n" + "\n".join(f"- `{name}`: {said}" for name, said in FORMATS.items())

OPERATIONS = (
    Operation("get", "/api", "What there is"),
    Operation("get", "/api/status", "The state of link, tunnels and counts", Status),
    Operation("get", "/api/openapi.json", "This document"),
    Operation("get", "/api/deliveries", "A page of deliveries", Page, parameters=_LIST),
    Operation("get", "/api/search", "A search, a line for each step", Scanned, parameters=_SEARCH, media=_LINES),
    Operation("delete", "/api/deliveries", "Remove what matches", Removed, parameters=(_Q, _PINNED)),
    Operation("post", "/api/deliveries/import", "Take in exchanges or a file", Page, 201, body=Import),
    Operation("get", "/api/deliveries/{id}", "One delivery with its attempts", DeliveryDetail, parameters=(_ID,)),
    Operation("delete", "/api/deliveries/{id}", "Remove one delivery", None, 204, (_ID,)),
    Operation("put", "/api/deliveries/{id}/pin", "Keep a delivery", DeliverySummary, parameters=(_ID,)),
    Operation("delete", "/api/deliveries/{id}/pin", "Keep it no longer", DeliverySummary, parameters=(_ID,)),
    Operation("post", "/api/deliveries/{id}/replay", "Send it to the app again", AttemptView, 201, (_ID,), Edits),
    *(
        Operation(
            "get",
            f"/api/deliveries/{{id}}/attempts/{{number}}/{side}/content",
            f"The captured content of a {side}",
            bytes,
            parameters=_CONTENT,
            media=_OCTETS,
            other=(206,),
        )
        for side in ("request", "response")
    ),
    Operation(
        "get", "/api/events", "What changes, as server-sent events", str, 200, (_LAST,), None, "text/event-stream"
    ),
    Operation("get", "/api/schemes", "The signature schemes"),
    Operation("get", "/api/schemes/{name}", "One signature scheme", parameters=(_in_path("name", "A scheme's id."),)),
    Operation("get", "/api/tunnels", "The tunnels that are open"),
    Operation("post", "/api/tunnels", "Open a tunnel", Anything, 201, body=Asked),
    Operation("get", "/api/tunnels/{name}", "One tunnel", parameters=(_NAME,)),
    Operation("delete", "/api/tunnels/{name}", "Close a tunnel", None, 204, (_NAME,)),
    Operation("get", "/api/endpoints", "The endpoints that are served"),
    Operation("post", "/api/endpoints", "Serve an endpoint", Anything, 201, body=Asked),
    Operation("get", "/api/endpoints/{name}", "One endpoint", parameters=(_NAME,)),
    Operation("put", "/api/endpoints/{name}", "Have another app answer", parameters=(_NAME,), body=Asked),
    Operation("delete", "/api/endpoints/{name}", "Serve an endpoint no longer", None, 204, (_NAME,)),
    Operation("get", "/api/requests/http", "The newest requests", parameters=_REQUESTS),
    Operation("post", "/api/requests/http", "Replay a request", None, 204, body=Replay),
    Operation("delete", "/api/requests/http", "Remove all requests", None, 204),
    Operation("get", "/api/requests/http/{id}", "One request", parameters=(_ID,)),
)


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """Give the document (OpenAPI 3.1)."""
    kinds: list[type] = [Anything, Problem]
    for kind in (kind for one in OPERATIONS for kind in (one.answer, one.body)):
        if kind is not None and kind not in (bytes, str, *kinds):
            kinds.append(kind)
    schemas, components = _lenient(msgspec.json.schema_components(kinds, ref_template=_PREFIX))
    narrow(components, harmless=HARMLESS)
    named = dict(zip(kinds, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method] = _described(one, named)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hookline's local API", "version": version("hookline"), "description": _FORMATS},
        "paths": paths,
        "components": {"schemas": components},
    }


def _lenient(schema: Any) -> Any:
    """Let the items of sets repeat: they are read all the same."""
    if isinstance(schema, dict):
        return {key: _lenient(value) for key, value in schema.items() if key != "uniqueItems"}
    return [_lenient(one) for one in schema] if isinstance(schema, list | tuple) else schema


def _described(one: Operation, named: dict[type, dict[str, Any]]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": one.summary}
    if one.answer is not None:
        schema = named.get(one.answer, {"type": "string"})
        good["content"] = {one.media: {} if one.answer is bytes or one.media == _LINES else {"schema": schema}}
    bad = {"description": "What went wrong", "content": {"application/problem+json": {"schema": named[Problem]}}}
    told: dict[str, Any] = {
        "summary": one.summary,
        "responses": {**{str(status): good for status in (one.status, *one.other)}, "default": bad},
    }
    if one.parameters:
        told["parameters"] = list(one.parameters)
    if one.body is not None:
        told["requestBody"] = {"content": {"application/json": {"schema": named[one.body]}}, "required": True}
    return told
