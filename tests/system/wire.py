"""HTTP/1.1 as plain bytes over asyncio streams: an oracle that shares no code with the product."""

import asyncio
import hashlib
from dataclasses import dataclass, field

KEPT_BYTES = 1024 * 1024
"""Content beyond this is hashed and counted, not kept."""
MOST_INTERIM = 50

Fields = list[tuple[bytes, bytes]]


class Broken(Exception):  # noqa: N818 - reads as the sentence it is
    """A message that ended before it was complete, or is none."""


@dataclass(slots=True)
class Message:
    """A request or response as it was on the wire."""

    line: bytes
    fields: Fields
    head: bytes
    """Every byte of the head section, the empty line included."""
    content: bytes = b""
    size: int = 0
    sha256: str = ""
    trailers: Fields = field(default_factory=list)
    interim: list[bytes] = field(default_factory=list)
    """Heads of the 1xx answers before a response."""

    @property
    def status(self) -> int:
        """The status code of a response."""
        return int(self.line.split(b" ", 2)[1])

    def first(self, name: bytes) -> bytes | None:
        """Give the first value of a field, whatever its letter case."""
        return next((value for key, value in self.fields if key.lower() == name.lower()), None)

    def every(self, name: bytes) -> list[bytes]:
        """Give all values of a field in wire order."""
        return [value for key, value in self.fields if key.lower() == name.lower()]


class _Kept:
    """Takes content: counts and hashes all of it, keeps the beginning."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._start = bytearray()
        self._size = 0

    def add(self, data: bytes) -> None:
        self._hash.update(data)
        self._size += len(data)
        self._start += data[: max(0, KEPT_BYTES - len(self._start))]

    def into(self, message: Message) -> None:
        message.content, message.size, message.sha256 = bytes(self._start), self._size, self._hash.hexdigest()


async def read_head(reader: asyncio.StreamReader) -> Message | None:
    """Read a head section; None where the peer closed before its first byte.

    Raises:
        Broken: the peer closed within it, or a line is none of HTTP's.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if not error.partial:
            return None
        raise Broken(f"closed within a head: {error.partial[-80:]!r}") from None
    except (ConnectionError, asyncio.LimitOverrunError) as error:
        raise Broken(repr(error)) from None
    line, *rest = head[:-4].split(b"\r\n")
    return Message(line, [_field(text) for text in rest], head)


def _field(text: bytes) -> tuple[bytes, bytes]:
    name, colon, value = text.partition(b":")
    if not colon:
        raise Broken(f"a field without a colon: {text!r}")
    return name, value.strip(b" \t")


async def read_request(reader: asyncio.StreamReader, *, on_content: asyncio.Event | None = None) -> Message | None:
    """Read a request with its content; None at the end of the connection.

    Args:
        reader: what the sender writes to.
        on_content: waited for before the content is read: an app that is slow to take it.

    Raises:
        Broken: it was cut.
    """
    message = await read_head(reader)
    if message is not None:
        if on_content is not None:
            await on_content.wait()
        await read_content(reader, message, until_close=False)
    return message


async def read_response(reader: asyncio.StreamReader, method: bytes) -> Message:
    """Read a response to a request with `method`, interim ones before it.

    Raises:
        Broken: it was cut, or the connection ended before it.
    """
    interim: list[bytes] = []
    while len(interim) <= MOST_INTERIM:
        message = await read_head(reader)
        if message is None:
            raise Broken("closed before a response")
        if message.status >= 200 or message.status == 101:
            message.interim = interim
            if method != b"HEAD" and message.status not in {101, 204, 304}:
                await read_content(reader, message, until_close=True)
            return message
        interim.append(message.head)
    raise Broken(f"more than {MOST_INTERIM} interim responses")


async def read_content(reader: asyncio.StreamReader, message: Message, *, until_close: bool) -> None:
    """Read the content that the head announces (RFC 9112 section 6.3) into the message.

    Raises:
        Broken: it was cut; the message holds what came.
    """
    kept = _Kept()
    try:
        coding, length = message.first(b"transfer-encoding"), message.first(b"content-length")
        if coding is not None and length is not None:
            raise Broken("framed twice: Content-Length beside Transfer-Encoding")
        if coding is not None:
            await _read_chunks(reader, kept, message)
        elif length is not None:
            await _read_exactly(reader, kept, int(length))
        elif until_close:
            while data := await reader.read(65536):
                kept.add(data)
    except (ConnectionError, asyncio.IncompleteReadError) as error:
        raise Broken(f"cut within the content: {error!r}") from None
    finally:
        kept.into(message)


async def _read_exactly(reader: asyncio.StreamReader, kept: _Kept, count: int) -> None:
    while count:
        data = await reader.read(min(count, 65536))
        if not data:
            raise Broken(f"{count} bytes are missing")
        kept.add(data)
        count -= len(data)


async def _read_chunks(reader: asyncio.StreamReader, kept: _Kept, message: Message) -> None:
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0].strip(), 16):
        await _read_exactly(reader, kept, size)
        if await reader.readexactly(2) != b"\r\n":
            raise Broken("a chunk does not end where it said")
    while (line := await reader.readuntil(b"\r\n")) != b"\r\n":
        message.trailers.append(_field(line[:-2]))
