"""Requests and responses for tests."""

from shared.exchange import Content, Delivery, Handler, Request, Response
from shared.http.heads import Fields, RequestHead, ResponseHead

DELIVERY = Delivery(
    id="dlv_test",
    attempt=1,
    endpoint="demo",
    received_at=1_700_000_000.0,
    remote="203.0.113.7",
    public_url="https://demo.relay.test",
)


def request(
    content: Content | bytes = b"", *, method: bytes = b"POST", target: bytes = b"/hooks", fields: Fields = ()
) -> Request:
    """Give a request of the endpoint `demo`."""
    if isinstance(content, bytes):
        content = Content(content)
    return Request(RequestHead(method, target, fields), DELIVERY, content)


def response(content: Content | bytes = b"", *, status: int = 200, fields: Fields = ()) -> Response:
    """Give a response."""
    if isinstance(content, bytes):
        content = Content(content)
    return Response(ResponseHead(status, b"OK", fields), content)


async def drain(content: Content) -> bytes:
    """Take all of the content."""
    data = bytearray()
    while chunk := await content.read():
        data += chunk
    return bytes(data)


async def echo(asked: Request) -> Response:
    """Answer with what came, as it comes: a Handler."""
    return Response(ResponseHead(200, b"OK", asked.head.fields), asked.content)


HANDLER: Handler = echo
