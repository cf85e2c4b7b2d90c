"""A webhook sender that writes down what it sent and what became of it."""

import asyncio
import contextlib
import hashlib
import ssl
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Literal

from tests.system.app import ID_FIELD, reset
from tests.system.wire import Broken, Fields, Message, read_response

Ending = Literal["answered", "broken", "hung", "left"]
"""`broken`: the connection ended in a way that cannot be taken for an answer; `left`: the sender went away itself."""


@dataclass(slots=True)
class Sent:
    """A row of the manifest."""

    id: str
    method: bytes
    target: bytes
    fields: Fields
    """As sent, Host and framing included."""
    content_sha256: str
    content_size: int
    ending: Ending = "hung"
    response: Message | None = None
    why: str = ""
    seconds: float = 0.0

    @property
    def status(self) -> int | None:
        """The status of its answer, or None."""
        return None if self.response is None else self.response.status


@dataclass(slots=True)
class Sender:
    """Sends to one address; every delivery goes into `manifest`."""

    port: int
    host: str
    """The Host field, and the name in the TLS handshake."""
    tls: ssl.SSLContext | None = None
    prefix: bytes = b""
    """`/t/NAME` where the endpoint is named by path."""
    name: str = "s"
    """Begins the ids, so that several senders keep theirs apart."""
    manifest: list[Sent] = field(default_factory=list)

    async def send(
        self,
        content: bytes = b"",
        *,
        method: bytes = b"POST",
        target: bytes = b"/hooks",
        fields: Iterable[tuple[bytes, bytes]] = (),
        chunks: Iterable[bytes] | None = None,
        leave_after: int | None = None,
        patience_seconds: float = 20.0,
    ) -> Sent:
        """Send one delivery over a connection of its own and wait for what becomes of it.

        Args:
            content: sent with its length, unless `chunks` are given.
            method: the method.
            target: the target, byte for byte.
            fields: beside Host, the id and the framing.
            chunks: the content as chunks instead.
            leave_after: reset the connection after so many bytes of content.
            patience_seconds: after this the delivery counts as hung.
        """
        pieces = None if chunks is None else list(chunks)
        content = content if pieces is None else b"".join(pieces)
        sent = self._note(method, target, list(fields), content, chunked=pieces is not None)
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(patience_seconds), self.connected() as (reader, writer):
                writer.write(request_head(method, self.prefix + target, sent.fields))
                if leave_after is not None:
                    writer.write(content[:leave_after])
                    await writer.drain()
                    reset(writer)
                    sent.ending = "left"
                    return sent
                await _exchange(reader, writer, sent, _framed(content, pieces))
        except TimeoutError:
            sent.ending, sent.why = "hung", f"nothing for {patience_seconds:g} s"
        except (Broken, OSError) as error:
            sent.ending, sent.why = "broken", str(error)
        sent.seconds = asyncio.get_running_loop().time() - began
        return sent

    async def raw(self, data: bytes, *, method: bytes = b"POST", patience_seconds: float = 20.0) -> list[Message]:
        """Write bytes as they are, and give every response until the peer closes or half a second is silent."""
        found: list[Message] = []
        with contextlib.suppress(TimeoutError, Broken, OSError):
            async with asyncio.timeout(patience_seconds), self.connected() as (reader, writer):
                writer.write(data)
                while True:
                    async with asyncio.timeout(0.5 if found else patience_seconds):
                        found.append(await read_response(reader, method))
        return found

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Give a connection; it ends with the block."""
        name = self.host.rsplit(":", 1)[0] if self.tls else None
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, ssl=self.tls, server_hostname=name, limit=256 * 1024
        )
        try:
            yield reader, writer
        finally:
            writer.transport.abort()

    def _note(self, method: bytes, target: bytes, fields: Fields, content: bytes, *, chunked: bool) -> Sent:
        identity = f"{self.name}-{len(self.manifest):05d}"
        framing = (b"Transfer-Encoding", b"chunked") if chunked else (b"Content-Length", b"%d" % len(content))
        own = [(b"Host", self.host.encode()), (ID_FIELD, identity.encode())]
        framed = [framing] if chunked or content or method not in {b"GET", b"HEAD", b"OPTIONS", b"DELETE"} else []
        digest = hashlib.sha256(content).hexdigest()
        sent = Sent(identity, method, target, own + fields + framed, digest, len(content))
        self.manifest.append(sent)
        return sent


def request_head(method: bytes, target: bytes, fields: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Give the head section of a request."""
    lines = [method + b" " + target + b" HTTP/1.1", *(name + b": " + value for name, value in fields)]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _framed(content: bytes, pieces: list[bytes] | None) -> list[bytes]:
    """Give what goes on the wire after the head, in writes of 64 KiB at most."""
    if pieces is None:
        return [content[start : start + 65536] for start in range(0, len(content), 65536)]
    return [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces] + [b"0\r\n\r\n"]


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: Sent, wire: list[bytes]) -> None:
    """Write the content while the answer is awaited: an app may answer before it has read all."""
    async with asyncio.TaskGroup() as tasks:
        writing = tasks.create_task(_write(writer, wire))
        try:
            sent.response = await read_response(reader, sent.method)
            sent.ending = "answered"
        except Broken as error:
            sent.ending, sent.why = "broken", str(error)
        finally:
            writing.cancel()


async def _write(writer: asyncio.StreamWriter, wire: list[bytes]) -> None:
    with contextlib.suppress(ConnectionError):
        for data in wire:
            writer.write(data)
            await writer.drain()
