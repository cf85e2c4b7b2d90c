"""Forgetting the oldest deliveries."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

from client.deliveries import Limits
from client.deliveries.retention import Retention
from client.views import Change
from shared.exchange import Content, Request
from tests.client.deliveries.stage import Desk, event, head_of


async def kept(desk: Desk, limits: Limits) -> list[int]:
    """Forget until nothing is too much, and give what is left."""
    retention = Retention(limits, clock=desk.clock)
    desk.store.flush()
    connection = desk.store._file.connection
    assert connection is not None
    while until := retention.survey(connection):
        retention.until = until
        while retention.forget(connection) is not None:
            pass
    return [row.seq for row in await desk.inspector.deliveries(limit=1000)]


async def test_count_is_kept(desk: Desk) -> None:
    """The newest stay, with their attempts alone."""
    for number in range(120):
        await desk.send(*event(f"evt_{number}"))
    assert await kept(desk, Limits(deliveries=5)) == [116, 117, 118, 119, 120]
    connection = desk.store._file.connection
    assert connection is not None
    assert connection.execute("SELECT count(*) FROM attempts").fetchone() == (5,)


async def test_age_is_kept(desk: Desk) -> None:
    """What is older than the limit goes."""
    await desk.send(*event("evt_1"))
    desk.clock.now += 100
    await desk.send(*event("evt_2"))
    assert await kept(desk, Limits(age_seconds=50)) == [2]


async def test_size_is_kept(desk: Desk) -> None:
    """The file in use stays below its bound; parts of long contents go in slices."""
    for _ in range(5):
        content = b"x" * 600_000
        await desk.deliver(Request(head_of(content), desk.delivery(), Content(content)))
    assert await kept(desk, Limits(size_bytes=1_500_000)) == [4, 5]
    connection = desk.store._file.connection
    assert connection is not None
    assert connection.execute("SELECT min(attempt >> 20) FROM parts").fetchone() == (4,)


async def test_nothing_goes_from_an_empty_file(desk: Desk) -> None:
    """An empty history has no surplus."""
    assert await kept(desk, Limits(deliveries=0)) == []


async def test_slices_stay_small_on_a_slow_disk(desk: Desk) -> None:
    """However many have to go, no slice takes more than the disk does in its time."""
    for number in range(40):
        await desk.send(b"%d" % number)
    desk.store.flush()
    moments = count()
    retention = Retention(Limits(deliveries=10), clock=desk.clock, timer=lambda: next(moments) * 0.1)
    connection = desk.store._file.connection
    assert connection is not None
    retention.until = retention.survey(connection)
    gone = []
    while (slice_ := retention.forget(connection)) is not None:
        gone.append(len(slice_))
    assert gone == [10, *[1] * 20]


async def test_store_forgets_by_itself(tmp_path: Path) -> None:
    """Retention runs beside recording, in slices; followers are told of each."""
    desk = await asyncio.to_thread(Desk, tmp_path / "history.sqlite", limits=Limits(deliveries=10))
    for number in range(50):
        await desk.send(*event(f"evt_{number}"))
    desk.store.flush()
    changes = desk.feed.batches(desk.feed.last)
    desk.store._upkeep._tick()
    gone = [change.removed async for change in _until(changes, 40)]
    assert len(gone) > 1
    assert [seq for slice_ in gone for seq in slice_] == list(range(1, 41))
    assert [row.seq for row in await desk.inspector.deliveries()] == list(range(41, 51))
    await desk.send(*event("evt_0"))
    assert (await desk.inspector.deliveries())[-1].attempts == 1
    desk.store.close()


async def _until(batches: AsyncIterator[list[Change]], seq: int) -> AsyncIterator[Change]:
    """Give changes until this delivery is gone."""
    async for batch in batches:
        for change in batch:
            yield change
            if seq in change.removed:
                return
