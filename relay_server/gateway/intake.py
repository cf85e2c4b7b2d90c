"""Passes the content of a request on as it arrives, no faster than it is taken."""

from collections.abc import Callable
from typing import Protocol

from relay_server.gateway.pace import Pace
from shared.errors import ContentBroken, Failure
from shared.exchange import Content


class Tap(Protocol):
    """The reading half of a connection."""

    def pause_reading(self) -> None:
        """Leave what the sender sends to its own memory and the network's."""
        ...

    def resume_reading(self) -> None:
        """Take what the sender sends again."""
        ...


class Intake:
    """One request's content on its way from the connection to whoever takes it."""

    __slots__ = ("_most", "_on_wanted", "_pace", "_received", "_stalled", "_tap", "_waiting", "_window", "content")

    def __init__(
        self,
        tap: Tap,
        *,
        pace: Pace,
        length: int | None,
        window_bytes: int,
        most_bytes: int | None,
        on_wanted: Callable[[], None] | None = None,
    ) -> None:
        """Begin with nothing.

        Args:
            tap: what is closed while the window is full.
            pace: judges how fast the content comes.
            length: the declared length in bytes; None: none is declared.
            window_bytes: how much may wait to be taken.
            most_bytes: the longest content; None: any length.
            on_wanted: called once, when the content is first waited for; until then the sender need not send any.
        """
        self._tap = tap
        self._window = window_bytes
        self._most = most_bytes
        self._waiting = 0
        self._received = 0
        self._stalled = False
        self._pace = pace
        self._on_wanted = on_wanted
        wanted = None if on_wanted is None else self._wanted
        self.content = Content(ended=False, length=length, on_taken=self._taken, on_wanted=wanted)
        if on_wanted is not None:
            pace.keep_waiting()

    @property
    def received(self) -> int:
        """How many bytes have arrived."""
        return self._received

    @property
    def waiting(self) -> int:
        """How many bytes wait to be taken."""
        return self._waiting

    def feed(self, data: bytes) -> None:
        """Pass on what arrived.

        Raises:
            ContentBroken: it is more than may be (CONTENT_TOO_LARGE).
        """
        if data and not self._received:
            self._pace.go_on()
        self._received += len(data)
        if self._most is not None and self._received > self._most:
            raise ContentBroken(Failure.CONTENT_TOO_LARGE)
        self._waiting += len(data)
        self.content.feed(data)
        if self._waiting >= self._window:
            self._stalled = True
            self._pace.keep_waiting()
            self._tap.pause_reading()

    def seconds_left(self) -> float:
        """Give how long the sender has before it must be looked at again; nothing or less: it is too slow."""
        return self._pace.seconds_left(self._received)

    def release(self) -> None:
        """Stop nobody any more: the content will not be taken."""
        if self._stalled:
            self._stalled = False
            self._pace.go_on()
            self._tap.resume_reading()

    def _wanted(self) -> None:
        self._pace.go_on()
        if self._on_wanted is not None:
            self._on_wanted()

    def _taken(self, size: int) -> None:
        self._waiting -= size
        if self._stalled and self._waiting <= self._window // 2:
            self.release()
