"""Chromium at a page behind the tunnel, over TLS: WebSockets, server-sent events, uploads and downloads, cookies."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tests.system.browser import browsing
from tests.system.chaos import between
from tests.system.supervisor import Relay, Supervisor

pytestmark = [pytest.mark.system, pytest.mark.needs("chromium")]

MEBI = 1 << 20
DOWN = bytes(range(256)) * (5 * MEBI // 256)

PAGE = """<!doctype html><title>behind the tunnel</title><script>
const hex = async data =>
  [...new Uint8Array(await crypto.subtle.digest('SHA-256', data))].map(x => x.toString(16).padStart(2, '0')).join('')

const next = (target, name) => new Promise((resolve, reject) => {
  target.addEventListener(name, resolve, {once: true})
  target.addEventListener('error', () => reject(new Error('error before ' + name)), {once: true})
})

async function joined() {
  const socket = new WebSocket('wss://' + location.host + '/socket', ['other', 'echo'])
  socket.binaryType = 'arraybuffer'
  await next(socket, 'open')
  return socket
}

async function said(socket, what) {
  socket.send(what)
  return (await next(socket, 'message')).data
}

async function talk() {
  const socket = await joined()
  const text = await said(socket, 'caf\\u00e9 \\u{1F980}')
  const data = new Uint8Array(3000000).map((_, index) => index % 251)
  const back = await said(socket, data)
  const same = await hex(back) === await hex(data)
  socket.send('close')
  const closed = await next(socket, 'close')
  return [socket.protocol, text, same, closed.code, closed.reason, closed.wasClean]
}

function listen() {
  return new Promise(resolve => {
    const found = [], source = new EventSource('/events')
    source.addEventListener('tick', event => {
      found.push(event.data)
      if (found.length === 6) { source.close(); resolve(found) }
    })
  })
}

async function upload(size) {
  const data = new Uint8Array(size).map((_, index) => index % 253)
  const answer = await fetch('/upload', {method: 'PUT', body: data})
  return await answer.text() === await hex(data)
}

async function download() {
  const reader = (await fetch('/download')).body.getReader(), parts = []
  for (let part = await reader.read(); !part.done; part = await reader.read()) parts.push(part.value)
  return [parts.length > 1, await hex(await new Blob(parts).arrayBuffer())]
}

async function statuses() {
  const asked = ['GET', 'HEAD', 'DELETE', 'PATCH', 'OPTIONS']
  return Promise.all(asked.map(async method => (await fetch('/status', {method})).status))
}
</script>"""


async def _page(_request: web.Request) -> web.Response:
    answer = web.Response(text=PAGE, content_type="text/html")
    answer.set_cookie("seen", "yes", secure=True, samesite="Strict")
    return answer


async def _socket(request: web.Request) -> web.WebSocketResponse:
    """Say everything back; close with a code of the app's own when told to."""
    socket = web.WebSocketResponse(protocols=["echo"], max_msg_size=0)
    await socket.prepare(request)
    async for message in socket:
        if message.data == "close":
            await socket.close(code=4001, message=b"as you wish")
        elif isinstance(message.data, str):
            await socket.send_str(message.data)
        else:
            await socket.send_bytes(message.data)
    return socket


async def _events(request: web.Request) -> web.StreamResponse:
    """Tell three ticks, then end: the browser comes back and says which it had."""
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await answer.prepare(request)
    first = int(request.headers.get("Last-Event-ID", "0"))
    await answer.write(b"retry: 50\n\n")
    for number in range(first + 1, first + 4):
        await answer.write(b"event: tick\nid: %d\ndata: %d\n\n" % (number, number))
    return answer


async def _upload(request: web.Request) -> web.Response:
    digest = hashlib.sha256()
    async for part in request.content.iter_any():
        digest.update(part)
    return web.Response(text=digest.hexdigest())


async def _download(_request: web.Request) -> web.Response:
    return web.Response(body=DOWN)


async def _status(request: web.Request) -> web.Response:
    assert request.cookies["seen"] == "yes"
    return web.Response(status=204 if request.method == "DELETE" else 200)


@asynccontextmanager
async def site() -> AsyncIterator[int]:
    """Serve the page and what it asks for."""
    application = web.Application()
    application.router.add_get("/", _page)
    application.router.add_get("/socket", _socket)
    application.router.add_get("/events", _events)
    application.router.add_put("/upload", _upload)
    application.router.add_get("/download", _download)
    application.router.add_route("*", "/status", _status)
    runner = web.AppRunner(application, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def test_browser_notices_no_tunnel(supervisor: Supervisor, relay: Relay, token: str) -> None:
    """All that a page can ask of its server works as it does beside it."""
    async with site() as port:
        client = await supervisor.client(relay, port, "--host-header", "preserve", token=token)
        async with browsing(supervisor.home("browser"), port=relay.port) as page:
            await page.open(f"https://demo.localhost:{relay.port}/")
            assert await page.run("document.cookie") == "seen=yes"
            assert await page.run("talk()") == ["echo", "caf\u00e9 \U0001f980", True, 4001, "as you wish", True]
            assert await page.run("listen()") == [f"{number}" for number in range(1, 7)]
            assert [await page.run(f"upload({size})") for size in (0, 1, 70_000, 5 * MEBI)] == [True] * 4
            assert await page.run("download()") == [True, hashlib.sha256(DOWN).hexdigest()]
            assert await page.run("statuses()") == [200, 200, 204, 200, 200]
        await client.program.stop()


async def test_pages_socket_survives_a_change_of_networks(supervisor: Supervisor, relay: Relay, token: str) -> None:
    """The client's connection is lost several times; the page's WebSocket and event stream go on."""
    async with site() as port, between(relay.port) as proxy:
        url = f"https://localhost:{proxy.port}"
        client = await supervisor.client(relay, port, token=token, relay_url=url)
        async with browsing(supervisor.home("browser"), port=relay.port) as page:
            await page.open(f"https://demo.localhost:{relay.port}/")
            await page.run("joined().then(socket => { window.socket = socket })")
            for number in range(4):
                proxy.strand()
                assert await page.run(f"said(socket, '{number}')") == f"{number}"
            assert (await page.run("socket.readyState"), proxy.accepted > 3) == (1, True)
        await client.program.stop()
