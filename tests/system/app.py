"""The local app of a test: does what a request asks of it, and keeps a journal."""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from tests.system.listening import listening
from tests.system.wire import Broken, Message, read_content, read_head

ID_FIELD = b"X-Delivery"
"""The sender's id of a delivery: in the request, and given back in the answer."""
ANSWER_FIELD = b"X-Answer"
"""What the app is to do, as the JSON of an `Answer`."""
RAW_FIELD = b"X-Raw"
"""The name of one of the app's raw answers."""

PIECE_BYTES = 64 * 1024
HANG_SECONDS = 3600


class Answer(msgspec.Struct, omit_defaults=True):
    """What the app does with one request."""

    status: int = 200
    fields: list[tuple[str, str]] = []
    content: str = ""
    size: int = 0
    """Bytes of generated content instead of `content`."""
    framing: Literal["length", "chunked", "close", "none"] = "length"
    wait_seconds: float = 0.0
    """Before the head of the answer."""
    pause_seconds: float = 0.0
    """Half way through the content."""
    early: bool = False
    """Answer before the request's content is read."""
    end: Literal["complete", "close", "reset", "hang"] = "complete"
    """What happens at `end_at`."""
    end_at: Literal["start", "head", "middle"] = "start"
    """Before a byte of the answer, after its head, or half way through its content."""

    def field(self) -> tuple[bytes, bytes]:
        """Give the request field that asks for this answer."""
        return ANSWER_FIELD, msgspec.json.encode(self)


@dataclass(frozen=True, slots=True)
class Entry:
    """A request that reached the app."""

    id: str
    message: Message
    complete: bool
    """False: the connection broke within it."""


class App:
    """Serves on 127.0.0.1; made by `serving`."""

    def __init__(self) -> None:
        self.journal: list[Entry] = []
        self.raw: dict[str, bytes] = {}
        """Raw answers by name, written as they are."""
        self.connections = 0
        self.port = 0
        self._news = asyncio.Event()

    @property
    def url(self) -> str:
        """Where it is, as the client's command line takes it."""
        return f"http://127.0.0.1:{self.port}"

    async def arrived(self, count: int = 1) -> None:
        """Wait until the journal holds so many requests."""
        while len(self.journal) < count:
            self._news.clear()
            await self._news.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        self.connections += 1
        while await self._exchange(reader, writer):
            pass

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Take one request and answer it; give False when the connection is done."""
        try:
            message = await read_head(reader)
        except Broken:
            return False
        if message is None:
            return False
        answer = _asked(message)
        if answer.early:
            return await self._answer(message, answer, writer)
        if (message.first(b"expect") or b"").lower() == b"100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        complete = True
        try:
            await read_content(reader, message, until_close=False)
        except Broken:
            complete = False
        self.journal.append(Entry((message.first(ID_FIELD) or b"").decode(), message, complete))
        self._news.set()
        return complete and await self._answer(message, answer, writer)

    async def _answer(self, message: Message, answer: Answer, writer: asyncio.StreamWriter) -> bool:
        raw = self.raw.get((message.first(RAW_FIELD) or b"").decode("latin-1"))
        if raw is not None:
            writer.write(raw)
            await writer.drain()
            return False
        if answer.wait_seconds:
            await asyncio.sleep(answer.wait_seconds)
        content = b"x" * answer.size if answer.size else answer.content.encode()
        steps = {"start": b"", "head": _head(message, answer, len(content))}
        if answer.end != "complete" and answer.end_at == "start":
            return await _end(answer, writer)
        writer.write(steps["head"])
        if answer.end != "complete" and answer.end_at == "head":
            return await _end(answer, writer)
        bodiless = message.line.startswith(b"HEAD ") or answer.framing == "none"
        cut = len(content) // 2 if answer.end != "complete" else len(content)
        if not bodiless:
            chunked = answer.framing == "chunked"
            half = len(content) // 2 if answer.pause_seconds else 0
            await _write(writer, content[:half], chunked=chunked)
            await asyncio.sleep(answer.pause_seconds)
            await _write(writer, content[half:cut], chunked=chunked)
        if answer.end != "complete":
            return await _end(answer, writer)
        if answer.framing == "chunked" and not bodiless:
            writer.write(b"0\r\n\r\n")
        await writer.drain()
        return answer.framing != "close" and not answer.early


def _asked(message: Message) -> Answer:
    text = message.first(ANSWER_FIELD)
    return Answer() if text is None else msgspec.json.decode(text, type=Answer)


def _head(message: Message, answer: Answer, length: int) -> bytes:
    fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.fields]
    identity = message.first(ID_FIELD)
    if identity is not None:
        fields.append((ID_FIELD, identity))
    framing = {
        "length": [(b"Content-Length", b"%d" % length)],
        "chunked": [(b"Transfer-Encoding", b"chunked")],
        "close": [(b"Connection", b"close")],
        "none": [],
    }
    lines = [b"HTTP/1.1 %d Scripted" % answer.status]
    lines += [name + b": " + value for name, value in fields + framing[answer.framing]]
    return b"\r\n".join(lines) + b"\r\n\r\n"


async def _write(writer: asyncio.StreamWriter, content: bytes, *, chunked: bool) -> None:
    for start in range(0, len(content), PIECE_BYTES):
        piece = content[start : start + PIECE_BYTES]
        writer.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
        await writer.drain()


async def _end(answer: Answer, writer: asyncio.StreamWriter) -> bool:
    await writer.drain()
    if answer.end == "hang":
        await asyncio.sleep(HANG_SECONDS)
    if answer.end == "reset":
        reset(writer)
    return False


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with RST: a linger time of zero throws away what was not sent."""
    connection: socket.socket = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):  # it was closed from the other side a moment ago
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@contextlib.asynccontextmanager
async def serving(*, tls: ssl.SSLContext | None = None, path: Path | None = None) -> AsyncIterator[App]:
    """Give a running app, with TLS or on a Unix socket where that is asked for; its connections end with the block."""
    app = App()
    async with listening(app.serve, tls=tls, path=path) as port:
        app.port = port
        yield app
