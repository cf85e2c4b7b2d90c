"""Connections that are handed over to the relay's own host."""

import asyncio

import pytest

from relay_server.gateway.settings import GatewaySettings
from tests.relay_server.gateway.conftest import Contexts
from tests.relay_server.gateway.stage import opened
from tests.waiting import settled

OWN = b"GET /_hookline/healthz HTTP/1.1\r\nHost: relay.test\r\n\r\n"


class Silent(asyncio.Protocol):
    """Takes what comes, and answers nothing."""

    def __init__(self) -> None:
        self.heard = b""
        self.ended = False

    def data_received(self, data: bytes) -> None:
        """Keep what comes."""
        self.heard += data

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end."""
        self.ended = True


@pytest.mark.parametrize("secure", [False, True])
async def test_connection_counts_until_its_end(tls: Contexts, *, secure: bool) -> None:
    """Who asks for the relay's own host has no more connections than others; each counts once."""
    own: list[Silent] = []

    def own_host() -> Silent:
        own.append(Silent())
        return own[-1]

    server_tls, client_tls = (tls.server, tls.client) if secure else (None, None)
    settings = GatewaySettings(connections_per_address=2)
    async with opened(own_host=own_host, settings=settings, server_tls=server_tls, client_tls=client_tls) as stage:
        peers = [await stage.connect(server_name="relay.test") for _ in range(2)]
        for peer in peers:
            peer.send(OWN)
        await settled(lambda: [one.heard for one in own] == [OWN, OWN])
        if secure:  # refused before its handshake
            with pytest.raises(ConnectionError):
                await stage.connect(server_name="relay.test")
        else:
            assert (await (await stage.connect()).answer()).code == "rate-limited"
        for peer in peers:
            peer.writer.transport.abort()
        await settled(lambda: stage.gateway.connections == 0)
        assert [one.ended for one in own] == [True, True]
