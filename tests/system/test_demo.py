"""`hookline demo`: the first thing that anybody runs."""

from pathlib import Path

import pytest

from tests.system.program import family
from tests.system.supervisor import PROGRAMS, Supervisor
from tests.system.terminal import on_terminal

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("demo")]


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """Give the directory in which the demo's temporary files are."""
    path = tmp_path / "tmp"
    path.mkdir()
    return path


def files(directory: Path) -> list[Path]:
    """Give what is in a directory."""
    return list(directory.iterdir())


async def test_once_shows_the_series_and_ends_well(supervisor: Supervisor, temporary: Path) -> None:
    """`--once` prints a line a delivery and a summary, exits 0, and leaves no process and no temporary file."""
    program = supervisor.start("demo", "hookline", "demo", "--once", TMPDIR=str(temporary))
    done = await program.ended(seconds=50)
    assert done.code == 0, done.text
    *lines, summary = done.out.splitlines()
    assert len(lines) >= 8, done.out
    assert all(line.startswith("ok ") for line in lines), done.out
    assert all(word in done.out for word in ("call.ended", "transcript.ready", "500, then 200", "forge"))
    assert str(len(lines)) in summary
    assert program.family() == []
    assert files(temporary) == []


async def test_interrupted_demo_leaves_nothing(supervisor: Supervisor, temporary: Path) -> None:
    """Ctrl-C in the middle ends relay, client, sample app and sender alike."""
    program = supervisor.start("demo", "hookline", "demo", "--ui", "lines", TMPDIR=str(temporary))
    await program.says(r"-->", seconds=30)
    done = await program.interrupt()
    assert done.code in {0, 130}, done.text
    assert program.family() == []
    assert files(temporary) == []


async def test_demo_on_a_terminal_ends_with_q(supervisor: Supervisor, temporary: Path) -> None:
    """On a terminal the interface shows the events live; `q` ends everything and gives the screen back."""
    env = supervisor.environment("demo", TMPDIR=str(temporary))
    async with on_terminal([PROGRAMS / "hookline", "demo"], env=env, cwd=supervisor.home("demo")) as terminal:
        await terminal.shows(b"call.started", seconds=30)
        terminal.press(b"q")
        assert await terminal.ended() == 0
        assert b"Traceback" not in terminal.screen
        assert terminal.screen.rfind(b"\x1b[?1049l") > terminal.screen.rfind(b"\x1b[?1049h")
        assert family(env["HOME"]) == []
    assert files(temporary) == []
