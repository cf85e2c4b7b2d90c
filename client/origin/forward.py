"""Hands a request to the app and gives its answer."""

import asyncio
from collections.abc import Callable

from client.origin.address import OriginAddress
from client.origin.timeouts import OriginTimeouts
from shared.errors import ExchangeFailed, Failure
from shared.exchange import Content, Request, Response
from shared.http import ResponseHead, forwardable


class Forward:
    """A handler: the app at one address."""

    def __init__(
        self,
        address: OriginAddress,
        *,
        clock: Callable[[], float],
        host_header: str = "rewrite",
        timeouts: OriginTimeouts | None = None,
        insecure: bool = False,
    ) -> None:
        self.address = address
        self._clock = clock
        self._host_header = host_header
        self._timeouts = timeouts or OriginTimeouts()
        self._insecure = insecure

    async def close(self) -> None:
        """Close every connection to the app."""

    async def __call__(self, request: Request) -> Response:
        """Send `request` to the app."""
        body = b""
        while data := await request.content.read():
            body += data
        try:
            reader, writer = await asyncio.open_connection(self.address.host, self.address.port)
        except OSError as error:
            raise ExchangeFailed(Failure.ORIGIN_REFUSED, str(error)) from None
        head = request.head
        fields = [field for field in forwardable(head.fields) if field[0].lower() not in {b"host", b"content-length"}]
        fields += [(b"Host", self.address.host_header), (b"Content-Length", b"%d" % len(body))]
        lines = b"".join(name + b": " + value + b"\r\n" for name, value in fields)
        writer.write(head.method + b" " + head.target + b" HTTP/1.1\r\n" + lines + b"Connection: close\r\n\r\n" + body)
        raw = await reader.read(-1)
        writer.close()
        top, _, content = raw.partition(b"\r\n\r\n")
        line, *rest = top.split(b"\r\n")
        _, status, reason = (line + b" ").split(b" ", 2)
        pairs = tuple((name, value.strip()) for name, _, value in (item.partition(b":") for item in rest))
        return Response(ResponseHead(int(status), reason.strip(), forwardable(pairs)), Content(content))


async def probe(address: OriginAddress) -> bool:
    """Tell whether something accepts connections at `address`."""
    try:
        _, writer = await asyncio.open_connection(address.host, address.port)
    except OSError:
        return False
    writer.close()
    return True
