"""A server on this machine that keeps what it is sent, byte for byte."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from client.deliveries.export import CapturedExchange
from client.deliveries.importing.raw import read_raw
from shared.http import Fields, without

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
NOT_COMPARED = frozenset({b"host", b"content-length", b"connection"})


class Echo:
    """What was received, in order."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.requests: list[bytes] = []

    def only(self) -> CapturedExchange:
        """Give the one request that came."""
        (data,) = self.requests
        (request,) = read_raw(data)
        return request


@contextmanager
def echo() -> Iterator[Echo]:
    """Serve on a free port until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        here = Echo(server.getsockname()[1])
        thread = threading.Thread(target=_serve, args=(server, here))
        thread.start()
        try:
            yield here
        finally:
            with socket.create_connection(server.getsockname()[:2]):
                pass
            thread.join()


def _serve(server: socket.socket, here: Echo) -> None:
    while True:
        connection, _ = server.accept()
        with connection:
            data = _receive(connection)
            if not data:
                return
            here.requests.append(data)
            connection.sendall(ANSWER)


def _receive(connection: socket.socket) -> bytes:
    data = b""
    while True:
        head, ended, content = data.partition(b"\r\n\r\n")
        if ended and len(content) >= _length(head):
            return data
        more = connection.recv(65_536)
        if not more:
            return data
        data += more


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def compared(fields: Fields) -> Fields:
    """Give the fields that an export must send as they were."""
    return without(fields, NOT_COMPARED)
