"""Programs of a measurement are started, listened to and ended."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.processes import Group
from tests.waiting import settled

CHILD = "import subprocess, time; print('pid', subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"


@pytest.fixture
def group(tmp_path: Path) -> Iterator[Group]:
    """Give a group without programs; end those that it gets."""
    one = Group(tmp_path)
    yield one
    one.stop()


def python(group: Group, source: str) -> int:
    """Start a program of a few words; give its id."""
    return group.start([sys.executable, "-c", source]).pid


def test_line_of_a_program_is_waited_for(group: Group) -> None:
    """What stands behind the word that was waited for is given, though the program has ended meanwhile."""
    python(group, "print('loading'); print('ready 12 of 12')")
    assert group.wait_for_line("ready", seconds=20) == "12 of 12"


def test_program_that_ends_without_its_line_is_quoted(group: Group) -> None:
    """Its last words are in the message."""
    python(group, "raise SystemExit('no space left')")
    with pytest.raises(RuntimeError, match="no space left"):
        group.wait_for_line("ready", seconds=20)
    assert "ended with 1" in group.ended()[0]


def test_silent_program_is_not_waited_for_without_end(group: Group) -> None:
    """The wait is bounded."""
    python(group, "import time; time.sleep(60)")
    with pytest.raises(TimeoutError, match="did not say 'ready'"):
        group.wait_for_line("ready", seconds=0.01)


async def test_stop_ends_what_the_programs_started(group: Group) -> None:
    """A child of a program is ended with it."""
    python(group, CHILD)
    child = int(group.wait_for_line("pid", seconds=20))
    assert group.files() > 0
    group.stop()
    await settled(lambda: state(child) in "ZX")


def state(pid: int) -> str:
    """Give the letter of a process's state, `X` where it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except OSError:
        return "X"
