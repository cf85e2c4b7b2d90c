"""Content that flows in from a connection no faster than it is taken."""

import asyncio

from shared.errors import ContentBroken
from shared.exchange import Content
from shared.http import Fields

WINDOW_BYTES = 256 * 1024
"""What may wait here untaken before reading from the app stops; one read of the loop (256 KiB) can come on top."""


class Inflow:
    """Feeds a `Content` from a transport, and pauses the transport while too much of it waits."""

    __slots__ = ("_paused", "_transport", "_untaken_bytes", "content")

    def __init__(self, transport: asyncio.Transport, *, length: int | None, first: bytes = b"") -> None:
        self._transport = transport
        self._untaken_bytes = len(first)
        self._paused = False
        self.content = Content(first, ended=False, length=length, on_taken=self._taken)

    def feed(self, data: bytes) -> None:
        """Add what arrived."""
        self._untaken_bytes += len(data)
        self.content.feed(data)
        if self._untaken_bytes > WINDOW_BYTES and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def end(self, trailers: Fields = ()) -> None:
        """Say that the content is complete; the connection may go on to other things."""
        self._resume()
        self.content.end(trailers)

    def fail(self, error: ContentBroken) -> None:
        """Say that the content will never be complete."""
        self.content.fail(error)

    def _taken(self, count: int) -> None:
        self._untaken_bytes -= count
        if self._untaken_bytes <= WINDOW_BYTES // 2 and not self.content.ended:
            self._resume()

    def _resume(self) -> None:
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
