"""The feed: order, resumption, slow followers."""

import asyncio
from contextlib import aclosing

from client.deliveries import Feed
from client.views import Change, DeliverySummary, Status
from tests.client.deliveries.stage import Desk

STATUS = Status("0", "", "online")


def summary(seq: int, attempts: int = 1) -> DeliverySummary:
    """Make a row."""
    return DeliverySummary(
        seq, f"dlv_{seq}", 0.0, "demo", "POST", "/", "", "", "", 0, "valid", attempts, "answered", 200, "", 0.1
    )


async def read(feed: Feed, after: int | None, count: int) -> list[Change]:
    """Give the next `count` changes."""
    changes = feed.changes(after)
    return [await anext(changes) for _ in range(count)]


async def test_follower_resumes_after_the_number_it_knows() -> None:
    """Changes count up, and a follower goes on where it stopped."""
    feed = Feed()
    for seq in range(1, 6):
        feed.publish(delivery=summary(seq))
    assert [change.number for change in await read(feed, 2, 3)] == [3, 4, 5]


async def test_follower_from_now_sees_what_comes() -> None:
    """Without a number nothing of the past is told."""
    feed = Feed()
    feed.publish(delivery=summary(1))
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(read(feed, None, 1))
        await asyncio.sleep(0)
        feed.publish(status=STATUS)
    assert [(change.number, change.status) for change in reading.result()] == [(2, STATUS)]


async def test_slow_follower_gets_the_newest_state_of_each() -> None:
    """What a later change makes stale is left out; the order stays."""
    feed = Feed()
    for attempts in range(1, 4):
        feed.publish(delivery=summary(1, attempts))
        feed.publish(status=STATUS)
        feed.publish(delivery=summary(attempts + 1))
    batch = await anext(feed.batches(0))
    assert [change.number for change in batch] == [3, 6, 7, 8, 9]
    assert [change.delivery.seq for change in batch if change.delivery] == [2, 3, 1, 4]


async def test_follower_that_fell_behind_begins_at_the_oldest_that_is_kept() -> None:
    """The memory is bounded; a number from another run begins at its beginning."""
    feed = Feed(first=100, kept=3)
    for seq in range(1, 6):
        feed.publish(delivery=summary(seq))
    assert [change.number for change in await read(feed, 100, 3)] == [102, 103, 104]
    assert [change.number for change in await read(feed, 5_000, 3)] == [102, 103, 104]


async def test_closing_ends_followers_after_the_last_change() -> None:
    """Nothing published is lost at the end."""
    feed = Feed()
    feed.publish(delivery=summary(1))
    feed.close()
    assert [change.number async for change in feed.changes(0)] == [1]


async def test_idle_feed_gives_an_empty_batch() -> None:
    """A follower that must show that it lives is woken."""
    feed = Feed()
    async with aclosing(feed.batches(idle_seconds=0.001)) as batches:  # type: ignore[type-var]
        assert await anext(batches) == []
    assert feed._waiters == []


async def test_recording_publishes_what_is_committed(desk: Desk) -> None:
    """A row is told when it can be read."""
    await desk.send()
    (change,) = await read(desk.feed, 0, 1)
    assert change.delivery == (await desk.inspector.deliveries())[0]
