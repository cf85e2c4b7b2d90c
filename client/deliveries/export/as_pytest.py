"""A pytest file: each delivery is a test that is green on its own, and runs against the app when told its address."""

import re
from collections.abc import Sequence

from client.deliveries.export.as_python import OWN, docstring, literal, sends_length, split_base, text
from client.deliveries.export.model import CapturedExchange
from shared.http import without

_HEAD = '''\
"""Captured deliveries as tests.

    HOOKLINE_APP=http://localhost:3000 pytest THIS_FILE     sends them to your app
    pytest THIS_FILE                                        sends them to a stand-in that answers as your app did
"""

import contextlib
import http.client
import os
import socketserver
import threading
from urllib.parse import urlsplit


@contextlib.contextmanager
def app(status, content):
    """Give the address of the app under test: your own, or a stand-in."""
    if os.environ.get("HOOKLINE_APP"):
        yield os.environ["HOOKLINE_APP"]
        return

    class StandIn(socketserver.StreamRequestHandler):
        def handle(self):
            head = []
            while (line := self.rfile.readline()).strip():
                head.append(line.decode("latin-1"))
            sizes = [int(line.partition(":")[2]) for line in head if line.lower().startswith("content-length:")]
            self.rfile.read(sizes[0] if sizes else 0)
            answer = b"" if head[0].startswith("HEAD ") or status in (204, 304) else content
            framing = "" if status in (204, 304) else f"Content-Length: {len(content)}\\r\\n"
            self.wfile.write(f"HTTP/1.1 {status} \\r\\n{framing}Connection: close\\r\\n\\r\\n".encode() + answer)

    with socketserver.TCPServer(("127.0.0.1", 0), StandIn) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def send(address, method, target, fields, content):
    """Send a request octet for octet and give the answer's status and content."""
    url = urlsplit(address)
    make = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = make(url.netloc, timeout=30)
    connection._encode_request = lambda request: request.encode("latin-1")
    with contextlib.closing(connection):
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in fields:
            connection.putheader(name, value)
        if content is not None:
            connection.putheader("Content-Length", str(len(content)))
        connection.endheaders(content or None)
        response = connection.getresponse()
        return response.status, response.read()
'''

_ASSUMED_STATUS = 200
"""What an app is expected to answer where no answer was captured."""
_INTERIM = 200
"""Below it stands no final answer that a test could wait for."""


def to_pytest(exchanges: Sequence[CapturedExchange], redacted: Sequence[str] = ()) -> str:
    """Give the file; `redacted` is said at each test, because an app that checks signatures will refuse the request."""
    tests = [_test(number, exchange, redacted) for number, exchange in enumerate(exchanges, start=1)]
    return "\n\n".join([_HEAD, *tests]) + "\n"


def _test(number: int, exchange: CapturedExchange, redacted: Sequence[str]) -> str:
    target = split_base(exchange.base)[2] + exchange.target
    answer = exchange.response
    status = answer.status if answer is not None and answer.status >= _INTERIM else _ASSUMED_STATUS
    content = b"" if answer is None or answer.content is None else answer.content
    sent = f"{exchange.content or b''!r}" if sends_length(exchange) else "None"
    fields = without(exchange.fields, OWN | {b"host"})
    lines = [f"def {_name(number, exchange)}():", f'    """{docstring(exchange)} is answered {status}."""']
    if redacted:
        lines.append(f"    # Not in this file: {', '.join(redacted)!a}; `hookline export --with-secrets` writes them.")
    lines += [
        f"    with app({status}, {content!r}) as address:",
        "        status, content = send(",
        "            address,",
        f"            {text(exchange.method)!a},",
        f"            {text(target)!a},",
        f"            {literal(fields, '            ')},",
        f"            {sent},",
        "        )",
        f"    assert status == {status}, content",
    ]
    return "\n".join(lines)


def _name(number: int, exchange: CapturedExchange) -> str:
    path = exchange.target.partition(b"?")[0].decode("latin-1")
    words = re.sub(r"[^a-z0-9]+", "_", f"{text(exchange.method)} {path}".lower()).strip("_")[:50]
    return f"test_{words or 'delivery'}_{number}"
