"""A message's bytes while they come."""

import asyncio

import pytest

from shared.errors import ContentBroken, Failure
from shared.exchange import Content


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
