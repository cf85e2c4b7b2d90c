"""The request as an HTTP/1.1 message (RFC 9112), byte for byte."""

from client.deliveries.export.model import CapturedExchange
from shared.http import first, without

_RECODED = frozenset({b"transfer-encoding"})


def to_raw(exchange: CapturedExchange) -> bytes:
    """Give the message; `Content-Length` is added where the content came without, so that the file can be sent."""
    content = exchange.content or b""
    fields = without(exchange.fields, _RECODED)
    if content and first(fields, b"content-length") is None:
        fields = (*fields, (b"Content-Length", str(len(content)).encode()))
    lines = [b"%s %s HTTP/%s" % (exchange.method, exchange.target, exchange.version)]
    lines.extend(name + b": " + value for name, value in fields)
    return b"\r\n".join(lines) + b"\r\n\r\n" + content
