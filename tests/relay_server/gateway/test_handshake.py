"""TLS connections before their handshake is done: counted, bounded, and no longer than they may be."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import ip_network

import pytest

from relay_server.gateway.settings import GatewaySettings, Patience
from tests.relay_server.gateway.conftest import Contexts
from tests.relay_server.gateway.stage import GET, QUICK, Stage, opened
from tests.waiting import settled

FLOOD = 1000
BOUND = 50


@contextmanager
def silent(stage: Stage, count: int) -> Iterator[list[socket.socket]]:
    """Give sockets of one address that are connected to the door, and say nothing."""
    with ExitStack() as stack:
        found = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in found:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", stage.port))
        yield found


def refused(one: socket.socket) -> bool:
    """Tell whether the door has ended a connection."""
    try:
        return one.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


async def flooded(stage: Stage, room: int) -> list[socket.socket]:
    """Connect a hundred times, and give those that are not refused: as many as there is room for."""
    with silent(stage, 100) as flood:
        await settled(lambda: sum(not refused(one) for one in flood) <= room)
        return [one.dup() for one in flood if not refused(one)]


async def test_flood_of_one_address_leaves_room_for_others(tls: Contexts) -> None:
    """A thousand connections that never begin a handshake get no further than their address's bound."""
    settings = GatewaySettings(connections_per_address=BOUND)
    async with opened(settings=settings, server_tls=tls.server, client_tls=tls.client) as stage:
        left: list[socket.socket] = []
        for _ in range(FLOOD // 100):
            left += await flooded(stage, BOUND - len(left))
        assert (len(left), stage.gateway.connections) == (BOUND, BOUND)
        other = await stage.connect(source="127.0.0.2")
        assert (await other.ask(GET)).status == 200
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await stage.connect()
        for one in left:
            one.close()
        await settled(lambda: stage.gateway.connections == 1)
        assert (await (await stage.connect()).ask(GET)).status == 200


async def test_all_connections_are_bounded_before_their_handshake(tls: Contexts) -> None:
    """The total holds for trusted proxies too."""
    settings = GatewaySettings(connections=2, connections_per_address=1, trusted_proxies=(ip_network("127.0.0.0/8"),))
    async with opened(settings=settings, server_tls=tls.server, client_tls=tls.client) as stage:
        peer = await stage.connect()
        with silent(stage, 3) as flood:
            await settled(lambda: sum(refused(one) for one in flood) == 2)
            assert stage.gateway.connections == 2
            assert (await peer.ask(GET)).status == 200
        await settled(lambda: stage.gateway.connections == 1)


async def test_handshake_that_stalls_is_counted_no_longer_than_it_may_take(tls: Contexts) -> None:
    """When its time is over the connection ends, and its place is free."""
    async with opened(server_tls=tls.server, patience=Patience(handshake=0.2)) as stage:
        with silent(stage, 3) as flood:
            await settled(lambda: stage.gateway.connections == 3)
            await settled(lambda: stage.gateway.connections == 0 and all(refused(one) for one in flood))


@pytest.mark.parametrize(
    "sent", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x05hello", b"\x80\x2e\x01\x00\x02", b"\x00" * 64]
)
async def test_what_is_no_handshake_is_closed_and_no_longer_counted(tls: Contexts, sent: bytes) -> None:
    """Whatever arrives instead of a handshake ends that connection alone."""
    async with opened(server_tls=tls.server, client_tls=tls.client) as stage:
        with silent(stage, 1) as (one,):
            await asyncio.get_running_loop().sock_sendall(one, sent)
            one.shutdown(socket.SHUT_WR)
            await settled(lambda: stage.gateway.connections == 0)
        assert (await (await stage.connect()).ask(GET)).status == 200


async def test_sender_that_leaves_within_its_handshake(tls: Contexts) -> None:
    """It was counted, and is so no longer; no request was seen."""
    async with opened(server_tls=tls.server, patience=QUICK) as stage:
        with silent(stage, 1):
            await settled(lambda: stage.gateway.connections == 1)
        await settled(lambda: stage.gateway.connections == 0)
        assert stage.requests == []


async def test_connection_that_comes_to_a_closed_door(tls: Contexts) -> None:
    """A connection that was accepted at the last moment is ended before its handshake."""
    async with opened(server_tls=tls.server) as stage:
        door = stage.gateway._door
        assert door is not None
        door.closed = True
        with silent(stage, 1) as (one,):
            await settled(lambda: refused(one))
        await settled(lambda: stage.gateway.connections == 0)
