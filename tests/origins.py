"""Scripted apps: raw servers that say, byte for byte, what a test wants them to say."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from shared.errors import Failure

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
_RESET_AT_CLOSE = struct.pack("ii", 1, 0)


Then = Literal["wait", "close", "half-close", "reset"]
"""What a script does with the connection in the end; `wait`: leaves it to the other side."""


class Asked(NamedTuple):
    """A request as it arrived."""

    head: bytes
    """From the request line to the empty line."""
    content: bytes
    """Its bytes without the chunked coding."""
    trailers: bytes = b""

    @property
    def line(self) -> bytes:
        """The request line."""
        return self.head.partition(b"\r\n")[0]

    @property
    def lines(self) -> list[bytes]:
        """The request line and the fields, each without its line end."""
        return self.head.removesuffix(b"\r\n\r\n").split(b"\r\n")


class Caller:
    """One accepted connection, as a script sees it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.sent_bytes = 0

    async def head(self) -> bytes:
        """Read a head."""
        return await self.reader.readuntil(b"\r\n\r\n")

    async def request(self) -> Asked:
        """Read a whole request."""
        head = await self.head()
        lowered = head.lower()
        if b"\r\ntransfer-encoding: chunked\r\n" in lowered:
            return Asked(head, *await self._chunks())
        _, found, rest = lowered.partition(b"\r\ncontent-length: ")
        length = int(rest.partition(b"\r\n")[0]) if found else 0
        return Asked(head, await self.reader.readexactly(length))

    async def _chunks(self) -> tuple[bytes, bytes]:
        content = b""
        while size := int((await self.reader.readline()).strip(), 16):
            content += await self.reader.readexactly(size)
            assert await self.reader.readexactly(2) == b"\r\n"
        trailers = b""
        while (line := await self.reader.readline()) != b"\r\n":
            trailers += line
        return content, trailers

    async def send(self, *pieces: bytes) -> None:
        """Send pieces, each after the one before has left."""
        for data in pieces:
            self.writer.write(data)
            await self.writer.drain()
            self.sent_bytes += len(data)

    def half_close(self) -> None:
        """Say that nothing more follows, and go on reading."""
        self.writer.write_eof()

    def close(self) -> None:
        """Close in peace."""
        self.writer.close()

    def reset(self) -> None:
        """Break the connection off."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
        self.writer.transport.abort()

    async def end(self, then: Then) -> None:
        """End the connection in that way, and wait until the other side is gone."""
        if then == "close":
            self.close()
        elif then == "half-close":
            self.half_close()
        elif then == "reset":
            self.reset()
        await self.left()

    async def left(self) -> Literal["closed", "reset"]:
        """Wait until the other side is gone; tell how it went."""
        try:
            while await self.reader.read(65_536):
                pass
        except ConnectionError:
            return "reset"
        return "closed"


Script = Callable[[Caller], Awaitable[None]]


@dataclass(slots=True)
class Origin:
    """A scripted app that is listening."""

    address: str
    """As a person would write it: `127.0.0.1:49152`, `unix:/…`."""
    port: int = 0
    connections: int = 0
    """How many were accepted."""
    asked: list[Asked] = field(default_factory=list)
    """What `answering` was asked, in order."""
    problems: list[BaseException] = field(default_factory=list)
    """What a script raised, but for the caller's leaving."""


@asynccontextmanager
async def origin(
    script: Script | bytes, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None, path: Path | None = None
) -> AsyncIterator[Origin]:
    """Listen on an ephemeral port (or the Unix socket at `path`), and run `script` for each connection.

    Args:
        script: what happens on a connection; bytes: the answer to every request.
        host: a loopback address.
        tls: speak TLS with these settings.
        path: listen there instead.
    """
    app = Origin(address=f"unix:{path}" if path else "")
    run = answering(app, script) if isinstance(script, bytes) else script
    async with asyncio.TaskGroup() as group:
        running: list[asyncio.Task[None]] = []
        writers: list[asyncio.StreamWriter] = []

        def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            """Begin the script on a new connection."""
            app.connections += 1
            writers.append(writer)
            running.append(group.create_task(_serve(app, run, Caller(reader, writer))))

        if path is not None:
            server = await asyncio.start_unix_server(accepted, path, ssl=tls)
        else:
            server = await asyncio.start_server(accepted, host, 0, ssl=tls)
            app.port = server.sockets[0].getsockname()[1]
            app.address = f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{app.port}"
        try:
            yield app
        finally:
            server.close()
            for task, writer in zip(running, writers, strict=True):
                task.cancel()
                writer.transport.abort()
            await asyncio.sleep(0)
    assert app.problems == []


async def _serve(app: Origin, run: Script, caller: Caller) -> None:
    try:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await run(caller)
    except Exception as error:  # noqa: BLE001 - shown by the test at its end, not by breaking into it
        app.problems.append(error)
    finally:
        caller.writer.transport.abort()


def answering(app: Origin, answer: bytes) -> Script:
    """Give a script that answers every request with `answer`, on as many connections as there come."""

    async def script(caller: Caller) -> None:
        """Play the app."""
        while True:
            app.asked.append(await caller.request())
            await caller.send(answer)

    return script


def saying(*pieces: bytes, then: Then = "wait") -> Script:
    """Give a script that reads a request, says `pieces` one write after the other, and then does that."""

    async def script(caller: Caller) -> None:
        """Play the app."""
        await caller.request()
        await caller.send(*pieces)
        await caller.end(then)

    return script


class Malformed(NamedTuple):
    """An answer that is not HTTP as it should be, with what must become of it."""

    name: str
    raw: bytes
    failure: Failure = Failure.ORIGIN_BAD_RESPONSE
    then: Then = "wait"


_LINE = b"HTTP/1.1 200 OK\r\n"
_CHUNKED = _LINE + b"Transfer-Encoding: chunked\r\n\r\n"
_CLOSED = Failure.ORIGIN_CLOSED

MALFORMED = (
    Malformed("nothing-then-close", b"", _CLOSED, "close"),
    Malformed("nothing-then-half-close", b"", _CLOSED, "half-close"),
    Malformed("nothing-then-reset", b"", _CLOSED, "reset"),
    Malformed("half-a-status-line", b"HTTP/1.1 20", _CLOSED, "close"),
    Malformed("head-without-end", _LINE + b"Content-Le", _CLOSED, "close"),
    Malformed("head-without-end-reset", _LINE + b"A: b\r\n", _CLOSED, "reset"),
    Malformed("continue-then-close", b"HTTP/1.1 100 Continue\r\n\r\n", _CLOSED, "close"),
    Malformed("garbage", b"hello, world\r\n\r\n"),
    Malformed("html-without-head", b"<html><body>hi</body></html>"),
    Malformed("tls-alert", b"\x15\x03\x01\x00\x02\x02\x46"),
    Malformed("rtsp", b"RTSP/1.0 200 OK\r\n\r\n"),
    Malformed("icecast", b"ICY 200 OK\r\n\r\n"),
    Malformed("lower-case-version", b"http/1.1 200 OK\r\n\r\n"),
    Malformed("version-0.9", b"HTTP/0.9 200 OK\r\n\r\n"),
    Malformed("version-1.2", b"HTTP/1.2 200 OK\r\n\r\n"),
    Malformed("version-2.0", b"HTTP/2.0 200 OK\r\n\r\n"),
    Malformed("status-with-two-digits", b"HTTP/1.1 20 OK\r\n\r\n"),
    Malformed("status-with-four-digits", b"HTTP/1.1 2000 OK\r\n\r\n"),
    Malformed("status-in-words", b"HTTP/1.1 OK\r\n\r\n"),
    Malformed("status-negative", b"HTTP/1.1 -200 OK\r\n\r\n"),
    Malformed("status-099", b"HTTP/1.1 099 Low\r\n\r\n"),
    Malformed("status-199-then-close", b"HTTP/1.1 199 Low\r\n\r\n", then="close"),
    Malformed("status-600", b"HTTP/1.1 600 High\r\nContent-Length: 0\r\n\r\n"),
    Malformed("status-999", b"HTTP/1.1 999 High\r\nContent-Length: 0\r\n\r\n"),
    Malformed("switch-unasked", b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"),
    Malformed("reason-with-escape", b"HTTP/1.1 200 \x1b]0;x\x07\r\nContent-Length: 0\r\n\r\n"),
    Malformed("reason-with-nul", b"HTTP/1.1 200 a\0b\r\nContent-Length: 0\r\n\r\n"),
    Malformed("bare-line-feeds", b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok"),
    Malformed("bare-return-in-value", _LINE + b"A: b\rc\r\n\r\n"),
    Malformed("escape-in-value", _LINE + b"A: \x1b[31m\r\n\r\n"),
    Malformed("nul-in-value", _LINE + b"A: b\0c\r\n\r\n"),
    Malformed("delete-in-value", _LINE + b"A: \x7f\r\n\r\n"),
    Malformed("folded-value", _LINE + b"A: b\r\n c\r\n\r\n"),
    Malformed("space-before-colon", _LINE + b"A : b\r\n\r\n"),
    Malformed("empty-name", _LINE + b": b\r\n\r\n"),
    Malformed("name-with-obs-text", _LINE + b"A\xe9: b\r\n\r\n"),
    Malformed("field-without-colon", _LINE + b"nonsense\r\n\r\n"),
    Malformed("length-negative", _LINE + b"Content-Length: -2\r\n\r\nok"),
    Malformed("length-signed", _LINE + b"Content-Length: +2\r\n\r\nok"),
    Malformed("length-in-hex", _LINE + b"Content-Length: 0x2\r\n\r\nok"),
    Malformed("length-list", _LINE + b"Content-Length: 2, 2\r\n\r\nok"),
    Malformed("length-empty", _LINE + b"Content-Length: \r\n\r\nok"),
    Malformed("length-overflow", _LINE + b"Content-Length: 99999999999999999999999\r\n\r\nok"),
    Malformed("length-twice", _LINE + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok"),
    Malformed("length-and-coding", _LINE + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    Malformed("coding-and-length", _LINE + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n"),
    Malformed("coding-gzip", _LINE + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    Malformed("coding-unknown", _LINE + b"Transfer-Encoding: identity\r\n\r\nok"),
    Malformed("coding-twice", _LINE + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    Malformed("coding-in-1.0", b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    Malformed("chunk-size-in-words", _CHUNKED + b"two\r\nok\r\n0\r\n\r\n"),
    Malformed("chunk-size-negative", _CHUNKED + b"-2\r\nok\r\n0\r\n\r\n"),
    Malformed("chunk-size-overflow", _CHUNKED + b"FFFFFFFFFFFFFFFFF\r\nok\r\n0\r\n\r\n"),
    Malformed("chunk-without-end", _CHUNKED + b"2\r\nokXX\r\n0\r\n\r\n"),
    Malformed("length-in-trailer", _CHUNKED + b"2\r\nok\r\n0\r\nContent-Length: 5\r\n\r\n"),
    Malformed("interims-without-end", b"HTTP/1.1 100 Continue\r\n\r\n" * 200),
    Malformed("interim-with-length", b"HTTP/1.1 103 Early\r\nContent-Length: 3\r\n\r\nabc" + OK),
    Malformed("fields-without-end", _LINE + b"A: b\r\n" * 300 + b"\r\n"),
    Malformed("head-too-long", _LINE + b"".join(b"A: %b\r\n" % (b"b" * 1000) for _ in range(70)) + b"\r\n"),
    Malformed("value-without-end", _LINE + b"A: " + b"b" * 200_000),
)
"""Each with the code of the error table that it must get."""
