"""The file's tables, from version to version."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from client.deliveries.schema import MIGRATIONS
from shared.sqlite import connect
from tests.client.deliveries.stage import Desk, event


def write_first_version(path: Path) -> None:
    """Make a file as the first version did, with one delivery."""
    with closing(connect(path, MIGRATIONS[:1])) as connection:
        values = (1, "dlv_1", 5.0, "demo", "POST", "/", "", "", "", 0, "valid", 1, "answered", 200, "", 0.1)
        marks = ", ".join("?" * 19)
        connection.execute(f"INSERT INTO deliveries VALUES ({marks})", (*values, "received", "", 1))  # noqa: S608


async def test_file_of_the_first_version_is_brought_forward(tmp_path: Path) -> None:
    """Its deliveries are there, unpinned, and can be pinned."""
    path = tmp_path / "old.sqlite"
    await asyncio.to_thread(write_first_version, path)
    desk = await asyncio.to_thread(Desk, path)
    try:
        await desk.inspector.pin("dlv_1")
        await desk.send(*event())
        assert [(row.seq, row.pinned, row.healthy) for row in await desk.inspector.deliveries()] == [
            (1, True, True),
            (2, False, True),
        ]
    finally:
        desk.store.close()


def test_pins_cost_a_new_delivery_no_index(tmp_path: Path) -> None:
    """The index of pins has only those in it that are pinned, and finds them."""
    with closing(connect(tmp_path / "new.sqlite", MIGRATIONS)) as connection:
        plan = connection.execute("EXPLAIN QUERY PLAN SELECT count(*) FROM deliveries WHERE pinned = 1").fetchone()
        assert "deliveries_pinned" in plan[3]
        assert isinstance(connection, sqlite3.Connection)
