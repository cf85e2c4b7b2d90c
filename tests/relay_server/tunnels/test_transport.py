"""A link's messages over aiohttp's side of a WebSocket, against a real client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from websockets.frames import Frame, Opcode

from relay_server.tunnels.transport import ServerTransport
from shared.link import Transport
from tests.waiting import settled


class Server:
    """Carries one connection, and notes what its receiver is told."""

    def __init__(self) -> None:
        self.transport: ServerTransport | None = None
        self.messages: list[bytes] = []
        self.room = 0
        self.lost: list[str] = []
        self.ended = asyncio.Event()

    def on_message(self, message: bytes) -> None:
        """Note a message."""
        self.messages.append(message)

    def on_writable(self) -> None:
        """Note that there is room."""
        self.room += 1

    def on_lost(self, reason: str) -> None:
        """Note the loss."""
        self.lost.append(reason)
        self.ended.set()

    async def take(self, request: web.Request) -> web.WebSocketResponse:
        """Accept a connection, and carry it to its end."""
        socket = web.WebSocketResponse(compress=False)
        assert request.transport is not None
        self.transport = ServerTransport(request.transport)
        await socket.prepare(request)
        await self.transport.carry(self._serve)
        return socket

    async def _serve(self, transport: Transport) -> None:
        transport.attach(self)
        await self.ended.wait()

    @property
    def here(self) -> ServerTransport:
        """The transport of the connection that was accepted."""
        assert self.transport is not None
        return self.transport


@asynccontextmanager
async def joined() -> AsyncIterator[tuple[Server, aiohttp.ClientWebSocketResponse]]:
    """Give a server with one client."""
    server = Server()
    application = web.Application()
    application.router.add_get("/", server.take)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        async with session.ws_connect(url, max_msg_size=0, autoclose=False, autoping=True) as client:
            await settled(lambda: server.transport is not None and server.transport._receiver is not None)
            yield server, client
    await runner.cleanup()


async def test_messages_travel_both_ways() -> None:
    """Whole and in order, whatever their size."""
    sent = [b"x", b"", b"y" * (1 << 20)]
    async with joined() as (server, client):
        for message in sent:
            await client.send_bytes(message)
            server.here.send(message)
        await settled(lambda: len(server.messages) == len(sent))
        assert (server.messages, [await client.receive_bytes() for _ in sent]) == (sent, sent)


async def test_message_that_comes_before_anybody_hears_is_kept() -> None:
    """A client may greet in the very turn in which it is let in."""
    async with joined() as (server, client):
        server.here._receiver = None
        for message in (b"hello", b"and more"):
            await client.send_bytes(message)
        await settled(lambda: len(server.here._early) == 2)
        server.here.attach(server)
        assert server.messages == [b"hello", b"and more"]


def _send(client: aiohttp.ClientWebSocketResponse, opcode: Opcode, content: bytes, *, fin: bool) -> None:
    """Send a frame that aiohttp would not."""
    connection = client._response.connection
    assert connection is not None
    assert connection.transport is not None
    connection.transport.write(Frame(opcode, content, fin=fin).serialize(mask=True))


async def test_fragments_are_joined() -> None:
    """A message may come in pieces with a ping between them; pieces without content take no room."""
    async with joined() as (server, client):
        _send(client, Opcode.BINARY, b"one ", fin=False)
        for _ in range(1000):
            _send(client, Opcode.CONT, b"", fin=False)
        _send(client, Opcode.PING, b"", fin=True)
        _send(client, Opcode.CONT, b"message", fin=True)
        await settled(lambda: server.messages)
        assert server.messages == [b"one message"]


async def test_endless_fragments_are_not_gathered() -> None:
    """A message that is too long ends the connection before it is here."""
    async with joined() as (server, client):
        _send(client, Opcode.BINARY, bytes(1 << 20), fin=False)
        _send(client, Opcode.CONT, bytes(1 << 20), fin=False)
        message = await client.receive()
        assert (message.type, message.data, server.messages) == (aiohttp.WSMsgType.CLOSE, 1009, [])


async def test_text_in_pieces_is_refused_whole() -> None:
    """What follows its beginning is not taken for a binary message."""
    async with joined() as (server, client):
        _send(client, Opcode.TEXT, b"hel", fin=False)
        _send(client, Opcode.CONT, b"lo", fin=True)
        message = await client.receive()
        await settled(lambda: server.lost)
        assert (message.data, server.messages) == (1003, [])


async def test_text_is_refused() -> None:
    """With the code that says why."""
    async with joined() as (server, client):
        await client.send_str("hello")
        message = await client.receive()
        assert (message.type, message.data, server.messages) == (aiohttp.WSMsgType.CLOSE, 1003, [])


async def test_goodbye_follows_what_was_queued() -> None:
    """Only the first one counts; its reason is cut to what a frame holds."""
    async with joined() as (server, client):
        server.here.send(b"last")
        server.here.close(4001, "x" * 200)
        server.here.close(4002, "again")
        assert await client.receive_bytes() == b"last"
        message = await client.receive()
        assert (message.data, message.extra) == (4001, "x" * 123)


@pytest.mark.parametrize("close", [True, False])
async def test_client_that_leaves_is_lost_once(close: bool) -> None:
    """With or without a word; what is sent afterwards does nothing."""
    async with joined() as (server, client):
        if close:
            await client.close()
        else:
            client._response.close()
        await settled(lambda: server.lost)
        server.here.send(b"late")
        server.here.close(1000, "late")
        assert len(server.lost) == 1
        assert "the client closed the connection" in server.lost[0]


async def test_receiver_that_breaks_is_told_of_the_loss(caplog: pytest.LogCaptureFixture) -> None:
    """A link is not left behind with a connection that is gone."""

    def broken(message: bytes) -> None:
        raise ZeroDivisionError(message)

    async with joined() as (server, client):
        server.on_message = broken  # type: ignore[method-assign]
        await client.send_bytes(b"x")
        await settled(lambda: server.lost)
    assert (len(server.lost), "ZeroDivisionError" in caplog.text) == (1, True)


async def test_abort_is_at_once() -> None:
    """Whatever waits is dropped."""
    async with joined() as (server, client):
        server.here.send(bytes(8 << 20))
        server.here.abort()
        await settled(lambda: server.lost)
        assert server.here.waiting_bytes >= 0
        message = await client.receive()
        assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.CLOSING)


async def test_client_that_does_not_read_is_seen() -> None:
    """What waits is counted; room is told when it reads again."""
    async with joined() as (server, client):
        assert (server.here.congested, server.here.waiting_bytes) == (False, 0)
        for _ in range(64):
            server.here.send(bytes(1 << 20))
        await asyncio.sleep(0.05)
        assert (server.here.congested, server.here.waiting_bytes > 1 << 20) == (True, True)
        for _ in range(64):
            await client.receive_bytes()
        await settled(lambda: server.room)
        await settled(lambda: not server.here.waiting_bytes)
        assert (server.here.congested, server.room) == (False, 1)


async def test_client_that_does_not_answer_the_goodbye_is_dropped() -> None:
    """It does not keep the server: it is dropped after two seconds at the latest."""
    async with joined() as (server, _):
        server.here.close(1000, "bye")
        await settled(lambda: server.lost)
