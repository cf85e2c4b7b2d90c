"""Hands a request to the app and gives its answer."""

import asyncio
import ssl
from collections.abc import Callable
from functools import partial

from client.origin.address import OriginAddress
from client.origin.answer import Question
from client.origin.connect import Dialer, tls_context
from client.origin.connection import Connection
from client.origin.kinds import Kinds
from client.origin.pool import Pool
from client.origin.rewrite import HeadWriter
from client.origin.timeouts import OriginTimeouts
from client.origin.upgrade import pump
from client.origin.uploads import Uploads, upload
from shared.errors import ExchangeFailed
from shared.exchange import Request, Response
from shared.http import first

_NO_UPGRADE = b""
_SWITCHING = 101


class Forward:
    """A handler: the app at one address.

    A request whose content is here goes out in one write on a kept connection. One whose content is still coming, or
    that asks for another protocol, gets a new connection, so that it never meets a stale one with its content gone.
    """

    def __init__(
        self,
        address: OriginAddress,
        *,
        clock: Callable[[], float],
        host_header: str = "rewrite",
        timeouts: OriginTimeouts | None = None,
        insecure: bool = False,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Forward to `address`.

        Args:
            address: where the app listens; nothing else is ever dialled.
            clock: Unix seconds.
            host_header: `rewrite` (the app's own address), `preserve`, or a value.
            timeouts: how long each phase may take.
            insecure: accept any certificate of an `https` app.
            tls: other settings for an `https` app than the system's.

        Raises:
            BadHostHeader: `host_header` is none of these.
        """
        self.address = address
        self._timeouts = timeouts or OriginTimeouts()
        self._kinds = Kinds()
        self._writer = HeadWriter(address, host_header=host_header, kinds=self._kinds)
        if tls is None and address.scheme == "https":
            tls = tls_context(insecure=insecure)
        self._dialer = Dialer(address, connect_seconds=self._timeouts.connect_seconds, tls=tls)
        self._pool = Pool(clock=clock)
        self._uploads = Uploads()

    @property
    def connected(self) -> bool:
        """True while there is a connection to the app, in use or kept."""
        return self._pool.connections > 0

    async def close(self) -> None:
        """Break off every exchange and close every connection to the app."""
        await self._uploads.close()
        await self._pool.close()

    async def __call__(self, request: Request) -> Response:
        """Send `request` to the app and give the app's own answer.

        Raises:
            ExchangeFailed: there is none: an `origin-*` failure, `bad-request` for what cannot be written, or the
                failure that broke the request's content.
        """
        head = request.head
        if head.upgrade and first(head.fields, b"content-length") in (None, b"0"):
            return await self._upgrade(request)
        content = request.content.whole()
        if content is None:
            return await self._stream(request)
        written = self._writer.whole(head, content, request.content.trailers)
        question = Question(head.method, _NO_UPGRADE)
        connection = self._pool.take()
        if connection is not None:
            try:
                return await self._exchange(connection, question, written)
            except ExchangeFailed:
                if connection.dead_on_reuse:
                    self._pool.distrust()
                if not connection.may_resend(head.method):
                    raise
        connection, seconds = await self._dial()
        response = await self._exchange(connection, question, written)
        response.connect_seconds = seconds
        return response

    async def _exchange(self, connection: Connection, question: Question, written: bytes) -> Response:
        answered = connection.begin(question)
        connection.out.write(written)
        try:
            return await answered
        except asyncio.CancelledError:
            connection.abandon(answered)
            raise

    async def _stream(self, request: Request) -> Response:
        head = request.head
        written, declared = self._writer.head(head, chunked=True)
        connection, seconds = await self._dial()
        answered = connection.begin(Question(head.method, _NO_UPGRADE), sending=True)
        connection.out.write(written)
        task = self._uploads.start(upload(connection, request.content, declared=declared, writer=self._writer))
        try:
            response = await answered
        except BaseException:
            task.cancel()
            connection.abandon(answered)
            raise
        response.connect_seconds = seconds
        response.on_close(partial(_cancel, task))
        return response

    async def _upgrade(self, request: Request) -> Response:
        head = request.head
        written, _ = self._writer.head(head, chunked=False, upgrade=head.upgrade)
        connection, seconds = await self._dial()
        response = await self._exchange(connection, Question(head.method, head.upgrade), written)
        response.connect_seconds = seconds
        if response.head.status == _SWITCHING:
            task = self._uploads.start(pump(connection, request.content))
            response.on_close(partial(_cancel, task))
        return response

    async def _dial(self) -> tuple[Connection, float]:
        """Give a new connection, and how many seconds it took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        connection = await self._dialer.dial(
            lambda: Connection(loop, keeper=self._pool, timeouts=self._timeouts, kinds=self._kinds)
        )
        self._pool.add(connection)
        return connection, loop.time() - began


def _cancel(task: "asyncio.Task[None]") -> None:
    task.cancel()


async def probe(address: OriginAddress, *, seconds: float = 1.0) -> bool:
    """Tell whether something accepts connections at `address` within `seconds`."""
    try:
        protocol = await Dialer(address, connect_seconds=seconds, tls=None).dial(_Knock)
    except ExchangeFailed:
        return False
    protocol.leave()
    return True


class _Knock(asyncio.Protocol):
    """Closes at once what it connected."""

    transport: asyncio.BaseTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def leave(self) -> None:
        self.transport.close()
