"""Keeps web pages and other machines out of the local API."""

import hmac
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web
from aiohttp.typedefs import Middleware

from client.api.problems import answer, problem_of, refusal
from shared.errors import TunnelError
from shared.logs import Log

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]

_log = Log(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD"})
SAME_SITE = frozenset({"same-origin", "none"})
"""`Sec-Fetch-Site` of our own page, and of an address that was typed."""

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def hosts(port: int) -> frozenset[str]:
    """Give the names under which the API is asked: another one means that a page rebound its own name to us."""
    return frozenset({f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"})


def trespass(request: web.Request, allowed: frozenset[str], token: str = "") -> web.Response | None:
    """Give the refusal that a request deserves, or None.

    Args:
        request: what was asked.
        allowed: names under which the API may be asked.
        token: what whoever asks must know; empty: nothing.
    """
    names = request.headers.getall("Host", [])
    if len(names) != 1 or names[0].lower() not in allowed:
        return refusal(403, "foreign-host", "this API answers on this machine alone: ask for 127.0.0.1 or localhost")
    if any(name.lower() == "forwarded" or name.lower().startswith("x-forwarded-") for name in request.headers):
        return refusal(403, "forwarded", "this API answers programs on this machine, and no proxy or tunnel before it")
    origins = request.headers.getall("Origin", [])
    if any(origin.removeprefix("http://").lower() not in allowed for origin in origins):
        return refusal(403, "foreign-origin", "a web page of another origin may not use this API")
    if any(site not in SAME_SITE for site in request.headers.getall("Sec-Fetch-Site", [])):
        return refusal(403, "foreign-origin", "a web page of another origin may not use this API")
    changes = request.method == "POST" or (request.method not in SAFE_METHODS and request.body_exists)
    changes &= request.match_info.http_exception is None
    if changes and request.content_type != "application/json":
        return refusal(415, "not-json", "a request that changes something has Content-Type: application/json")
    if token and not hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()):
        refused = refusal(401, "token-needed", "this API wants a token: send Authorization: Bearer TOKEN")
        refused.headers["WWW-Authenticate"] = "Bearer"
        return refused
    return None


def guarding(port: Callable[[], int], token: str = "") -> Middleware:
    """Make the middleware that lets only this machine's own programs in, and words every failure.

    Args:
        port: gives the port that is listened on.
        token: what whoever asks must know; empty: nothing.
    """

    @web.middleware
    async def guard(request: web.Request, handler: Answering) -> web.StreamResponse:
        """Answer what is let in."""
        refused = trespass(request, hosts(port()), token)
        response = refused if refused is not None else await _answered(request, handler)
        if not response.prepared:
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    return guard


async def _answered(request: web.Request, handler: Answering) -> web.StreamResponse:
    try:
        return await handler(request)
    except TunnelError as error:
        return answer(problem_of(error))
    except msgspec.DecodeError as error:
        return refusal(400, "bad-request", f"the body does not fit: {error}")
    except RecursionError:
        return refusal(400, "bad-request", "the body does not fit: it is nested too deeply")
    except ValueError as error:
        return refusal(400, "bad-request", str(error))
    except web.HTTPRequestEntityTooLarge:
        return refusal(413, "content-too-large", "the body is too large")
    except web.HTTPMethodNotAllowed as error:
        allowed = ", ".join(sorted(error.allowed_methods))
        response = refusal(405, "method-not-allowed", f"here one may {allowed}")
        response.headers["Allow"] = allowed
        return response
    except web.HTTPException as error:
        return refusal(error.status, "not-found", "there is nothing here: see GET /api")
    except Exception as error:  # noqa: BLE001 - whatever it is, nobody is shown a traceback
        _log.error("api.failed", error=error, path=request.path)
        return refusal(500, "client-internal", "hookline failed to answer: see its log")
