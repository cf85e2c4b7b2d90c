"""One host, several addresses."""

import asyncio
import socket
from contextlib import ExitStack

import pytest

from client.relay.reach import reach


async def test_address_that_leads_nowhere_costs_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """IPv6 that swallows everything does not keep the client off line: IPv4 is tried beside it."""
    with ExitStack() as stack:
        hole = stack.enter_context(socket.socket(socket.AF_INET6))
        hole.bind(("::1", 0))
        hole.listen(0)
        port = hole.getsockname()[1]
        for _ in range(2):  # a queue that is full: the system drops what comes
            caller = stack.enter_context(socket.socket(socket.AF_INET6))
            caller.setblocking(False)
            caller.connect_ex(("::1", port))
        there = stack.enter_context(socket.socket())
        there.bind(("127.0.0.1", port))
        there.listen()

        async def both(*_args: object, **_more: object) -> list[tuple[object, ...]]:
            """Know the host by both families."""
            tcp = socket.SOCK_STREAM
            return [
                (socket.AF_INET6, tcp, 6, "", ("::1", port, 0, 0)),
                (socket.AF_INET, tcp, 6, "", ("127.0.0.1", port)),
            ]

        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "getaddrinfo", both)
        began = loop.time()
        found = stack.enter_context(await reach("relay.test", port))
        assert (found.family, loop.time() - began < 2.0) == (socket.AF_INET, True)


async def test_refusal_is_told_as_one(free_port: int) -> None:
    """Where nobody listens, the error says so."""
    with pytest.raises(ConnectionRefusedError):
        await reach("127.0.0.1", free_port)
