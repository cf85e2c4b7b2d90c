"""Capturing a content while it passes."""

import pytest

from client.deliveries.capture import INLINE_BYTES, Capture
from shared.errors import ContentBroken, Failure
from shared.exchange import Content
from tests.client.deliveries.stage import pieces_of


class Parts:
    """Takes parts as the store does."""

    def __init__(self) -> None:
        self.parts: list[tuple[int, bytes]] = []

    def __call__(self, start: int, data: bytes) -> None:
        """Keep a part."""
        self.parts.append((start, data))


async def passing(content: bytes, parts: Parts, *, limit: int = 10**9, size: int = 10_000) -> Capture:
    """Give the capture of a content that has passed."""
    source = Content(ended=False)
    capture = Capture.watching(source, limit=limit, spill=parts)
    for piece in pieces_of(content, size):
        source.feed(piece)
        assert await source.read() == piece
    source.end(((b"X-Sum", b"1"),))
    assert await source.read() == b""
    return capture


async def test_short_content_stays_in_one_piece() -> None:
    """Up to the bound a content stands in its row."""
    parts = Parts()
    capture = await passing(b"a" * INLINE_BYTES, parts)
    assert (capture.inline, parts.parts, capture.whole) == (b"a" * INLINE_BYTES, [], True)
    assert capture.trailers == ((b"X-Sum", b"1"),)


async def test_long_content_goes_in_parts_that_join(tmp_path: object) -> None:
    """Parts follow each other without a gap, and little stays in memory."""
    parts = Parts()
    content = bytes(range(256)) * 2_000
    capture = await passing(content, parts)
    assert b"".join(data for _, data in parts.parts) == content
    assert [start for start, _ in parts.parts] == [
        sum(map(len, (d for _, d in parts.parts[:n]))) for n in range(len(parts.parts))
    ]
    assert (capture.inline, capture.kept, capture.captured_bytes) == (None, b"", len(content))


@pytest.mark.parametrize("limit", [0, 1, 9_999, 10_000, 10_001, 100_000])
async def test_cut_capture_keeps_its_beginning(limit: int) -> None:
    """Exactly the limit is kept, and the whole is counted."""
    parts = Parts()
    content = bytes(range(251)) * 1_000
    capture = await passing(content, parts, limit=limit)
    kept = b"".join(data for _, data in parts.parts) + capture.kept
    assert (kept, capture.total_bytes, capture.whole) == (content[:limit], len(content), False)


async def test_many_tiny_chunks_are_joined_once() -> None:
    """Joining waits until the bytes are needed."""
    capture = await passing(b"x" * 5_000, Parts(), size=1)
    assert capture.tail is not None
    assert capture.inline == b"x" * 5_000
    assert capture.captured_bytes == 5_000


async def test_broken_content_counts_at_least_what_was_declared() -> None:
    """A piece never looks like the whole."""
    source = Content(ended=False, length=100)
    capture = Capture.watching(source, limit=1_000, spill=Parts())
    source.feed(b"abc")
    await source.read()
    assert capture.total_bytes == 100
    source.fail(ContentBroken(Failure.SENDER_ABORTED))
    with pytest.raises(ContentBroken):
        await source.read()
    assert (capture.captured_bytes, capture.total_bytes, capture.whole) == (3, 100, False)


async def test_part_that_could_not_be_written_ends_the_capture() -> None:
    """What comes after a gap is not kept."""
    capture = await passing(b"x" * 200_000, Parts())
    capture.lose(70_000)
    assert (capture.captured_bytes, capture.total_bytes, capture.whole) == (70_000, 200_000, False)


def test_whole_content_beyond_the_row_gives_loose_parts() -> None:
    """A content that came at once and is long is cut for the file."""
    content = bytes(range(256)) * 600
    capture = Capture.of(content, limit=10**9)
    assert b"".join(data for _, data in capture.loose()) == content
    capture.settled()
    assert (capture.kept, capture.captured_bytes, list(capture.loose())) == (b"", len(content), [])
