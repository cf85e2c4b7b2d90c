"""The web application of the relay's own host name: health, readiness, a landing page, and what others add to it."""

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

HEALTH = "/_hookline/healthz"
READINESS = "/_hookline/readyz"

_LANDING = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Hookline relay</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 36em; margin: 15vh auto; padding: 0 1em }</style>
<h1>A Hookline relay</h1>
<p>It carries webhooks to the people who develop against them. Nothing is served on this address itself.</p>
<p>If you were sent here by a link that you did not expect, tell whoever runs this server.</p>
</html>
"""

_FIELDS = {
    "Server": "hookline",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}

HEAD_SECONDS = 15.0

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


def own_host(*, ready: Callable[[], bool]) -> web.Application:
    """Make the application; other parts add their routes before it is started.

    Every connection is closed after its answer, unless it became a WebSocket: the next request on it could be for
    `/t/NAME`, which is the gateway's.

    Args:
        ready: says whether deliveries are accepted; asked at each readiness check.
    """

    async def health(_request: web.Request) -> web.Response:
        """Answer that the process runs."""
        return web.Response(text="ok\n")

    async def readiness(_request: web.Request) -> web.Response:
        """Answer whether deliveries are accepted: a balancer takes the relay out while they are not."""
        if ready():
            return web.Response(text="ready\n")
        return web.Response(
            text="no new deliveries now\n", status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "2"}
        )

    async def landing(_request: web.Request) -> web.Response:
        """Tell a person who looks what this is."""
        return web.Response(text=_LANDING, content_type="text/html")

    application = web.Application(middlewares=[_finish])
    application.router.add_get(HEALTH, health)
    application.router.add_get(READINESS, readiness)
    application.router.add_get("/", landing)
    return application


def runner_of(application: web.Application) -> web.AppRunner:
    """Give what serves the application on connections that were accepted elsewhere."""
    return web.AppRunner(
        application,
        access_log=None,
        handle_signals=False,
        keepalive_timeout=HEAD_SECONDS,
        auto_decompress=False,
        shutdown_timeout=2.0,
        lingering_time=1.0,
    )


def problem(status: HTTPStatus, code: str, detail: str) -> web.Response:
    """Make a refusal (RFC 9457) that says nothing of the request back."""
    document = {"title": status.phrase, "status": status.value, "detail": detail, "code": code}
    return web.Response(
        status=status,
        body=json.dumps(document).encode(),
        content_type="application/problem+json",
        headers={"Hookline-Error": code},
    )


@web.middleware
async def _finish(request: web.Request, handler: Next) -> web.StreamResponse:
    """Answer what no route answers, put the common fields on, and close the connection after the answer."""
    try:
        answer = await handler(request)
    except web.HTTPNotFound:
        answer = problem(
            HTTPStatus.NOT_FOUND,
            "not-found",
            "Nothing is served here. A webhook's address is https://NAME.this-host/... or https://this-host/t/NAME/...",
        )
    except web.HTTPMethodNotAllowed as refused:
        answer = problem(HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed", "This address does not take that method.")
        answer.headers["Allow"] = ", ".join(sorted(refused.allowed_methods))
    if not answer.prepared:
        for name, value in _FIELDS.items():
            answer.headers.setdefault(name, value)
        answer.force_close()
    return answer
