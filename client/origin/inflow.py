"""Content that flows in from a connection no faster than it is taken."""

import asyncio

from client.origin.silence import Silence
from shared.errors import ContentBroken
from shared.exchange import Content
from shared.http import Fields

WINDOW_BYTES = 256 * 1024
"""What may wait here untaken before reading from the app stops; one read of the loop (256 KiB) can come on top."""


class Inflow:
    """Feeds a `Content` from a transport, and pauses the transport while too much of it waits."""

    __slots__ = ("_paused", "_silence", "_transport", "_untaken_bytes", "content")

    def __init__(
        self, transport: asyncio.Transport, *, silence: Silence, length: int | None, first: bytes = b""
    ) -> None:
        """Begin.

        Args:
            transport: where the content comes from.
            silence: ends the exchange when nothing comes for too long.
            length: of the content in bytes, where it is declared.
            first: what came with the head.
        """
        self._transport = transport
        self._silence = silence
        self._untaken_bytes = len(first)
        self._paused = False
        self.content = Content(first, ended=False, length=length, on_taken=self._taken)

    @property
    def paused(self) -> bool:
        """True while the app is held up, since what it sent is not taken."""
        return self._paused

    def feed(self, data: bytes) -> None:
        """Add what arrived."""
        self._silence.heard()
        self._untaken_bytes += len(data)
        self.content.feed(data)
        if self._untaken_bytes > WINDOW_BYTES and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def end(self, trailers: Fields = ()) -> None:
        """Say that the content is complete; the connection may go on to other things."""
        self._silence.end()
        self._resume()
        self.content.end(trailers)

    def fail(self, error: ContentBroken) -> None:
        """Say that the content will never be complete."""
        self._silence.end()
        self.content.fail(error)

    def _taken(self, count: int) -> None:
        self._untaken_bytes -= count
        if self._untaken_bytes <= WINDOW_BYTES // 2 and not self.content.ended:
            self._resume()

    def _resume(self) -> None:
        if self._paused:
            self._paused = False
            self._silence.heard()
            self._transport.resume_reading()
