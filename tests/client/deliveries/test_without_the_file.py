"""While the file takes nothing: what is in memory stands beside what can be read."""

import asyncio
from pathlib import Path

import pytest

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
