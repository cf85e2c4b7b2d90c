"""Runs one exchange: has a handler answer, and writes the answer to the sender."""

from typing import Protocol

from relay_server.gateway.response_head import Body, Framed, Sender, frame, trailer_section
from shared.errors import ContentBroken, ExchangeFailed, Failure, LinkClosed
from shared.exchange import Content, Handler, Request, Response
from shared.logs import Log

_TOGETHER_BYTES = 65536
"""Up to this much content is copied behind its head, so that both leave in one write."""


class Outlet(Protocol):
    """Where an answer is written."""

    def sender(self) -> Sender:
        """Give what framing needs to know of the request and its connection."""
        ...

    @property
    def domain(self) -> bytes:
        """The relay's own host name."""
        ...

    def write(self, data: bytes) -> None:
        """Write to the sender."""
        ...

    async def drained(self) -> None:
        """Wait until the sender reads."""
        ...

    def began(self, *, switching: bool) -> None:
        """Note that the answer's head is written."""
        ...

    def refuse(self, error: ExchangeFailed) -> None:
        """Answer that there is no answer."""
        ...

    def finished(self, *, keep_alive: bool, until_close: bool = False) -> None:
        """Go on after a complete answer."""
        ...

    def broke_off(self, *, reset: bool) -> None:
        """End the connection after an incomplete answer."""
        ...


async def exchange(outlet: Outlet, handler: Handler, request: Request, log: Log) -> None:
    """Run one exchange to its end, whatever happens; only cancellation comes out."""
    try:
        response = await _ask(handler, request, log)
    except ExchangeFailed as error:
        outlet.refuse(error)
        return
    try:
        await _answer(outlet, response)
    except ExchangeFailed as error:
        outlet.refuse(error)
    except Exception as error:  # noqa: BLE001 - the group of all exchanges must not end for one
        log.error("exchange.failed", error=error, delivery=request.delivery.id)
        outlet.broke_off(reset=True)
    finally:
        response.close()


async def _ask(handler: Handler, request: Request, log: Log) -> Response:
    try:
        return await handler(request)
    except ExchangeFailed:
        raise
    except LinkClosed:
        raise ExchangeFailed(Failure.ENDPOINT_LOST, delivered="unknown") from None
    except ContentBroken as error:
        raise ExchangeFailed(error.failure, delivered="unknown") from None
    except Exception as error:
        log.error("exchange.failed", error=error, delivery=request.delivery.id)
        raise ExchangeFailed(Failure.RELAY_INTERNAL, delivered="unknown") from error


async def _answer(outlet: Outlet, response: Response) -> None:
    content = response.content
    whole = content.peek()
    framed = frame(response.head, outlet.sender(), whole=whole, trailers=content.trailers, domain=outlet.domain)
    outlet.began(switching=response.head.status == _SWITCHING)
    if whole is None:
        outlet.write(framed.head)
        await _stream(outlet, framed, content)
        return
    content.whole()
    if framed.body is Body.NONE:
        outlet.write(framed.head)
    elif framed.body is Body.CHUNKED:
        outlet.write(framed.head + _chunk(whole) + trailer_section(content.trailers))
    elif len(whole) <= _TOGETHER_BYTES:
        outlet.write(framed.head + whole)
    else:
        outlet.write(framed.head)
        outlet.write(whole)
    outlet.finished(keep_alive=framed.keep_alive)


async def _stream(outlet: Outlet, framed: Framed, content: Content) -> None:
    if framed.body is Body.NONE:
        outlet.finished(keep_alive=framed.keep_alive)
        return
    try:
        complete = await _pump(outlet, framed, content)
    except ContentBroken:
        complete = False
    if complete:
        outlet.finished(keep_alive=framed.keep_alive, until_close=framed.body is Body.UNTIL_CLOSE)
    else:
        outlet.broke_off(reset=framed.body is Body.UNTIL_CLOSE)


async def _pump(outlet: Outlet, framed: Framed, content: Content) -> bool:
    """Write content as it comes; tell whether it was as long as its head says."""
    chunked = framed.body is Body.CHUNKED
    left = framed.length if framed.body is Body.COUNTED else None
    while data := await content.read():
        if left is not None:
            if len(data) > left:
                return False
            left -= len(data)
        outlet.write(_chunk(data) if chunked else data)
        await outlet.drained()
    if chunked:
        outlet.write(trailer_section(content.trailers))
    return not left


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


_SWITCHING = 101
