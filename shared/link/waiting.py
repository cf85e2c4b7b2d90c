"""Requests that wait for a link to have a transport again."""

import asyncio

from shared.errors import ExchangeFailed, Failure


class Waiting:
    """A bounded crowd with little patience: below the deadlines of the senders that matter (Slack gives 3 s)."""

    def __init__(self, *, seconds: float, most: int) -> None:
        """Begin with nobody waiting.

        Args:
            seconds: how long a request waits; 0: not at all.
            most: how many may wait.
        """
        self._seconds = seconds
        self._most = most
        self._waiters: set[asyncio.Future[None]] = set()

    async def wait(self) -> None:
        """Wait until `release`.

        Raises:
            ExchangeFailed: it took too long, or too many wait.
        """
        if not self._seconds or len(self._waiters) >= self._most:
            raise ExchangeFailed(Failure.ENDPOINT_OFFLINE, "the link has no connection")
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        self._waiters.add(waiter)
        impatient = loop.call_later(self._seconds, _give_up, waiter)
        try:
            await waiter
        finally:
            impatient.cancel()
            self._waiters.discard(waiter)

    def release(self) -> None:
        """Let everybody go on."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)


def _give_up(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_exception(ExchangeFailed(Failure.ENDPOINT_OFFLINE, "the link got no connection in time"))
