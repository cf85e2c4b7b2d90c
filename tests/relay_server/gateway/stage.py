"""A public door on a port of its own with a scripted endpoint behind it, and senders that speak raw bytes."""

import asyncio
import itertools
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import NamedTuple, cast

from relay_server.addresses import ListenAddress
from relay_server.gateway.gateway import Gateway
from relay_server.gateway.settings import GatewaySettings, Limits, Patience
from relay_server.listening import listening_sockets
from relay_server.routes import Routes
from shared.exchange import Content, Handler, Request, Response
from shared.http.heads import Fields, RequestHead, ResponseHead

HOST = b"Host: demo.relay.test\r\n"
GET = b"GET /x HTTP/1.1\r\n" + HOST + b"\r\n"
OK = ResponseHead(200, b"OK", ((b"Content-Length", b"2"),))
QUICK = Patience(head=0.2, body=0.2, first_byte=0.2, write=0.2, idle=0.2, linger=0.2)
CLOCK = 1_700_000_000.0


def post(content: bytes, fields: bytes = b"", *, version: bytes = b"1.1", length: int | None = None) -> bytes:
    """Give a POST with its length declared."""
    declared = len(content) if length is None else length
    line = b"POST /hooks HTTP/" + version + b"\r\n"
    return line + HOST + fields + b"Content-Length: %d\r\n\r\n" % declared + content


def chunks(*parts: bytes, trailers: bytes = b"") -> bytes:
    """Give content in the chunked coding."""
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n" + trailers + b"\r\n"


def post_chunks(*parts: bytes, trailers: bytes = b"") -> bytes:
    """Give a POST in the chunked coding."""
    return (
        b"POST /hooks HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n" + chunks(*parts, trailers=trailers)
    )


class Seen(NamedTuple):
    """A request as the endpoint got it, to its end."""

    head: RequestHead
    content: bytes
    trailers: Fields


class Answer(NamedTuple):
    """An answer as a sender got it."""

    status: int
    fields: Fields
    content: bytes
    trailers: Fields = ()

    def first(self, name: bytes) -> bytes | None:
        """Give the value of the first field of a name in lower case, or None."""
        return next((value for key, value in self.fields if key.lower() == name), None)

    @property
    def code(self) -> str:
        """The relay's own code, or nothing: then the app answered."""
        return (self.first(b"hookline-error") or b"").decode()


class Peer:
    """One sender's connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, data: bytes) -> None:
        """Write bytes as they are."""
        self.writer.write(data)

    def end(self) -> None:
        """End the sending half."""
        self.writer.write_eof()

    def reset(self) -> None:
        """End the connection at once, in both directions."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def answer(self, *, to_head: bool = False) -> Answer:
        """Read one answer to its end, by the rules of RFC 9112 section 6.3."""
        async with asyncio.timeout(5):
            lines = (await self.reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
            status = int(lines[0].split(b" ")[1])
            fields = _fields(lines[1:])
            content, trailers = b"", cast("Fields", ())
            if not to_head and status >= 200 and status not in (204, 304):
                content, trailers = await self._content(fields)
            return Answer(status, fields, content, trailers)

    async def ask(self, data: bytes) -> Answer:
        """Write bytes and read one answer."""
        self.send(data)
        return await self.answer()

    async def rest(self) -> bytes:
        """Read until the door ends the connection."""
        async with asyncio.timeout(5):
            return await self.reader.read()

    async def _content(self, fields: Fields) -> tuple[bytes, Fields]:
        known = {name.lower(): value for name, value in fields}
        if known.get(b"transfer-encoding") == b"chunked":
            content = bytearray()
            while size := int(await self.reader.readuntil(b"\r\n"), 16):
                content += (await self.reader.readexactly(size + 2))[:-2]
            trailers: list[bytes] = []
            while (line := await self.reader.readuntil(b"\r\n")) != b"\r\n":
                trailers.append(line[:-2])
            return bytes(content), _fields(trailers)
        if b"content-length" in known:
            return await self.reader.readexactly(int(known[b"content-length"])), ()
        return await self.reader.read(), ()


def _fields(lines: list[bytes]) -> Fields:
    pairs = [line.split(b": ", 1) for line in lines if line]
    return tuple((pair[0], pair[1]) for pair in pairs)


Script = Callable[[Request], Awaitable[Response]]


@dataclass
class Stage:
    """The door, and what has come through it."""

    gateway: Gateway
    routes: Routes
    script: Script
    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    _peers: list[Peer] = field(default_factory=list)

    async def handle(self, request: Request) -> Response:
        """Answer as the script says."""
        self.requests.append(request)
        return await self.script(request)

    async def listen(self, tls: ssl.SSLContext | None, scheme: str | None = None) -> None:
        """Serve on a free port, from now on the one that senders connect to."""
        (sock,) = listening_sockets(ListenAddress("127.0.0.1", 0))
        await self.gateway.listen(sock, tls=tls, scheme=scheme)
        self.port = sock.getsockname()[1]

    async def connect(self, *, server_name: str | None = None, source: str | None = None) -> Peer:
        """Open a sender's connection, perhaps from another address."""
        name = (server_name or "demo.relay.test") if self.tls else None
        local = None if source is None else (source, 0)
        peer = Peer(
            *await asyncio.open_connection("127.0.0.1", self.port, ssl=self.tls, server_hostname=name, local_addr=local)
        )
        self._peers.append(peer)
        return peer

    async def ask(self, data: bytes) -> Answer:
        """Give the answer to bytes on a connection of their own."""
        return await (await self.connect()).ask(data)

    async def close(self) -> None:
        """End everything."""
        for peer in self._peers:
            peer.writer.transport.abort()
        await self.gateway.close()


def taking(stage: "Stage | None" = None, answer: bytes = b"ok") -> Script:
    """Give a script that takes the whole request, then answers with `answer`."""

    async def script(request: Request) -> Response:
        """Stand for the endpoint."""
        content = b"" if request.head.upgrade else await taken(request.content)
        if stage is not None:
            stage.seen.append(Seen(request.head, content, request.content.trailers))
        head = replace_length(OK, len(answer))
        return Response(head, Content(answer, length=len(answer)))

    return script


def replace_length(head: ResponseHead, length: int) -> ResponseHead:
    """Give `head` with another length."""
    return ResponseHead(head.status, head.reason, ((b"Content-Length", b"%d" % length),))


def saying(head: ResponseHead, content: Content | bytes = b"") -> Script:
    """Give a script that takes the request and answers with one head and content."""

    async def script(request: Request) -> Response:
        """Stand for the endpoint."""
        await taken(request.content)
        return Response(head, Content(content) if isinstance(content, bytes) else content)

    return script


async def steady(measure: Callable[[], int]) -> int:
    """Give what `measure` says when it says it twice in a row: what moved has come to rest."""
    last = -1
    async with asyncio.timeout(5):
        while last != (last := measure()):  # noqa: ASYNC110 - sockets have no event for nothing more happens
            await asyncio.sleep(0.05)
    return last


async def taken(content: Content) -> bytes:
    """Take all of the content."""
    data = bytearray()
    while chunk := await content.read():
        data += chunk
    return bytes(data)


@asynccontextmanager
async def opened(
    script: Handler | None = None,
    *,
    patience: Patience | None = None,
    limits: Limits | None = None,
    settings: GatewaySettings | None = None,
    own_host: Callable[[], asyncio.Protocol] = asyncio.Protocol,
    server_tls: ssl.SSLContext | None = None,
    client_tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Stage]:
    """Serve a door for as long as the block runs; without a script the endpoint takes all and says `ok`."""
    numbers = itertools.count(1)
    used = settings or GatewaySettings()
    used = replace(used, patience=patience or used.patience, limits=limits or used.limits)
    routes = Routes(domain="relay.test", scheme="http" if server_tls is None else "https", port=8443)
    gateway = Gateway(
        routes=routes,
        own_host=own_host,
        clock=lambda: CLOCK,
        new_id=lambda prefix: f"{prefix}_{next(numbers)}",
        settings=used,
    )
    stage = Stage(gateway, routes, taking(), tls=client_tls)
    stage.script = script or taking(stage)
    routes.add("demo", stage.handle)
    await stage.listen(server_tls)
    try:
        yield stage
    finally:
        await stage.close()
