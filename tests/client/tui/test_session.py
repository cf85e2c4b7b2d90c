"""A session beside a screen."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from client.tui.session import Inbox, Session
from client.views import Change, DeliverySummary
from tests.client.tui.fake import BEGAN, ONLINE, ClientGoneError, FakeInspector, delivery
from tests.waiting import settled


def change(seq: int, status: int = 200) -> Change:
    """Make a change of a delivery."""
    return Change(number=seq, delivery=delivery(seq, status=status).summary)


async def test_inbox_keeps_the_newest_state_of_each_delivery() -> None:
    """However many changes came, a delivery is taken once, in order."""
    inbox = Inbox()
    for one in (change(2, 500), change(1), change(2)):
        inbox.put(one)
    inbox.put(Change(number=9, status=ONLINE))
    await inbox.wait()
    rows, removed, status = inbox.take()
    assert ([(row.seq, row.status) for row in rows], status) == ([(1, 200), (2, 200)], ONLINE)
    assert (removed, inbox.take()) == (set(), ([], set(), None))


async def test_inbox_drops_what_was_removed() -> None:
    """A delivery that arrived and went is not taken, its number is."""
    inbox = Inbox()
    for one in (change(1), change(2), Change(number=3, removed=(2, 7))):
        inbox.put(one)
    rows, removed, _ = inbox.take()
    assert ([row.seq for row in rows], removed) == ([1], {2, 7})


class Shaky(FakeInspector):
    """A client whose stream breaks once."""

    opened = 0

    async def changes(self, after: int | None = None) -> AsyncIterator[Change]:
        """Break the first time, then follow."""
        self.opened += 1
        if self.opened == 1:
            raise ClientGoneError("the stream broke")
        async for one in super().changes(after):
            yield one


async def test_session_goes_on_when_a_stream_breaks() -> None:
    """A stream that breaks while the client lives is opened again; the end of the client ends it."""
    fake = Shaky()
    session = Session(fake, clock=lambda: BEGAN)
    seen: list[DeliverySummary] = []
    await session.begin()
    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(session.follow())
        keeping = tasks.create_task(session.keep_up(seen.extend))
        await settled(lambda: fake.opened == 2)
        fake.put(delivery(1))
        await settled(lambda: seen)
        fake.end()
        await following
        keeping.cancel()
    assert [row.seq for row in seen] == [1]


async def test_session_polls_until_the_client_is_gone() -> None:
    """What was missed is caught up with; two unanswered questions end it."""
    fake = FakeInspector()
    session = Session(fake, clock=lambda: BEGAN)
    await session.begin()
    fake.seed([delivery(1)])
    shown = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        polling = tasks.create_task(session.poll(shown.set))
        await shown.wait()
        assert len(session.browser.rows) == 1
        fake.end()
        await polling


async def test_session_of_a_client_that_is_not_there() -> None:
    """The error comes through: the screen says so and ends."""
    fake = FakeInspector()
    fake.end()
    with pytest.raises(ClientGoneError):
        await Session(fake, clock=lambda: BEGAN).begin()
