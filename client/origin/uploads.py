"""Sends content to the app as it comes."""

import asyncio
from collections.abc import Coroutine

from client.origin.connection import Connection
from client.origin.rewrite import HeadWriter
from client.origin.states import State
from shared.errors import ContentBroken, ExchangeFailed, Failure
from shared.exchange import Content


class Uploads:
    """Parent of the tasks that send content: each ends with its response, and all of them before `close` returns."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, sending: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        """Run `sending` beside the wait for the answer; cancel what this gives when the exchange is over."""
        task = asyncio.get_running_loop().create_task(sending)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """Cancel what still runs, and wait for its end."""
        for task in tuple(self._tasks):
            task.cancel()
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))


async def upload(connection: Connection, content: Content, *, declared: int | None, writer: HeadWriter) -> None:
    """Send all of `content`, framed as its head said; break the connection off if it turns out to be incomplete.

    Args:
        connection: where the head was written.
        content: what follows.
        declared: the length that the head declares in bytes; None: the chunked coding.
        writer: writes trailers.
    """
    try:
        if declared is None:
            await _chunked(connection, content, writer)
        else:
            await _counted(connection, content, declared)
    except ContentBroken as error:
        connection.abort(error)
    except ExchangeFailed as error:
        connection.abort(ContentBroken(error.failure, error.detail))
    else:
        connection.sent()


async def _chunked(connection: Connection, content: Content, writer: HeadWriter) -> None:
    while data := await _next(connection, content):
        await _send(connection, b"%x\r\n%b\r\n" % (len(data), data))
    connection.out.write(writer.last_chunk(content.trailers))


async def _counted(connection: Connection, content: Content, declared: int) -> None:
    left = declared
    while data := await _next(connection, content):
        left -= len(data)
        if left < 0:
            raise ContentBroken(Failure.BAD_REQUEST, f"the request has more content than its {declared} bytes")
        await _send(connection, data)
    if left:
        raise ContentBroken(Failure.SENDER_ABORTED, f"the request ended {left} bytes before the {declared} it declares")


async def _next(connection: Connection, content: Content) -> bytes:
    connection.hold_deadline()
    return await content.read()


async def _send(connection: Connection, data: bytes) -> None:
    if connection.state is State.CLOSED:
        raise ContentBroken(Failure.ORIGIN_CLOSED)
    connection.out.write(data)
    connection.restart_deadline()
    await connection.out.drained()
