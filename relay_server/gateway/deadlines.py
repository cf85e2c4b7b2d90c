"""Ends what takes too long, with one timer for all connections.

A connection only writes down when it is due; that costs an exchange nothing. The timer looks at all of them at each
tick: 10,000 connections take it under a millisecond.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

NEVER = float("inf")
_LONGEST_TICK_SECONDS = 1.0
_SHORTEST_TICK_SECONDS = 0.01
_LATE_SECONDS = 1.0
"""When the timer comes so late, this process did not run, or had too much to do."""


class Due(Protocol):
    """What the timer looks at."""

    due: float
    """When it must have got further, in the loop's time; NEVER: it may take any time."""

    def overdue(self, now: float) -> None:
        """Act on being too late: end it, or set `due` anew."""
        ...


class Deadlines:
    """The timer."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: Iterable[float | None]) -> None:
        """Begin without a connection.

        Args:
            loop: whose clock counts.
            seconds: all the spans that are going to be asked for; the tick is a quarter of the shortest.
        """
        self._loop = loop
        self.time = loop.time
        """The loop's time."""
        shortest = min((span for span in seconds if span is not None), default=_LONGEST_TICK_SECONDS)
        self._tick_seconds = min(max(shortest / 4, _SHORTEST_TICK_SECONDS), _LONGEST_TICK_SECONDS)
        self._watched: set[Due] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._forgave = False
        self.now = loop.time()
        """The loop's time at the last tick: good enough for a deadline, and free."""

    def watch(self, one: Due) -> None:
        """Look at `one` from now on."""
        self._watched.add(one)
        if self._timer is None:
            self.now = self._loop.time()
            self._timer = self._loop.call_later(self._tick_seconds, self._tick)

    def forget(self, one: Due) -> None:
        """Look at `one` no more."""
        self._watched.discard(one)

    def after(self, seconds: float | None) -> float:
        """Give when `seconds` from now are over, a tick late at most; None: never."""
        return NEVER if seconds is None else self.now + self._tick_seconds + seconds

    def close(self) -> None:
        """Stop the timer."""
        self._watched.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        before = self.now
        now = self.now = self._loop.time()
        if self._was_late(now - before):
            self._timer = self._loop.call_later(self._tick_seconds, self._tick)
            return
        try:
            for one in [one for one in self._watched if one.due <= now]:
                if one in self._watched:  # what came before it may have ended it
                    one.overdue(now)
        finally:  # whatever becomes of one connection, the others have their deadlines
            self._timer = self._loop.call_later(self._tick_seconds, self._tick) if self._watched else None

    def _was_late(self, passed: float) -> bool:
        """Tell whether the fault may be ours: then what has arrived meanwhile is read before anybody is judged.

        Once at a time, since a loop that is always late would let everybody wait for ever.
        """
        self._forgave = not self._forgave and passed > self._tick_seconds + _LATE_SECONDS
        return self._forgave


class Fuse:
    """Does something once, when a span is over."""

    __slots__ = ("_action", "_deadlines", "due")

    def __init__(self, deadlines: Deadlines, seconds: float, action: Callable[[], None]) -> None:
        """Have `action` done `seconds` from now, unless it is cancelled."""
        self._deadlines = deadlines
        self._action = action
        self.due = deadlines.after(seconds)
        deadlines.watch(self)

    def cancel(self) -> None:
        """Do nothing any more."""
        self._deadlines.forget(self)

    def overdue(self, _now: float) -> None:
        """Do it."""
        self.cancel()
        self._action()
