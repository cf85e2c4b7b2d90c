"""History files that something has damaged: five hundred ways."""

import asyncio
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.errors import TunnelError
from tests.client.deliveries.stage import Desk, event

VARIANTS = 500
BATCHES = 4
PAGE = 4096


def sound(directory: Path) -> Path:
    """Make a file with a write-ahead log that is not carried over, as a killed client leaves it."""

    async def fill(desk: Desk, run: int) -> None:
        """Record short and long deliveries."""
        for number in range(12):
            await desk.send(*event(f"evt_{run}_{number}"))
        await desk.send(b"x" * 200_000)

    for run in range(2):
        desk = Desk(directory / "sound.sqlite")
        asyncio.run(fill(desk, run))
        if run == 0:
            desk.store.close()
    for suffix in ("", "-wal"):
        shutil.copy(directory / f"sound.sqlite{suffix}", directory / f"killed.sqlite{suffix}")
    desk.store.close()
    return directory / "killed.sqlite"


def cut(data: bytearray, chance: random.Random) -> None:
    """Lose the end."""
    del data[chance.randrange(len(data)) :]


def flip(data: bytearray, chance: random.Random) -> None:
    """Change some bytes anywhere."""
    for _ in range(chance.choice((1, 4, 64))):
        data[chance.randrange(len(data))] = chance.randrange(256)


def head(data: bytearray, chance: random.Random) -> None:
    """Change the header, where versions, sizes and counters are."""
    data[chance.randrange(min(100, len(data)))] = chance.randrange(256)


def page(data: bytearray, chance: random.Random) -> None:
    """Overwrite a page with zeros, noise or another page."""
    start = chance.randrange(0, max(len(data) - PAGE, 1), PAGE)
    other = chance.randrange(0, max(len(data) - PAGE, 1), PAGE)
    data[start : start + PAGE] = chance.choice((bytes(PAGE), chance.randbytes(PAGE), data[other : other + PAGE]))


def grow(data: bytearray, chance: random.Random) -> None:
    """Gain an end."""
    data += chance.randbytes(chance.randrange(1, 3 * PAGE))


DAMAGES: tuple[Callable[[bytearray, random.Random], None], ...] = (cut, flip, head, page, grow)


def damage(path: Path, original: Path, chance: random.Random) -> None:
    """Put a damaged copy at `path`: the file, its log, or both."""
    where = chance.choice((("",), ("-wal",), ("", "-wal")))
    for suffix in ("", "-wal"):
        data = bytearray(original.with_name(original.name + suffix).read_bytes())
        if suffix in where:
            chance.choice(DAMAGES)(data, chance)
        path.with_name(path.name + suffix).write_bytes(data)


async def use(desk: Desk) -> None:
    """Have deliveries answered, whatever the file is, and see the newest of them."""
    for number in range(2):
        assert (await desk.send(*event(f"evt_new_{number}"))).head.status == 200
    if not desk.store.recording:
        opened = await asyncio.to_thread(desk.store._file.look)
        if opened is not None:
            desk.store._journal.change_to(opened)
        desk.store._journal.recover()
    rows = await desk.inspector.deliveries(query="event:evt_new_1")
    assert rows, desk.store.trouble
    assert (await desk.inspector.delivery(rows[-1].id)).attempts


@pytest.mark.parametrize("batch", range(BATCHES))
def test_damaged_files_never_keep_the_client_from_its_work(tmp_path: Path, batch: int) -> None:
    """It starts, answers, records, and shows what it recorded; what it cannot read it moves aside, and says so."""
    original = sound(tmp_path)
    chance = random.Random(batch)
    aside = 0
    for number in range(VARIANTS // BATCHES):
        path = tmp_path / f"v{number}" / "history.sqlite"
        path.parent.mkdir()
        damage(path, original, chance)
        try:
            desk = Desk(path)
        except TunnelError as error:
            assert "written by a newer version" in str(error)  # noqa: PT017 - the one refusal: a changed version
            continue
        try:
            asyncio.run(use(desk))
            moved = list(path.parent.glob("*.damaged-*"))
            aside += bool(moved)
            assert not moved or "was damaged: it was moved to" in desk.store.trouble
        except sqlite3.Error as error:  # none may come through
            raise AssertionError(f"variant {number}") from error
        finally:
            desk.store.close()
        shutil.rmtree(path.parent)
    assert aside > VARIANTS // BATCHES // 10, "the damage is too kind"
