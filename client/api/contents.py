"""Serves captured contents: as files to be saved, never as pages to be shown."""

import re
from typing import NamedTuple

from aiohttp import web

from client.api.problems import refusal
from client.archive import ServedArchive
from client.inspector import Side, UnknownDelivery
from client.views import AttemptView, MessageView

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_PLAIN = re.compile(r"[^A-Za-z0-9_-]")

HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Content-Type": "application/octet-stream",
    "Accept-Ranges": "bytes",
}


class Span(NamedTuple):
    """Bytes from `start` to before `end`."""

    start: int
    end: int


async def serve_content(request: web.Request, inspector: ServedArchive, side: Side) -> web.StreamResponse:
    """Answer with the captured bytes, or the range of them that is asked for (RFC 9110 section 14).

    Raises:
        UnknownDelivery: there is no such delivery, attempt or message.
    """
    delivery_id = request.match_info["id"]
    number = int(request.match_info["number"])
    detail = await inspector.delivery(delivery_id)
    message = _message(detail.attempts, number, side)
    span = wanted(request.headers.get("Range", ""), message.captured_bytes)
    if span is None:
        refused = refusal(416, "range-not-there", f"only bytes 0 to {message.captured_bytes - 1} were captured")
        refused.headers["Content-Range"] = f"bytes */{message.captured_bytes}"
        return refused
    partial = span != (0, message.captured_bytes)
    name = f"{_PLAIN.sub('', detail.summary.id)}-{number}-{side}.bin"
    response = web.StreamResponse(status=206 if partial else 200, headers=HEADERS)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Hookline-Content-Bytes"] = str(message.content_bytes)
    if partial:
        response.headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{message.captured_bytes}"
    response.content_length = span.end - span.start
    await response.prepare(request)
    if request.method != "HEAD" and span.end > span.start:
        pieces = inspector.pieces(detail.summary.id, number, side, start=span.start, end=span.end)
        async for piece in pieces:
            await response.write(piece)
    await response.write_eof()
    return response


def wanted(field: str, size_bytes: int) -> Span | None:
    """Give the span that a Range field asks for: all of it where the field asks for nothing we serve, None: too far."""
    match = _RANGE.fullmatch(field.strip())
    if match is None or not (match[1] or match[2]) or not size_bytes:
        return Span(0, size_bytes)
    if not match[1]:
        length = int(match[2])
        return Span(max(size_bytes - length, 0), size_bytes) if length else None
    start = int(match[1])
    end = min(int(match[2]) + 1, size_bytes) if match[2] else size_bytes
    if match[2] and int(match[2]) < start:
        return Span(0, size_bytes)
    return Span(start, end) if start < size_bytes else None


def _message(attempts: tuple[AttemptView, ...], number: int, side: Side) -> MessageView:
    for attempt in attempts:
        message = attempt.request if side == "request" else attempt.response
        if attempt.number == number and message is not None:
            return message
    raise UnknownDelivery(f"this delivery has no {side} of an attempt {number}")
