"""A link's messages over the client side of a WebSocket, against a real server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from client.relay import Dialer, RelayAddress
from client.relay.transport import ClientTransport
from shared.protocol.codes import MESSAGE_BYTES, SUBPROTOCOL
from tests.waiting import settled

Script = Callable[[ServerConnection], Awaitable[None]]


class Receiver:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.room = 0
        self.lost: list[str] = []

    def on_message(self, message: bytes) -> None:
        """Note a message."""
        self.messages.append(message)

    def on_writable(self) -> None:
        """Note that there is room."""
        self.room += 1

    def on_lost(self, reason: str) -> None:
        """Note the loss."""
        self.lost.append(reason)


@asynccontextmanager
async def joined(script: Script, **options: Any) -> AsyncIterator[tuple[ClientTransport, Receiver]]:
    """Give a transport to a server that plays the script."""
    protocols = [Subprotocol(SUBPROTOCOL)]
    async with serve(script, "127.0.0.1", 0, subprotocols=protocols, compression=None, **options) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        transport = await Dialer(RelayAddress.parse(f"http://127.0.0.1:{port}"), "hkl_x", "test").dial()
        receiver = Receiver()
        transport.attach(receiver)
        try:
            yield transport, receiver
        finally:
            transport.abort()
            await settled(lambda: receiver.lost)


async def echo(connection: ServerConnection) -> None:
    """Send back what comes."""
    async for message in connection:
        await connection.send(message)


async def test_messages_arrive_whole_and_in_order() -> None:
    """Whatever their size."""
    async with joined(echo, max_size=None) as (transport, receiver):
        sent = [b"", b"x", b"y" * MESSAGE_BYTES]
        for message in sent:
            transport.send(message)
        await settled(lambda: len(receiver.messages) == len(sent))
        assert receiver.messages == sent


async def test_fragments_are_joined() -> None:
    """Another library may cut a message; the link sees it whole."""

    async def cut(connection: ServerConnection) -> None:
        """Send one message in three frames, and another one, once the client has spoken, as a relay does."""
        await connection.recv()
        await connection.send([b"a", b"", b"bc"])
        await connection.send(b"next")
        await connection.wait_closed()

    async with joined(cut) as (transport, receiver):
        transport.send(b"go")
        await settled(lambda: len(receiver.messages) == 2)
        assert receiver.messages == [b"abc", b"next"]


async def test_endless_fragments_are_not_gathered() -> None:
    """A peer that sends more than a message may be is dropped."""

    async def flood(connection: ServerConnection) -> None:
        """Send a message that has no end."""
        await connection.recv()
        while True:
            await connection.send([bytes(MESSAGE_BYTES // 4)] * 8)

    async with joined(flood) as (transport, receiver):
        transport.send(b"go")
        await settled(lambda: receiver.lost)
        assert receiver.messages == []


async def test_text_is_no_message() -> None:
    """Links speak binary."""

    async def talk(connection: ServerConnection) -> None:
        """Say something in text, then in bytes."""
        await connection.recv()
        await connection.send("hello")
        await connection.send(b"bytes")
        await connection.wait_closed()

    async with joined(talk) as (transport, receiver):
        transport.send(b"go")
        await settled(lambda: receiver.messages)
        assert receiver.messages == [b"bytes"]


async def test_reason_of_the_other_side_is_told() -> None:
    """Once, as the last."""

    async def leave(connection: ServerConnection) -> None:
        """Close with a reason."""
        await connection.close(4001, "maintenance at noon")

    async with joined(leave) as (transport, receiver):
        await settled(lambda: receiver.lost)
        transport.send(b"late")
        transport.close(1000, "late")
        assert receiver.lost == ["maintenance at noon"]


async def test_goodbye_follows_what_was_queued() -> None:
    """And is cut to what a frame holds, between two characters."""
    heard: list[object] = []

    async def listen(connection: ServerConnection) -> None:
        """Note all that comes, and how it ended."""
        heard.extend([message async for message in connection])
        heard.append((connection.close_code, connection.close_reason))

    async with joined(listen) as (transport, receiver):
        transport.send(b"last")
        transport.close(1000, "ä" * 100)
        await settled(lambda: receiver.lost and len(heard) == 2)
        assert heard == [b"last", (1000, "ä" * 61)]


async def test_peer_that_does_not_read_is_seen() -> None:
    """Congestion shows, and room is told when it reads again."""
    reading = asyncio.Event()

    async def slow(connection: ServerConnection) -> None:
        """Read when the test says so."""
        await reading.wait()
        async for _ in connection:
            pass

    async with joined(slow, max_size=None, max_queue=1) as (transport, receiver):
        assert (transport.congested, transport.waiting_bytes) == (False, 0)
        for _ in range(200):
            transport.send(bytes(256 << 10))
            await asyncio.sleep(0)
            if transport.congested:
                break
        assert (transport.congested, transport.waiting_bytes > 0) == (True, True)
        reading.set()
        await settled(lambda: receiver.room)
        assert transport.congested is False


@pytest.mark.parametrize("queued", [False, True])
async def test_abort_is_at_once(queued: bool) -> None:
    """Whatever waits is dropped, and the loss is told."""
    async with joined(echo) as (transport, receiver):
        if queued:
            transport.send(bytes(MESSAGE_BYTES))
        transport.abort()
        await settled(lambda: receiver.lost)
        assert receiver.messages == []
