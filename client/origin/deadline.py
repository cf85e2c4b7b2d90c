"""A timer that is cheap to set again and again."""

import asyncio
from collections.abc import Callable

_NEVER = float("inf")


class Deadline:
    """Calls back when a moment has come that was not put off in time.

    A connection sets one for each exchange. The loop's own timer stays armed across them and looks, when it fires,
    whether the moment has really come: a set costs two assignments, not a place in the loop's heap.
    """

    __slots__ = ("_at", "_callback", "_handle", "_loop")

    def __init__(self, loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
        self._loop = loop
        self._callback = callback
        self._at = _NEVER
        self._handle: asyncio.TimerHandle | None = None

    def set(self, seconds: float) -> None:
        """Have the callback run in `seconds`, and not before."""
        at = self._at = self._loop.time() + seconds
        if self._handle is None:
            self._handle = self._loop.call_at(at, self._fire)
        elif at < self._handle.when():
            self._handle.cancel()
            self._handle = self._loop.call_at(at, self._fire)

    def clear(self) -> None:
        """Have the callback not run."""
        self._at = _NEVER

    def cancel(self) -> None:
        """Let go of the loop's timer; nothing will be set any more."""
        self._at = _NEVER
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _fire(self) -> None:
        self._handle = None
        if self._at == _NEVER:
            return
        if self._loop.time() < self._at:
            self._handle = self._loop.call_at(self._at, self._fire)
            return
        self._at = _NEVER
        self._callback()
