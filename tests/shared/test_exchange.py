"""A message's bytes while they come."""

import asyncio
from functools import partial

import pytest

from shared.errors import ContentBroken, Failure
from shared.exchange import Content
from tests.exchanges import response


@pytest.mark.parametrize("pieces", [[b""], [b"ab"], [b"a", b"b", b"c"]])
async def test_settled_content_is_here_and_untouched(pieces: list[bytes]) -> None:
    """What was waited for is there whole, and nothing of it was taken."""
    taken: list[int] = []
    content = Content(ended=False, on_taken=taken.append)
    async with asyncio.TaskGroup() as tasks:
        settled = tasks.create_task(content.settle(100))
        for piece in pieces:
            content.feed(piece)
            await asyncio.sleep(0)
            assert not settled.done()
        content.end()
    assert (content.peek(), taken) == (b"".join(pieces), [])


async def test_settling_ends_with_more_than_was_asked_for() -> None:
    """A long content is not waited for to its end, and can still be read from its beginning."""
    content = Content(ended=False)
    content.feed(b"abc")
    await content.settle(2)
    assert (content.peek(), await content.read()) == (None, b"abc")


async def test_settling_ends_when_the_content_breaks() -> None:
    """A producer that gives up ends the waiting; the consumer's read says so."""
    content = Content(ended=False)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(content.settle(100))
        await asyncio.sleep(0)
        content.fail(ContentBroken(Failure.SENDER_ABORTED))
    with pytest.raises(ContentBroken):
        await content.read()


async def test_settling_asks_the_sender_to_go_on() -> None:
    """Who waits for a content wants it: `100 Continue` is due."""

    def go_on() -> None:
        """Send what was waited for."""
        content.feed(b"x")
        content.end()

    content = Content(ended=False, on_wanted=go_on)
    await content.settle(100)
    assert content.peek() == b"x"


def told(content: Content) -> tuple[list[bytes], list[ContentBroken | None]]:
    """Watch a content; give the lists that fill with what is taken and how it ended."""
    chunks: list[bytes] = []
    ends: list[ContentBroken | None] = []
    content.watch(chunks.append, ends.append)
    return chunks, ends


async def test_content_that_is_here_is_taken_whole() -> None:
    """Looking takes nothing; taking is told once, with the end."""
    taken: list[int] = []
    content = Content(ended=False, on_taken=taken.append)
    chunks, ends = told(content)
    for piece in (b"a", b"", b"bc"):
        content.feed(piece)
    assert (content.peek(), content.whole()) == (None, None)
    content.end(((b"T", b"1"),))
    assert (content.peek(), content.peek()) == (b"abc", b"abc")
    assert (content.whole(), content.whole(), await content.read()) == (b"abc", b"", b"")
    assert (taken, chunks, ends, content.trailers) == ([3], [b"abc"], [None], ((b"T", b"1"),))


async def test_empty_content_ends_at_once() -> None:
    """And is told so."""
    content = Content()
    _, ends = told(content)
    assert (content.whole(), ends, content.ended) == (b"", [None], True)


async def test_reader_waits_for_the_producer() -> None:
    """Chunk by chunk as they come; `100 Continue` is due once, when there is first nothing."""
    asked: list[str] = []
    content = Content(b"first", ended=False, on_wanted=lambda: asked.append("go on"))
    assert (await content.read(), asked) == (b"first", [])
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(content.read())
        await asyncio.sleep(0)
        assert asked == ["go on"]
        content.feed(b"second")
        assert await reading == b"second"
        reading = tasks.create_task(content.read())
        await asyncio.sleep(0)
        content.end()
        assert (await reading, asked) == (b"", ["go on"])


async def test_content_that_comes_because_it_was_asked_for_is_read_at_once() -> None:
    """The asking may bring it in the same turn."""
    content = Content(ended=False, on_wanted=lambda: content.feed(b"here"))
    async with asyncio.timeout(5):
        assert await content.read() == b"here"


async def test_cancelled_reader_loses_nothing() -> None:
    """Whoever reads next gets what came."""
    content = Content(ended=False)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await content.read()
    content.feed(b"x")
    assert await content.read() == b"x"


async def test_broken_content_raises_and_keeps_raising() -> None:
    """What was not read yet is dropped and counts as taken: it is not the whole message."""
    taken: list[int] = []
    content = Content(b"half", ended=False, on_taken=taken.append)
    _, ends = told(content)
    broken = ContentBroken(Failure.SENDER_ABORTED)
    content.fail(broken)
    content.feed(b"late")
    content.end()
    assert (content.peek(), content.whole()) == (None, None)
    for _ in range(2):
        with pytest.raises(ContentBroken):
            await content.read()
    assert (taken, ends) == ([4], [broken])


async def test_breaking_wakes_the_reader() -> None:
    """Nobody waits for what will not come."""
    content = Content(ended=False)

    async def read() -> None:
        """Wait for what will not come."""
        with pytest.raises(ContentBroken):
            await content.read()

    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(read())
        await asyncio.sleep(0)
        content.fail(ContentBroken(Failure.SENDER_ABORTED))


def test_what_nobody_wants_is_dropped() -> None:
    """It counts as taken, so that the producer's window opens; after the end nothing is added."""
    taken: list[int] = []
    content = Content(b"abc", ended=False, on_taken=taken.append)
    content.discard()
    content.discard()
    content.end()
    content.fail(ContentBroken(Failure.SENDER_ABORTED))
    content.feed(b"late")
    assert (taken, content.whole()) == ([3], b"")


def test_response_frees_last_in_first_out_and_once() -> None:
    """What is registered after the end is freed at once."""
    freed: list[str] = []
    answer = response()
    for name in ("connection", "slot"):
        answer.on_close(partial(freed.append, name))
    answer.close()
    answer.close()
    answer.on_close(lambda: freed.append("late"))
    assert freed == ["slot", "connection", "late"]


def test_callback_may_add_another() -> None:
    """While it closes, a response is closed already."""
    freed: list[str] = []
    answer = response()
    answer.on_close(lambda: answer.on_close(lambda: freed.append("inner")))
    answer.close()
    assert freed == ["inner"]
