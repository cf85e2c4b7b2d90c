"""The answering end of a link: a task for each request, its response sent back."""

import asyncio
import re
from functools import partial

from shared.errors import ContentBroken, ExchangeFailed, Failure, ProtocolError
from shared.exchange import Content, Delivery, Handler, Request, Response
from shared.http.fields import content_length
from shared.link.outbox import Outbox
from shared.link.stream import Exchange
from shared.logs import Log
from shared.protocol.connection import Connection
from shared.protocol.events import RequestReceived

log = Log(__name__)

_PLAUSIBLE = re.compile(r"[a-z]{3}_[0-9a-z]{1,40}(?:\n[!-~]*){4}")
"""A delivery's id, endpoint, remote, public URL and source: they end up in files and commands."""


class Answering:
    """Hands each request to a handler and closes its response exactly once."""

    def __init__(self, connection: Connection, outbox: Outbox, exchanges: dict[int, Exchange]) -> None:
        self._connection = connection
        self._outbox = outbox
        self._exchanges = exchanges

    def begin(self, event: RequestReceived, handler: Handler, tasks: asyncio.TaskGroup) -> None:
        """Have `handler` answer a request that arrived, in a task of `tasks`.

        Raises:
            ProtocolError: its declared length is no number; the relay's door does not let that through.
        """
        try:
            length = content_length(event.head.fields)
        except ValueError as error:
            raise ProtocolError(str(error)) from error
        number = event.stream
        content = Content(ended=event.ended, length=length, on_taken=partial(self._outbox.taken, number))
        exchange = self._exchanges[number] = Exchange(number, content, None)
        request = Request(event.head, event.delivery, content)
        exchange.task = tasks.create_task(self._answer(exchange, request, handler))

    async def _answer(self, exchange: Exchange, request: Request, handler: Handler) -> None:
        failed: ExchangeFailed | None = None
        try:
            _check(request.delivery)
            response = await handler(request)
            try:
                await self._send(exchange, response)
            finally:
                response.close()
        except ExchangeFailed as error:
            failed = error
        except ContentBroken as error:
            failed = ExchangeFailed(error.failure, error.detail, delivered="yes")
        except Exception as error:  # noqa: BLE001 - a bug in a handler ends its own exchange only
            log.error("exchange.broken", error=error, delivery=request.delivery.id)
            failed = ExchangeFailed(Failure.CLIENT_INTERNAL, delivered="unknown")
        finally:
            self._exchanges.pop(exchange.number, None)
            exchange.content.discard()
        if failed is not None:
            self._connection.reset(exchange.number, failed.failure, failed.detail, failed.delivered)
        elif not exchange.content.ended:
            self._connection.reset(exchange.number, None, "answered before the request was complete")
        self._outbox.schedule()

    async def _send(self, exchange: Exchange, response: Response) -> None:
        number, content = exchange.number, response.content
        data = None if content.trailers else content.peek()
        self._connection.send_response(number, response.head, end=data == b"")
        self._outbox.schedule()
        if data is None or len(data) > self._connection.credit(number):
            await self._outbox.send_content(exchange, content)
            return
        if data:
            self._connection.send_data(number, data, end=True)
        content.whole()


def _check(delivery: Delivery) -> None:
    """Refuse what no relay of ours says about a request.

    Raises:
        ExchangeFailed: its id is none, or a name or address has blanks or control characters.
    """
    said = f"{delivery.id}\n{delivery.endpoint}\n{delivery.remote}\n{delivery.public_url}\n{delivery.source}"
    if _PLAUSIBLE.fullmatch(said) is None:
        raise ExchangeFailed(Failure.BAD_REQUEST, "the relay says of this delivery what cannot be: update the relay")
