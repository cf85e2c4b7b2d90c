"""Forgetting the oldest deliveries."""

import asyncio
from pathlib import Path

import pytest

from client.deliveries import Limits
from client.deliveries.retention import Retention
from shared.exchange import Content, Request
from tests.client.deliveries.stage import Desk, event, head_of


async def kept(desk: Desk, limits: Limits) -> list[int]:
    """Forget until nothing is too much, and give what is left."""
    desk.store.flush()
    retention = Retention(limits, clock=desk.clock)
    connection = desk.store._file.connection
    assert connection is not None
    while retention.survey(connection):
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


@pytest.mark.timeout(30)
async def test_store_forgets_by_itself(tmp_path: Path) -> None:
    """Retention runs beside recording, in slices."""
    desk = await asyncio.to_thread(Desk, tmp_path / "history.sqlite", limits=Limits(deliveries=10))
    for number in range(30):
        await desk.send(*event(f"evt_{number}"))
    desk.store.flush()
    desk.store._upkeep._tick()
    assert [row.seq for row in await desk.inspector.deliveries()] == list(range(21, 31))
    await desk.send(*event("evt_0"))
    assert (await desk.inspector.deliveries())[-1].attempts == 1
    desk.store.close()
