"""Captures a content while it passes, and never holds a long one whole."""

from collections.abc import Callable, Iterator

import msgspec

from shared.errors import ContentBroken
from shared.exchange import Content
from shared.http.heads import Fields

INLINE_BYTES = 64 * 1024
"""Up to here a content stands in its attempt's row; a longer one is written in parts of about this size."""

Spill = Callable[[int, bytes], None]
"""Takes the offset of a part and its bytes, to be written."""


class Capture(msgspec.Struct, eq=False):
    """What is kept of one content. Bytes beyond the limit are counted, not kept."""

    data: bytes = b""
    """What is kept and not in parts, without `tail`."""
    seen_bytes: int = 0
    ended: bool = True
    """The content came to its end, whole or not."""
    stopped: bool = False
    """Nothing more is kept: the limit was reached, or a part could not be written."""
    parts_bytes: int = 0
    """How much of the beginning is in parts."""
    broken: ContentBroken | None = None
    trailers: Fields = ()
    declared: int | None = None
    limit: int = 0
    spill: Spill | None = None
    on_end: Callable[[], None] | None = None
    tail: list[bytes] | None = None
    """Chunks that are still to be joined to `data`: joining each at once would copy small ones over and over."""
    tail_bytes: int = 0

    @classmethod
    def of(cls, data: bytes, *, limit: int) -> "Capture":
        """Capture a content that is here already."""
        if len(data) > limit:
            return cls(data[:limit], len(data), stopped=True)
        return cls(data, len(data))

    @classmethod
    def watching(cls, content: Content, *, limit: int, spill: Spill) -> "Capture":
        """Capture what the consumer of `content` takes, at most `limit` bytes of it."""
        capture = cls(ended=False, declared=content.length, limit=limit, spill=spill)

        def end(error: ContentBroken | None) -> None:
            capture.end(error, content.trailers)

        content.watch(capture.take, end)
        return capture

    @property
    def whole(self) -> bool:
        """Everything that the content was is kept."""
        return self.ended and not self.stopped and self.broken is None

    @property
    def captured_bytes(self) -> int:
        """Bytes that are kept."""
        return self.parts_bytes + len(self.data) + self.tail_bytes

    @property
    def total_bytes(self) -> int:
        """Bytes of the content: while it comes and when it broke off, at least one more than what is kept."""
        if self.whole:
            return self.seen_bytes
        return max(self.seen_bytes, self.declared or 0, self.captured_bytes + 1)

    @property
    def inline(self) -> bytes | None:
        """The kept bytes where they stand in the row; None: they are in parts."""
        if self.parts_bytes or len(self.data) > INLINE_BYTES:
            return None
        return self.kept

    @property
    def kept(self) -> bytes:
        """The kept bytes that are not in parts."""
        if self.tail is not None:
            self.data = b"".join((self.data, *self.tail))
            self.tail, self.tail_bytes = None, 0
        return self.data

    def loose(self) -> Iterator[tuple[int, bytes]]:
        """Give what a row cannot hold and no part holds yet, as parts."""
        if self.spill is None and len(self.data) > INLINE_BYTES:
            for start in range(0, len(self.data), INLINE_BYTES):
                yield self.parts_bytes + start, self.data[start : start + INLINE_BYTES]

    def settled(self) -> None:
        """Know that the loose parts are written."""
        if self.spill is None and len(self.data) > INLINE_BYTES:
            self.parts_bytes += len(self.data)
            self.data = b""

    def lose(self, start: int) -> None:
        """Know that the part at offset `start` could not be written: the capture ends there."""
        self.parts_bytes = min(self.parts_bytes, start)
        self.data, self.tail, self.tail_bytes = b"", None, 0
        self.stopped = True

    def take(self, data: bytes) -> None:
        """Keep what the consumer has just taken."""
        self.seen_bytes += len(data)
        if self.stopped:
            return
        if self.seen_bytes > self.limit:
            self.stopped = True
            data = data[: self.limit - self.captured_bytes]
        if self.tail is None:
            self.tail = [data]
        else:
            self.tail.append(data)
        self.tail_bytes += len(data)
        if self.tail_bytes > INLINE_BYTES:
            self._write()

    def end(self, error: ContentBroken | None, trailers: Fields = ()) -> None:
        """Know that no more comes; `error` is what broke the content, or None."""
        if self.ended:
            return
        self.ended = True
        self.broken = error
        self.trailers = trailers
        if self.parts_bytes:
            self._write()
        if self.on_end is not None:
            self.on_end()

    def _write(self) -> None:
        data = self.kept
        if self.spill is not None and data:
            self.data = b""
            start, self.parts_bytes = self.parts_bytes, self.parts_bytes + len(data)
            self.spill(start, data)
