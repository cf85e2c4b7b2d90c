"""The landing file: what is answered is safe before its rows are made."""

import asyncio
import math
import os
import sqlite3
from collections import deque
from pathlib import Path

import pytest
from msgspec.structs import replace

from client.deliveries.landed import encode
from client.deliveries.landing import EMPTIED_BYTES, leftovers
from client.deliveries.record import NOT_RECORDED
from shared.errors import ExchangeFailed, Failure
from tests.client.deliveries.stage import Desk, answering, event, raising


def landing_files(desk: Desk) -> list[Path]:
    """Give the landing files beside the history."""
    return sorted(desk.store.path.parent.glob("*.landed-*"))


def rows(desk: Desk) -> int:
    """Count the deliveries that are in the file."""
    with sqlite3.connect(desk.store.path) as connection:
        (count,) = connection.execute("SELECT count(*) FROM deliveries").fetchone()
    connection.close()
    return int(count)


def killed(desk: Desk, *, name: str = "killed") -> None:
    """Have the landing file there as a client leaves it that is killed now."""
    (path,) = landing_files(desk)
    path.with_name(f"{desk.store.path.name}.landed-{name}").write_bytes(path.read_bytes())


async def test_answer_leaves_with_its_record_and_the_row_follows(desk: Desk) -> None:
    """An answered delivery is on the disk at once, and in the history a moment later."""
    await desk.send(*event("evt_1"))
    assert (rows(desk), landing_files(desk)[0].stat().st_size > 0) == (0, True)
    change = await anext(desk.feed.changes(0))
    assert change.delivery is not None
    assert (change.delivery.event_id, change.delivery.signature, rows(desk)) == ("evt_1", "valid", 1)


async def test_record_of_a_killed_client_becomes_rows(desk: Desk) -> None:
    """What was landed and not written is taken in at the next start, judged as if nothing had happened."""
    await desk.send(*event("evt_1"))
    desk.app = answering(500, b"broken")
    await desk.send(*event("evt_2"))
    desk.app = raising(ExchangeFailed(Failure.ORIGIN_REFUSED, "nothing listens"))
    with pytest.raises(ExchangeFailed):
        await desk.send(*event("evt_3"))
    killed(desk)
    desk.store._commits._landing.empty()
    path = desk.store.path
    other = await asyncio.to_thread(Desk, path)
    found = await other.inspector.deliveries()
    assert [(row.event_id, row.signature, row.status, row.failure) for row in found] == [
        ("evt_1", "valid", 200, ""),
        ("evt_2", "valid", 500, ""),
        ("evt_3", "valid", None, "origin-refused"),
    ]
    assert await other.inspector.content(found[1].id, 1, "response") == b"broken"
    assert [path.name.endswith("killed") for path in landing_files(other)] == [False]
    other.store.close()


async def test_record_that_has_its_row_is_not_taken_in_again(desk: Desk) -> None:
    """A client killed after a commit leaves records that are rows already: they stay one row each."""
    await desk.send(*event("evt_1"))
    desk.store.flush()
    await desk.send(*event("evt_2"))
    (path,) = landing_files(desk)
    left = desk.store.path.with_name(f"{desk.store.path.name}.landed-left")
    os.link(path, left)
    name = path.name
    with sqlite3.connect(desk.store.path) as connection:
        connection.execute("UPDATE landed SET name = ? WHERE name = ?", (left.name, name))
    connection.close()
    data = left.read_bytes()
    left.unlink()
    left.write_bytes(data)
    other = await asyncio.to_thread(Desk, desk.store.path)
    assert [row.event_id for row in await other.inspector.deliveries()] == ["evt_1", "evt_2"]
    other.store.close()


@pytest.mark.parametrize("cut", [1, 9, 200])
async def test_record_that_was_torn_costs_only_itself(desk: Desk, cut: int) -> None:
    """A file that ends in the middle of a record gives what is before it."""
    await desk.send(*event("evt_1"))
    await desk.send(*event("evt_2"))
    killed(desk)
    desk.store._commits._landing.empty()
    left = desk.store.path.with_name(f"{desk.store.path.name}.landed-killed")
    left.write_bytes(left.read_bytes()[:-cut])
    other = await asyncio.to_thread(Desk, desk.store.path)
    assert [row.event_id for row in await other.inspector.deliveries()] == ["evt_1"]
    other.store.close()


async def test_record_that_fits_no_row_costs_only_itself(desk: Desk) -> None:
    """A client starts, and takes in the rest, whatever is in the file that another one left."""
    await desk.send(*event("evt_1"))
    misfit = desk.store._journal._attempts[0]
    misfit.delivery = replace(misfit.delivery, received_at=math.nan)
    left = desk.store.path.with_name(f"{desk.store.path.name}.landed-killed")
    left.write_bytes(encode(1, misfit))
    await desk.send(*event("evt_2"))
    left.write_bytes(left.read_bytes() + encode(2, desk.store._journal._attempts[1]))
    desk.store._journal._attempts.clear()
    other = await asyncio.to_thread(Desk, desk.store.path)
    assert [row.event_id for row in await other.inspector.deliveries()] == ["evt_2"]
    assert not left.exists()
    other.store.close()


async def test_file_of_a_running_client_is_left_alone(desk: Desk) -> None:
    """Another process takes nothing in that is somebody's work."""
    await desk.send(*event("evt_1"))
    assert await asyncio.to_thread(list, leftovers(desk.store.path)) == []
    other = await asyncio.to_thread(Desk, desk.store.path)
    assert await other.inspector.deliveries() == []
    other.store.close()
    assert len(landing_files(desk)) == 1


async def test_nothing_is_left_at_the_end(desk: Desk) -> None:
    """A client that ends well leaves the history alone."""
    await desk.send(*event("evt_1"))
    await asyncio.to_thread(desk.store.close)
    assert landing_files(desk) == []
    with sqlite3.connect(desk.store.path) as connection:
        assert connection.execute("SELECT count(*) FROM landed").fetchone() == (0,)
    connection.close()


async def test_file_begins_again_when_its_rows_are_written(desk: Desk) -> None:
    """It does not grow with the history."""
    for _ in range(EMPTIED_BYTES // 50_000 + 2):
        await desk.send(b"x" * 50_000)
    desk.store.flush()
    assert landing_files(desk)[0].stat().st_size == 0
    await desk.send(b"again")
    assert landing_files(desk)[0].stat().st_size > 0
    assert len(await desk.inspector.deliveries()) == EMPTIED_BYTES // 50_000 + 3


async def test_clearing_leaves_no_content_beside_the_history(desk: Desk) -> None:
    """What was cleared cannot be read from the landing file either."""
    await desk.send(b"a card number nobody should find")
    assert await desk.inspector.clear() == 1
    assert landing_files(desk)[0].read_bytes() == b""


async def test_disk_without_room_for_a_record_has_the_row_written(desk: Desk) -> None:
    """Where the landing file takes nothing, the history itself is asked before an answer leaves."""
    await desk.send(*event("evt_1"))
    desk.store.flush()
    landing = desk.store._commits._landing
    kept, landing._file = landing._file, os.open(landing_files(desk)[0], os.O_RDONLY)
    response = await desk.send(*event("evt_2"))
    os.close(landing._file)
    landing._file = kept
    assert (rows(desk), NOT_RECORDED in response.head.fields) == (2, False)


async def test_locked_history_costs_no_landed_row(desk: Desk) -> None:
    """While another program locks the history for long, what landed is kept and becomes rows afterwards."""
    other = sqlite3.connect(desk.store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    troubled = asyncio.Event()
    desk.store.on_trouble = troubled.set
    responses = [await desk.send(*event(f"evt_{number}")) for number in range(3)]
    await troubled.wait()
    assert [NOT_RECORDED in response.head.fields for response in responses] == [False] * 3
    assert "another program keeps the file locked" in desk.store.trouble
    other.execute("ROLLBACK")
    other.close()
    assert desk.store._journal.recover()
    assert [row.event_id for row in await desk.inspector.deliveries()] == ["evt_0", "evt_1", "evt_2"]


async def test_more_than_memory_holds_is_written_from_the_landing_file(desk: Desk) -> None:
    """What landed before the history failed is not lost because memory is bounded."""
    desk.store._journal.unrecorded._attempts = deque(maxlen=2)
    other = sqlite3.connect(desk.store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    troubled = asyncio.Event()
    desk.store.on_trouble = troubled.set
    for number in range(5):
        await desk.send(*event(f"evt_{number}"))
    await troubled.wait()
    other.execute("ROLLBACK")
    other.close()
    assert desk.store._journal.recover()
    found = await desk.inspector.deliveries()
    assert sorted(row.event_id for row in found) == [f"evt_{number}" for number in range(5)]
