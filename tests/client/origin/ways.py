"""A `Forward` for tests, with the promise that it leaves nothing behind."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from client.origin.address import OriginAddress
from client.origin.forward import Forward
from client.origin.pool import TRIAL_SECONDS
from client.origin.timeouts import OriginTimeouts
from shared.errors import ContentBroken, ExchangeFailed, Failure
from shared.exchange import Content, Response
from tests.exchanges import drain
from tests.origins import Origin


@asynccontextmanager
async def forwarding(
    to: Origin | str,
    *,
    timeouts: OriginTimeouts | None = None,
    clock: Callable[[], float] = time.time,
    host_header: str = "rewrite",
    insecure: bool = False,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Forward]:
    """Forward to an app; at the end close, and see that no task of ours is left."""
    address = OriginAddress.parse(to if isinstance(to, str) else to.address)
    forward = Forward(address, clock=clock, host_header=host_header, timeouts=timeouts, insecure=insecure, tls=tls)
    try:
        yield forward
    finally:
        await forward.close()
        left = [task for task in asyncio.all_tasks() if "client/origin/" in str(task.get_coro())]
        assert left == []


async def past_trial() -> None:
    """Let a kept connection stand for so long that it counts as one that stays."""
    await asyncio.sleep(TRIAL_SECONDS * 1.2)


async def answered(response: Response) -> tuple[int, bytes]:
    """Take an answer whole, close it, and give its status and content."""
    try:
        return response.head.status, await drain(response.content)
    finally:
        response.close()


async def broken(content: Content) -> Failure:
    """Take content until it breaks, and tell why it did."""
    try:
        await drain(content)
    except ContentBroken as error:
        return error.failure
    raise AssertionError("the content was complete")


async def failure_of(call: Awaitable[Response]) -> ExchangeFailed:
    """Give what an exchange failed with."""
    try:
        response = await call
    except ExchangeFailed as error:
        return error
    raise AssertionError(response.head)


class Source:
    """Content that is made as it is asked for, within a window, and counted."""

    def __init__(self, total_bytes: int, *, window_bytes: int = 262_144, piece_bytes: int = 65_536) -> None:
        self._left_bytes = total_bytes
        self._piece = b"\x5a" * piece_bytes
        self.made_bytes = 0
        self.content = Content(ended=False, on_taken=self._make)
        self._make(window_bytes)

    def _make(self, credit_bytes: int) -> None:
        while credit_bytes > 0 and self._left_bytes:
            size = min(len(self._piece), self._left_bytes, credit_bytes)
            self._left_bytes -= size
            credit_bytes -= size
            self.made_bytes += size
            self.content.feed(self._piece[:size])
        if not self._left_bytes:
            self.content.end()
