"""The feed: everything that changes, numbered, for whoever looks on."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from itertools import islice

from client.views import Change, DeliverySummary, Status

KEPT_CHANGES = 4096
"""How far back a follower may have been and still miss nothing: about 2 MiB of summaries."""


class Feed:
    """Changes in order. Publishing never waits: a follower that is slow gets the newest state of each delivery."""

    def __init__(self, *, first: int = 1, kept: int = KEPT_CHANGES) -> None:
        """Begin empty.

        Args:
            first: the first change's number. A number that grows from one run of the client to the next keeps a
                follower of the last run from waiting for numbers it has seen.
            kept: changes that are remembered.
        """
        self._ring: deque[Change] = deque(maxlen=kept)
        self._next = first
        self._waiters: list[asyncio.Future[None]] = []
        self._closed = False

    @property
    def last(self) -> int:
        """The number of the newest change."""
        return self._next - 1

    def publish(
        self,
        *,
        delivery: DeliverySummary | None = None,
        status: Status | None = None,
        removed: tuple[int, ...] = (),
    ) -> None:
        """Add a change: exactly one of the three."""
        self._ring.append(Change(number=self._next, delivery=delivery, status=status, removed=removed))
        self._next += 1
        if self._waiters:
            self._wake()

    def close(self) -> None:
        """End every follower once it has read what is there."""
        self._closed = True
        self._wake()

    async def batches(
        self, after: int | None = None, *, idle_seconds: float | None = None
    ) -> AsyncIterator[list[Change]]:
        """Follow the feed; each batch is all there is to know at that moment.

        Args:
            after: begin with the change after this number; one beyond the newest, or so old that it is forgotten,
                begins at the oldest change that is kept. None: begin now.
            idle_seconds: give an empty batch whenever nothing happened for so long; None: never.
        """
        at = self.last if after is None else after
        while True:
            if batch := self._since(at):
                at = self.last
                yield batch
            elif self._closed:
                return
            elif not await self._more(idle_seconds):
                yield []

    async def changes(self, after: int | None = None) -> AsyncIterator[Change]:
        """Follow as `batches`, change by change."""
        async for batch in self.batches(after):
            for change in batch:
                yield change

    def _since(self, at: int) -> list[Change]:
        fresh = self.last - at
        if fresh == 0 or not self._ring:
            return []
        if fresh < 0 or fresh > len(self._ring):
            fresh = len(self._ring)
        return coalesced(islice(self._ring, len(self._ring) - fresh, None))

    async def _more(self, seconds: float | None) -> bool:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            async with asyncio.timeout(seconds):
                await waiter
        except TimeoutError:
            return False
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
        return True

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)


def coalesced(changes: "islice[Change]") -> list[Change]:
    """Give the changes without those that a later one of the same delivery, or a later status, makes stale.

    A removal stays: its key is its own number, below those of deliveries, and of the status, which is 0.
    """
    newest: dict[int, Change] = {}
    for change in changes:
        if change.removed:
            key = -change.number
            for seq in change.removed:
                newest.pop(seq, None)
        else:
            key = 0 if change.delivery is None else change.delivery.seq
            newest.pop(key, None)
        newest[key] = change
    return list(newest.values())
