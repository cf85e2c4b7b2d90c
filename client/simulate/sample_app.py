"""The demo's sample app: verifies TalkifAI's signatures as its documentation shows, fails where that is to be seen."""

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec
from aiohttp import web

from client.simulate.series import FAILS_FIRST, SLOW

SLOW_SECONDS = 1.5


class _Envelope(msgspec.Struct):
    id: str = ""
    type: str = ""


@dataclass(slots=True)
class SampleApp:
    """The running app."""

    port: int
    _runner: web.AppRunner

    async def close(self) -> None:
        """Stop serving."""
        await self._runner.cleanup()


async def start(
    secret: bytes,
    port: int = 0,
    *,
    slow_seconds: float = SLOW_SECONDS,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> SampleApp:
    """Serve the app on 127.0.0.1.

    Args:
        secret: the signing secret that events are checked with.
        port: 0: any free one.
        slow_seconds: how long the slow answer takes.
        pause: waits that many seconds.

    Raises:
        OSError: the port is taken.
    """
    app = web.Application()
    handlers = _Handlers(secret, slow_seconds, pause)
    app.router.add_post("/webhooks/talkifai", handlers.event)
    app.router.add_post("/functions/{name}", handlers.function)
    app.router.add_post("/recordings", handlers.recording)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
    except OSError:
        await runner.cleanup()
        raise
    bound: int = runner.addresses[0][1]
    return SampleApp(bound, runner)


def is_genuine(payload: bytes, signature: str, secret: bytes) -> bool:
    """Tell whether TalkifAI signed `payload`: HMAC-SHA-256 of the raw body, in hexadecimal after `sha256=`."""
    expected = "sha256=" + hmac.new(secret, payload, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "surrogateescape"))


class _Handlers:
    """What the app does with each kind of request."""

    def __init__(self, secret: bytes, slow_seconds: float, pause: Callable[[float], Awaitable[None]]) -> None:
        self._secret = secret
        self._slow_seconds = slow_seconds
        self._pause = pause
        self._failed: set[str] = set()

    async def event(self, request: web.Request) -> web.Response:
        """Answer a webhook event."""
        payload = await request.read()
        if not is_genuine(payload, request.headers.get("X-TalkifAI-Signature", ""), self._secret):
            return web.json_response({"error": "invalid signature"}, status=401)
        try:
            envelope = msgspec.json.decode(payload, type=_Envelope)
        except msgspec.MsgspecError:
            return web.json_response({"error": "not an event"}, status=400)
        if envelope.type == FAILS_FIRST and envelope.id not in self._failed:
            self._failed.add(envelope.id)
            return web.json_response({"error": "the database is away"}, status=500)
        if envelope.type == SLOW:
            await self._pause(self._slow_seconds)
        return web.json_response({"received": envelope.id})

    async def function(self, request: web.Request) -> web.Response:
        """Answer an agent that waits for it during a call."""
        await request.read()
        return web.json_response(
            {"result": {"slots": ["Thursday 16:00", "Thursday 17:30"], "timezone": "Europe/Berlin"}}
        )

    async def recording(self, request: web.Request) -> web.Response:
        """Take a file, and give its hash as bytes back."""
        digest = hashlib.sha256(await request.read()).digest()
        return web.Response(body=digest, content_type="application/octet-stream")
