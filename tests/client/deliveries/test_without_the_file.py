"""While the file takes nothing: what is in memory stands beside what can be read."""

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from client.deliveries import Limits
from client.deliveries.record import NOT_RECORDED
from client.deliveries.retention import Retention
from shared.exchange import Request, Response
from tests.client.deliveries.stage import Desk, answering, event


async def test_replay_of_what_is_in_memory_is_its_further_attempt(desk: Desk) -> None:
    """It is shown as such, and written as such when the file takes it."""
    desk.store._journal.stop("the disk is full")
    await desk.send(*event("evt_1"))
    desk.app = answering(500, b"no")
    made = await desk.inspector.replay("dlv_000001")
    assert made.number == 2
    detail = await desk.inspector.delivery("dlv_000001")
    assert [(one.number, one.status) for one in detail.attempts] == [(1, 200), (2, 500)]
    assert await desk.inspector.content("dlv_000001", 1, "response") == b'{"ok":true}'
    assert await desk.inspector.content("dlv_000001", 2, "response") == b"no"
    assert (await desk.inspector.replay("dlv_000001")).number == 3
    assert desk.store._journal.recover()
    (row,) = await desk.inspector.deliveries()
    assert (row.attempts, row.status) == (3, 500)
    assert await desk.inspector.delivery("dlv_000001") != detail


async def test_attempt_in_memory_is_shown_beside_those_in_the_file(desk: Desk) -> None:
    """A recorded delivery keeps its attempts while a replay of it cannot be written."""
    await desk.send(*event("evt_1"))
    await desk.inspector.pin("dlv_000001")
    desk.store._journal.stop("the disk is full")
    desk.app = answering(500)
    await desk.inspector.replay("dlv_000001")
    detail = await desk.inspector.delivery("dlv_000001")
    assert [(one.number, one.status) for one in detail.attempts] == [(1, 200), (2, 500)]
    assert (detail.summary.attempts, detail.summary.status, detail.summary.pinned) == (2, 500, True)


def test_deliveries_of_before_the_file_was_seen_get_numbers_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that opens later is not written over."""
    path = tmp_path / "history.sqlite"
    first = Desk(path)
    asyncio.run(first.send(*event("evt_1")))
    first.store.close()
    hidden = path.rename(tmp_path / "elsewhere")
    path.mkdir()
    desk = Desk(path)

    async def go_on() -> list[tuple[int, str, int]]:
        """Record without the file, then with it."""
        await desk.send(*event("evt_2"))
        await desk.inspector.replay("dlv_000001")
        path.rmdir()
        hidden.rename(path)
        opened = await asyncio.to_thread(desk.store._file.look)
        assert opened is not None
        desk.store._journal.change_to(opened)
        assert desk.store._journal.recover()
        return [(row.seq, row.event_id, row.attempts) for row in await desk.inspector.deliveries()]

    assert asyncio.run(go_on()) == [(1, "evt_1", 1), (2, "evt_2", 2)]
    desk.store.close()


async def test_directory_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    """It is said what is in the way; deliveries are answered, and written when it is gone."""
    path = tmp_path / "history.sqlite"
    path.mkdir()
    desk = await asyncio.to_thread(Desk, path)
    assert "a directory stands in the file's place: move it away; deliveries are still forwarded" in desk.store.trouble
    response = await desk.send(*event("evt_1"))
    assert NOT_RECORDED in response.head.fields
    path.rmdir()
    opened = await asyncio.to_thread(desk.store._file.look)
    assert opened is not None
    desk.store._journal.change_to(opened)
    assert desk.store._journal.recover()
    assert [row.event_id for row in await desk.inspector.deliveries()] == ["evt_1"]
    await asyncio.to_thread(desk.store.close)


async def test_clock_that_steps_back_loses_nothing(tmp_path: Path) -> None:
    """What came later stands later, no duration is negative, and nothing is forgotten for it."""
    desk = await asyncio.to_thread(Desk, tmp_path / "history.sqlite", limits=Limits(age_seconds=86_400.0))
    await desk.send(*event("evt_1"))
    desk.clock.now -= 40 * 86_400.0

    async def app(request: Request) -> Response:
        """Answer while the clock steps back once more."""
        desk.clock.now -= 3600.0
        return await answering()(request)

    desk.app = app
    await desk.send(*event("evt_2"))
    await desk.send(*event("evt_1"))
    await desk.inspector.replay("dlv_000001")
    rows = await desk.inspector.deliveries()
    assert [(row.event_id, row.attempts) for row in rows] == [("evt_1", 3), ("evt_2", 1)]
    assert all((row.duration_seconds or 0.0) >= 0.0 for row in rows)
    with closing(desk.store._file.reader()) as connection:
        assert Retention(Limits(age_seconds=86_400.0), clock=desk.clock).survey(connection) == 0
    await asyncio.to_thread(desk.store.close)
