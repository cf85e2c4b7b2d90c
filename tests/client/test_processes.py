"""Processes that are started, and never left behind."""

import asyncio
import sys
from pathlib import Path

import pytest

from client import processes
from tests.waiting import settled

SLEEPER = (sys.executable, "-c", "import time; time.sleep(60)")


def alive(pid: int) -> bool:
    """Tell whether a process runs."""
    return Path(f"/proc/{pid}/stat").exists()


async def test_started_process_is_given() -> None:
    """With whatever the options say about its streams."""
    process = await processes.start(sys.executable, "-c", "print(7)", stdout=asyncio.subprocess.PIPE)
    assert (await process.communicate())[0] == b"7\n"


async def test_missing_program_is_an_error_of_the_system() -> None:
    """As itself, not in a group."""
    with pytest.raises(FileNotFoundError):
        await processes.start("/no/such/program")


async def test_ended_process_is_gone() -> None:
    """Ending what has ended already does nothing."""
    process = await processes.start(*SLEEPER)
    await processes.end(process)
    await processes.end(process)
    assert (alive(process.pid), process.returncode) == (False, -9)


@pytest.mark.parametrize("turns", range(3))
async def test_cancelled_start_leaves_no_process(tmp_path: Path, turns: int) -> None:
    """Whenever it is cancelled, the process has ended before the cancellation is told."""
    mark = str(tmp_path)
    async with asyncio.TaskGroup() as tasks:
        starting = tasks.create_task(processes.start(*SLEEPER, mark))
        for _ in range(turns):
            await asyncio.sleep(0)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
    await settled(lambda: not [path for path in Path("/proc").glob("[0-9]*/cmdline") if mark in _words(path)])


def _words(path: Path) -> str:
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError:
        return ""
