"""How long an answer that has begun may say nothing.

Between its head and its end an app may hang as well as before, and nobody but the client can tell: the sender waits for
ever, or for its own deadline. What may be quiet for long by its nature is left alone (docs/decisions/silence.md).
"""

import asyncio
from collections.abc import Callable

from client.origin.answer import Answer, Ends
from client.origin.timeouts import OriginTimeouts
from shared.errors import ContentBroken, Failure
from shared.http import first

STREAMED = 10
"""So many times longer than one of known length may an answer be silent that ends whenever it ends: long polls do."""
_EVENTS = (b"text/event-stream", b"multipart/x-mixed-replace")
"""Answers that say something when something happens, which may be never."""


def silence_seconds(answer: Answer, timeouts: OriginTimeouts) -> float | None:
    """Give how long the content of `answer` may stand still; None: for ever."""
    if answer.ends is Ends.NEVER:
        return None
    if answer.ends is Ends.AT_LENGTH:
        return timeouts.first_byte_seconds
    kind = first(answer.head.fields, b"content-type") or b""
    if kind.partition(b";")[0].strip().lower() in _EVENTS:
        return None
    return timeouts.first_byte_seconds * STREAMED


class Silence:
    """Watches one answer's content."""

    __slots__ = ("_busy", "_give_up", "_handle", "_loop", "_seconds", "_since")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        seconds: float | None,
        *,
        busy: Callable[[], bool],
        give_up: Callable[[ContentBroken], None],
    ) -> None:
        """Begin now.

        Args:
            loop: whose clock counts.
            seconds: how long it may be silent; None: for ever.
            busy: tells whether it is not the app that is waited for.
            give_up: ends the exchange; told why.
        """
        self._loop = loop
        self._seconds = seconds
        self._busy = busy
        self._give_up = give_up
        self._since = 0.0
        self._handle: asyncio.TimerHandle | None = None
        if seconds is not None:
            self._since = loop.time()
            self._handle = loop.call_later(seconds, self._look)

    def heard(self) -> None:
        """Know that something came, or that the app could not have sent more."""
        if self._handle is not None:
            self._since = self._loop.time()

    def end(self) -> None:
        """Watch no more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _look(self) -> None:
        assert self._seconds is not None  # noqa: S101 - there is no timer then
        if self._busy():
            self._since = self._loop.time()
        due = self._since + self._seconds
        if self._loop.time() < due:
            self._handle = self._loop.call_at(due, self._look)
            return
        self._handle = None
        waited = f"the app began its answer, then stopped for {self._seconds:g} s"
        self._give_up(ContentBroken(Failure.ORIGIN_TIMEOUT, waited))
