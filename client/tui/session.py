"""Keeps list and status in step with a running client: what comes in bursts is taken at most ten times a second."""

import asyncio
from collections.abc import Callable

from client.inspector import Inspector
from client.tui.model.browser import Browser
from client.tui.model.contents import Contents
from client.views import Change, DeliverySummary, Status
from shared.errors import TunnelError

_BEAT_SECONDS = 0.1
_STATUS_SECONDS = 2.0
_CATCH_UP_SECONDS = 0.5
_SMOOTHING = 0.2

_PATIENCE = 2
"""Questions in a row that nobody answers before the client counts as ended."""

GONE = (TunnelError, OSError)
"""What an inspector raises when the client does not answer."""


class Inbox:
    """Changes that the screen has not seen yet, only the newest of each delivery."""

    def __init__(self) -> None:
        self._rows: dict[int, DeliverySummary] = {}
        self._removed: set[int] = set()
        self._status: Status | None = None
        self._arrived = asyncio.Event()

    def put(self, change: Change) -> None:
        """Note a change."""
        if change.delivery is not None:
            self._rows[change.delivery.seq] = change.delivery
        if change.status is not None:
            self._status = change.status
        for seq in change.removed:
            self._rows.pop(seq, None)
        self._removed.update(change.removed)
        self._arrived.set()

    async def wait(self) -> None:
        """Wait until there is something."""
        await self._arrived.wait()

    def take(self) -> tuple[list[DeliverySummary], set[int], Status | None]:
        """Take everything: rows in order of their number, the numbers that are no longer kept, the status."""
        rows = [self._rows[seq] for seq in sorted(self._rows)]
        removed, self._removed = self._removed, set()
        status, self._status = self._status, None
        self._rows.clear()
        self._arrived.clear()
        return rows, removed, status


class Session:
    """What the screen looks at: one client's deliveries, contents and status."""

    def __init__(self, inspector: Inspector, *, clock: Callable[[], float]) -> None:
        self.inspector = inspector
        self.clock = clock
        self.browser = Browser(inspector)
        self.contents = Contents(inspector)
        self.status = Status(version="", relay="", link="connecting")
        self.rate = 0.0
        """Deliveries a second, smoothed."""
        self._inbox = Inbox()
        self._number: int | None = None
        self._measured_at = clock()

    async def begin(self) -> None:
        """Fetch status and newest rows.

        Raises:
            TunnelError: the client does not answer.
            OSError: nor does anything.
        """
        self.status = await self.inspector.status()
        await self.browser.load()

    async def follow(self) -> None:
        """Take changes into the inbox until the client is gone."""
        while True:
            try:
                async for change in self.inspector.changes(self._number):
                    self._number = change.number
                    self._inbox.put(change)
            except GONE:
                pass
            try:
                self._inbox.put(Change(number=self._number or 0, status=await self.inspector.status()))
            except GONE:
                return
            await asyncio.sleep(_BEAT_SECONDS)

    async def keep_up(self, show: Callable[[list[DeliverySummary]], None]) -> None:
        """Bring what the inbox holds into list and status, call `show` with the changed rows, and again."""
        while True:
            await self._inbox.wait()
            rows, removed, status = self._inbox.take()
            if status is not None:
                self.status = status
            self.browser.forget(removed)
            try:
                new = await self.browser.take(rows) if rows else 0
            except GONE:  # said by `follow`, which ends
                new = 0
            self._measure(new)
            show(rows)
            await asyncio.sleep(_BEAT_SECONDS)

    async def poll(self, show: Callable[[], None]) -> None:
        """Ask for the status now and then, until the client is gone: round trip and counts change without an event."""
        await asyncio.sleep(_CATCH_UP_SECONDS)
        failures = 0
        while failures < _PATIENCE:
            try:
                await self.browser.catch_up()
                self.status = await self.inspector.status()
            except GONE:
                failures += 1
                await asyncio.sleep(_CATCH_UP_SECONDS)
                continue
            failures = 0
            self._measure(0)
            show()
            await asyncio.sleep(_STATUS_SECONDS)

    def _measure(self, new: int) -> None:
        now = self.clock()
        seconds = max(now - self._measured_at, 0.001)
        self._measured_at = now
        weight = min(1.0, _SMOOTHING * seconds / _BEAT_SECONDS)
        self.rate += weight * (new / seconds - self.rate)
