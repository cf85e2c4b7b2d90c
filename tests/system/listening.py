"""A listener on this machine whose connections end with the block that opened it."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

BUFFER_BYTES = 128 * 1024


@contextlib.asynccontextmanager
async def listening(
    serve: Serve, *, tls: ssl.SSLContext | None = None, path: Path | None = None, port: int = 0
) -> AsyncIterator[int]:
    """Serve each connection in a task of its own and give the port.

    Args:
        serve: serves one connection.
        tls: terminates TLS with it.
        path: listens on this Unix socket instead; the port is 0.
        port: where it listens; 0: anywhere.

    The block is the tasks' parent. It is no TaskGroup, since that would wrap what a test in the block raises.
    """
    loop = asyncio.get_running_loop()
    running: set[asyncio.Task[None]] = set()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError):
                await serve(reader, writer)
        finally:
            writer.transport.abort() if writer.is_closing() else writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = loop.create_task(one(reader, writer))
        running.add(task)
        task.add_done_callback(running.discard)

    if path is None:
        server = await asyncio.start_server(accept, "127.0.0.1", port, limit=BUFFER_BYTES, ssl=tls)
        port = server.sockets[0].getsockname()[1]
    else:
        server = await asyncio.start_unix_server(accept, path, limit=BUFFER_BYTES, ssl=tls)
        port = 0
    try:
        yield port
    finally:
        server.close()
        tasks = list(running)
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result
