"""A program that takes uploads and answers each when its last byte is here: `python -m benchmarks.sink PORT`."""

import asyncio
import sys

from benchmarks.machine import LOOPBACK

BUFFER_BYTES = 256 * 1024


class Sink(asyncio.BufferedProtocol):
    """Reads a request whose length is declared, forgets it, answers `200`."""

    def __init__(self) -> None:
        self._buffer = bytearray(BUFFER_BYTES)
        self._head = b""
        self._left: int | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where the answers go."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def get_buffer(self, sizehint: int) -> bytearray:  # noqa: ARG002 - asyncio's signature
        """Give the one buffer: what was read is forgotten."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Count what came."""
        if self._left is not None:
            self._left -= nbytes
        else:
            self._head += bytes(self._buffer[:nbytes])
            head, end, rest = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            self._left = declared_length(head) - len(rest)
        if self._left <= 0:
            self._left, self._head = None, b""
            assert self._transport is not None
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def declared_length(head: bytes) -> int:
    """Give the Content-Length of a head, 0 where there is none."""
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def main(port: int) -> None:
    """Serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Sink, LOOPBACK, port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
