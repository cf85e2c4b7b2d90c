"""Pinning, removing and clearing, through the inspector."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from client.deliveries.faults import NotWritten
from client.deliveries.filter import FilterError
from client.deliveries.retention import Limits, Retention
from client.inspector import UnknownDelivery
from shared.exchange import Content, Request, Response
from tests.client.deliveries.stage import Desk, answering, event, head_of


async def seqs(desk: Desk, query: str = "") -> list[int]:
    """Give what is there."""
    return [row.seq for row in await desk.inspector.deliveries(query=query)]


async def test_pinned_delivery_survives_clear_and_retention(desk: Desk) -> None:
    """Only `pinned` clears it, and only that."""
    for number in range(4):
        await desk.send(*event(f"evt_{number}"))
    assert (await desk.inspector.pin("dlv_000002")).pinned
    assert await seqs(desk, "is:pinned") == [2]
    connection = desk.store._file.connection
    assert connection is not None
    retention = Retention(Limits(deliveries=1), clock=desk.clock)
    while until := retention.survey(connection):
        retention.until = until
        while retention.forget(connection) is not None:
            pass
    assert await seqs(desk) == [2, 4]
    assert await desk.inspector.clear() == 1
    assert await seqs(desk) == [2]
    assert not (await desk.inspector.pin("dlv_000002", pinned=False)).pinned
    await desk.inspector.pin("dlv_000002")
    assert await desk.inspector.clear(pinned=True) == 1
    assert await seqs(desk) == []


async def test_replay_of_a_pinned_delivery_leaves_it_pinned(desk: Desk) -> None:
    """A new attempt changes the row, not what the user said of it; followers see that."""
    await desk.send(*event())
    await desk.inspector.pin("dlv_000001")
    changes = desk.feed.batches(desk.feed.last)
    await desk.inspector.replay("dlv_000001")
    (row,) = await desk.inspector.deliveries()
    assert (row.attempts, row.pinned) == (2, True)
    assert [change.delivery.pinned for change in await anext(changes) if change.delivery] == [True]


async def test_clear_takes_what_matches(desk: Desk) -> None:
    """A filter says what; followers are told which went; a mistake in it removes nothing."""
    await desk.send(*event("evt_1", "call.ended"))
    desk.app = answering(500)
    await desk.send(*event("evt_2", "call.started"))
    await desk.send(*event("evt_3", "call.ended"))
    with pytest.raises(FilterError):
        await desk.inspector.clear("status:nine")
    desk.store.flush()
    changes = desk.feed.batches(desk.feed.last)
    assert await desk.inspector.clear("status:5xx type:call.ended") == 1
    assert await seqs(desk) == [1, 2]
    assert [change.removed for change in await anext(changes)] == [(3,)]
    assert await desk.inspector.clear("body:evt_2") == 1
    assert await seqs(desk) == [1]


async def test_event_of_a_removed_delivery_begins_anew(desk: Desk) -> None:
    """A retry of what was removed is a delivery of its own, with its row."""
    await desk.send(*event("evt_1"))
    await desk.send(*event("evt_1"))
    await desk.inspector.remove("dlv_000001")
    await desk.send(*event("evt_1"))
    (row,) = await desk.inspector.deliveries()
    assert (row.seq, row.attempts, row.id) == (2, 1, "dlv_000003")
    with pytest.raises(UnknownDelivery):
        await desk.inspector.remove("dlv_000001")


async def test_delivery_that_is_being_answered_stays(desk: Desk) -> None:
    """Its rows are still to be written."""
    answer = asyncio.Event()

    async def slow(request: Request) -> Response:
        """Answer when told to."""
        await answer.wait()
        return await answering()(request)

    desk.app = slow
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(desk.deliver(Request(head_of(b""), desk.delivery(), Content())))
        while not await seqs(desk):  # noqa: ASYNC110 - its row comes after 50 ms
            await asyncio.sleep(0.005)
        assert await desk.inspector.clear() == 0
        with pytest.raises(NotWritten, match="being answered"):
            await desk.inspector.remove("dlv_000001")
        answer.set()
    assert await desk.inspector.clear() == 1


async def test_removed_content_is_overwritten_in_the_file(tmp_path: Path, desk: Desk) -> None:
    """What was cleared cannot be read from the file any more once its log is carried over."""
    marker = b"a card number nobody should find"
    await desk.send(marker * 100)
    assert await desk.inspector.clear() == 1
    await asyncio.to_thread(desk.store.close)
    assert marker not in await asyncio.to_thread((tmp_path / "history.sqlite").read_bytes)


async def test_what_is_only_in_memory_is_cleared_and_not_pinned(desk: Desk) -> None:
    """While the file takes nothing, memory can still be put in order."""
    desk.store._journal.stop("the disk is full")
    await desk.send(*event("evt_1"))
    await desk.send(*event("evt_2"))
    with pytest.raises(NotWritten, match="only in memory"):
        await desk.inspector.pin("dlv_000001")
    await desk.inspector.remove("dlv_000001")
    assert await seqs(desk) == [2]
    assert await desk.inspector.clear() == 1
    assert await seqs(desk) == []


async def test_locked_file_is_waited_for_and_then_said(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A short lock of another program costs nothing, a long one is told."""
    await desk.send()
    desk.store.flush()
    monkeypatch.setattr("client.deliveries.curating.BUSY_TRIES", 3)
    monkeypatch.setattr("client.deliveries.curating.BUSY_PAUSE_SECONDS", 0.001)
    with closing(sqlite3.connect(tmp_path / "history.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(NotWritten, match="keeps the file locked"):
            await desk.inspector.clear()
        other.execute("ROLLBACK")
    assert await desk.inspector.clear() == 1
