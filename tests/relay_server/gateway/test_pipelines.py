"""Senders that send ahead: bounded, in order, and no more answers than they read."""

import asyncio
import socket
from typing import cast

from shared.exchange import Content, Request, Response
from tests.relay_server.gateway.stage import GET, OK, QUICK, Peer, Stage, opened, replace_length, steady
from tests.waiting import settled

COUNT = 30_000
UNKNOWN = b"GET / HTTP/1.1\r\nHost: nobody.relay.test\r\n\r\n"
UNREAD_BYTES = 8 << 20
"""Far above what the kernel's buffers of a loopback connection take, with a small one at the sender's end."""


async def unread(stage: Stage) -> tuple[Peer, asyncio.Transport]:
    """Open a connection that takes little, and nothing until its transport's reading is resumed."""
    peer = await stage.connect()
    peer.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    transport = cast("asyncio.Transport", peer.writer.transport)
    transport.pause_reading()
    return peer, transport


async def given(stage: Stage) -> int:
    """Give how many deliveries the door has named so far."""
    answer = await stage.ask(UNKNOWN)
    return int((answer.first(b"hookline-delivery") or b"").rpartition(b"_")[2])


async def test_refusals_that_are_not_read_do_not_pile_up() -> None:
    """A sender of thousands of bad requests who reads nothing is served no further than its connection takes."""
    async with opened() as stage:
        peer, transport = await unread(stage)
        length = len((await stage.ask(UNKNOWN)).content)
        before = await given(stage)
        peer.send(UNKNOWN * COUNT)
        named: list[int] = []
        for _ in range(50):
            named.append(await given(stage))
            await asyncio.sleep(0.01)
        assert (named[-1] - before) * length < UNREAD_BYTES < COUNT * length
        transport.resume_reading()
        for _ in range(COUNT):
            assert (await peer.answer()).status == 404


async def test_answers_that_are_not_read_do_not_pile_up() -> None:
    """The endpoint is not asked for what its sender does not take; when it reads again, all come, in order."""
    content = b"x" * 20_000
    total = 1500

    async def script(request: Request) -> Response:
        """Stand for the endpoint."""
        answer = b"%b %b" % (request.head.target, content)
        return Response(replace_length(OK, len(answer)), Content(answer, length=len(answer)))

    async with opened(script) as stage:
        peer, transport = await unread(stage)
        peer.send(b"".join(GET.replace(b"/x", b"/%d" % number) for number in range(total)))
        peer.end()
        asked = await steady(lambda: len(stage.requests))
        assert asked * len(content) < UNREAD_BYTES < total * len(content)
        transport.resume_reading()
        for number in range(total):
            assert (await peer.answer()).content.partition(b" ")[0] == b"/%d" % number
        assert await peer.rest() == b""


async def test_sender_that_never_reads_is_ended() -> None:
    """What waits for it is given up with the deadline for writing."""
    async with opened(patience=QUICK) as stage:
        peer, _ = await unread(stage)
        peer.send(UNKNOWN * COUNT)
        await settled(lambda: stage.gateway.connections == 0)
