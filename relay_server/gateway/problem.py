"""Writes a refusal as an HTTP answer: problem+json (RFC 9457), or a page for a person at a browser."""

import json
import zlib
from email.utils import formatdate
from http import HTTPStatus

from relay_server.gateway.refusals import REFUSALS, Refusal
from shared.errors import ExchangeFailed

_ALLOWED_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_JITTER = 0.2
"""Senders that were refused together must not all come back together."""

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}}\
code{{background:#8882;padding:.1em .3em}}</style>
<h1>{title}</h1>
<p>{advice}</p>
<p><code>{status} {code}</code> <code>{delivery}</code></p>
</html>
"""
_PAGE_FIELDS = (
    b"Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n"
    b"X-Robots-Tag: noindex\r\n"
)
_EXTRA_FIELDS = {
    405: b"Allow: " + _ALLOWED_METHODS + b"\r\n",
    401: b"WWW-Authenticate: Signature\r\n",
}


def wants_page(method: bytes, fields: list[tuple[bytes, bytes]]) -> bool:
    """Tell whether a person at a browser is going to look at the answer."""
    if method != b"GET":
        return False
    return any(name.lower() == b"accept" and b"text/html" in value.lower() for name, value in fields)


def refusal_answer(
    error: ExchangeFailed, *, delivery: str, now: float, page: bool, bodiless: bool, close: bool
) -> bytes:
    """Give the whole answer; nothing of the request is in it.

    Args:
        error: why there is no answer of the app's; its `retry_after_seconds`, where it has one, goes before the table.
        delivery: the exchange's identifier; its random part is also what spreads `Retry-After`.
        now: Unix seconds, for `Date`.
        page: for a person at a browser.
        bodiless: the request was a HEAD.
        close: the connection ends with it.
    """
    refusal = REFUSALS[error.failure]
    content = (_page if page else _problem)(refusal, error, delivery)
    kind = b"text/html; charset=utf-8" if page else b"application/problem+json"
    head = (
        b"HTTP/1.1 %d %b\r\n" % (refusal.status, HTTPStatus(refusal.status).phrase.encode("ascii"))
        + b"Content-Type: %b\r\nContent-Length: %d\r\n" % (kind, len(content))
        + b"Date: %b\r\n" % formatdate(now, usegmt=True).encode("ascii")
        + b"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
        + b"Hookline-Error: %b\r\nHookline-Delivery: %b\r\n" % (error.failure.encode("ascii"), delivery.encode("ascii"))
        + _EXTRA_FIELDS.get(refusal.status, b"")
        + _retry_after(refusal, error, delivery)
        + (_PAGE_FIELDS if page else b"")
        + (b"Connection: close\r\n\r\n" if close else b"\r\n")
    )
    return head if bodiless else head + content


def _retry_after(refusal: Refusal, error: ExchangeFailed, delivery: str) -> bytes:
    seconds = getattr(error, "retry_after_seconds", None)
    if seconds is None:
        seconds = refusal.retry_after_seconds
    if seconds is None:
        return b""
    share = zlib.crc32(delivery.encode("ascii")) / 0xFFFFFFFF
    return b"Retry-After: %d\r\n" % max(1, round(seconds * (1 + _JITTER * share)))


def _problem(refusal: Refusal, error: ExchangeFailed, delivery: str) -> bytes:
    problem = {
        "type": f"urn:hookline:error:{error.failure}",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.advice,
        "code": error.failure,
        "delivery": delivery,
        "retryable": refusal.retryable,
        "delivered": delivered(error),
    }
    return json.dumps(problem).encode("ascii") + b"\n"


def _page(refusal: Refusal, error: ExchangeFailed, delivery: str) -> bytes:
    words = {"title": refusal.title, "advice": refusal.advice, "status": refusal.status}
    return _PAGE.format(**words, code=error.failure, delivery=delivery).encode("utf-8")


def delivered(error: ExchangeFailed) -> str:
    """Tell whether the app got the request: what the error knows, else what its kind of failure implies."""
    return error.delivered if error.delivered != "no" else REFUSALS[error.failure].delivered
