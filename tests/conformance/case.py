"""One raw request of a table, and what may become of it."""

import zlib
from dataclasses import dataclass

HOST = b"Host: demo.localhost\r\n"
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: demo.localhost\r\nX-Delivery: {id}-hidden\r\n\r\n"
"""What a smuggler wants the app to take for a request of its own."""


@dataclass(frozen=True, slots=True)
class Case:
    """Bytes for the public door; `{id}` in them stands for the case's own id."""

    name: str
    data: bytes
    first: frozenset[int]
    """Statuses that its first answer may have; empty: the connection may also end without one."""

    def wire(self) -> bytes:
        """Give the bytes with the id put in."""
        return self.data.replace(b"{id}", self.id.encode())

    @property
    def id(self) -> str:
        """What the app sees in `X-Delivery`."""
        return f"case-{zlib.crc32(self.name.encode()):08x}"


def post(fields: bytes, content: bytes = b"", *, line: bytes = b"POST /seen HTTP/1.1", host: bytes = HOST) -> bytes:
    """Give a request with the fields as they are, line ends included."""
    return line + b"\r\n" + host + b"X-Delivery: {id}\r\n" + fields + b"\r\n" + content


def case(name: str, data: bytes, *first: int) -> Case:
    """Give a case."""
    return Case(name, data, frozenset(first))
