"""`hookline demo`: the first thing that anybody runs."""

from pathlib import Path

import pytest

from tests.system.supervisor import Supervisor

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("demo")]


async def test_once_shows_the_series_and_ends_well(supervisor: Supervisor, tmp_path: Path) -> None:
    """`--once` prints a line a delivery and a summary, exits 0, and leaves no process and no temporary file."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    program = supervisor.start("demo", "hookline", "demo", "--once", TMPDIR=str(temporary))
    done = await program.ended(seconds=50)
    assert done.code == 0, done.text
    *lines, summary = done.out.splitlines()
    assert len(lines) >= 8, done.out
    assert all(line.startswith("ok ") for line in lines), done.out
    assert all(word in done.out for word in ("call.ended", "transcript.ready", "500, then 200", "forge"))
    assert str(len(lines)) in summary
    assert program.group() == []
    assert list(temporary.iterdir()) == []


async def test_interrupted_demo_leaves_nothing(supervisor: Supervisor, tmp_path: Path) -> None:
    """Ctrl-C in the middle ends relay, client, sample app and sender alike."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    program = supervisor.start("demo", "hookline", "demo", "--ui", "lines", TMPDIR=str(temporary))
    await program.says(r"-->", seconds=30)
    done = await program.interrupt()
    assert done.code in {0, 130}, done.text
    assert program.group() == []
    assert list(temporary.iterdir()) == []
