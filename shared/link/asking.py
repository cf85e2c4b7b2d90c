"""The asking end of a link: sends requests, waits for the heads of their answers."""

import asyncio
from functools import partial

from shared.errors import ContentBroken, ExchangeFailed, Failure
from shared.exchange import Content, Request, Response
from shared.http.heads import ResponseHead
from shared.link.outbox import Outbox
from shared.link.stream import Exchange
from shared.protocol.connection import Connection


class Asking:
    """Opens a stream for each request."""

    def __init__(self, connection: Connection, outbox: Outbox, exchanges: dict[int, Exchange]) -> None:
        self._loop = asyncio.get_running_loop()
        self._connection = connection
        self._outbox = outbox
        self._exchanges = exchanges

    async def request(self, request: Request, tasks: asyncio.TaskGroup) -> Response:
        """Have the peer answer `request`; what must be sent beyond one message is sent by a task of `tasks`.

        Raises:
            ExchangeFailed: the peer has no answer, or the link went away before it came, or it is full.
        """
        if self._connection.streams.full:
            raise ExchangeFailed(Failure.ENDPOINT_OVERLOADED, "as many exchanges run on this link as it may have")
        answer: asyncio.Future[ResponseHead] = self._loop.create_future()
        exchange = self._open(request, answer, tasks)
        try:
            head = await answer
        except BaseException:
            if answer.done() and not answer.cancelled():
                answer.exception()  # seen: it may come in the same turn in which whoever waits is cancelled
            self._abandon(exchange)
            raise
        response = Response(head, exchange.content)
        response.on_close(partial(self._abandon, exchange))
        return response

    def _open(self, request: Request, answer: asyncio.Future[ResponseHead], tasks: asyncio.TaskGroup) -> Exchange:
        content = request.content
        data = None if content.trailers else content.peek()
        number = self._connection.open_stream(request.head, request.delivery, end=data == b"")
        arriving = Content(ended=False, on_taken=partial(self._outbox.taken, number))
        exchange = self._exchanges[number] = Exchange(number, arriving, answer)
        if data is not None and len(data) <= self._connection.credit(number):
            if data:
                self._connection.send_data(number, data, end=True)
            content.whole()
        else:
            exchange.task = tasks.create_task(self._upload(exchange, content))
        self._outbox.schedule()
        return exchange

    async def _upload(self, exchange: Exchange, content: Content) -> None:
        try:
            await self._outbox.send_content(exchange, content)
        except ContentBroken as error:
            self._connection.reset(exchange.number, error.failure, error.detail)
            self._outbox.schedule()
            exchange.task = None
            exchange.broke(ExchangeFailed(error.failure, error.detail, delivered="unknown"))

    def _abandon(self, exchange: Exchange) -> None:
        """Let go of an exchange; the peer hears of it unless it had ended anyway."""
        if self._exchanges.pop(exchange.number, None) is None:
            return
        self._connection.reset(exchange.number, Failure.SENDER_ABORTED, "nobody waits for the answer any more")
        self._outbox.schedule()
        exchange.content.discard()
        if exchange.task is not None:
            exchange.task.cancel()
