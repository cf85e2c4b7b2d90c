"""Which clients run on this machine."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from client.running import RunningAgent, announced, running

ME = RunningAgent(os.getpid(), "http://127.0.0.1:4040", 2.0)


def ended() -> int:
    """Give the number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_client_is_found_while_it_runs(tmp_path: Path) -> None:
    """It is announced for the block, in a directory and file of its owner's own; afterwards nothing is left."""
    agents = tmp_path / "state" / "agents"
    with announced(ME, agents):
        assert running(agents) == [ME]
        (file,) = agents.iterdir()
        assert [stat.S_IMODE(place.stat().st_mode) for place in (agents, file)] == [0o700, 0o600]
    assert (running(agents), list(agents.iterdir())) == ([], [])


def test_newest_client_comes_first(tmp_path: Path) -> None:
    """The one that was started last is what other commands mean."""
    parent = RunningAgent(os.getppid(), "http://127.0.0.1:4041", 3.0)
    with announced(ME, tmp_path), announced(parent, tmp_path):
        assert running(tmp_path) == [parent, ME]


def test_crashed_client_is_forgotten(tmp_path: Path) -> None:
    """A process that is gone is not given, and its file is removed."""
    path = tmp_path / "1.json"
    path.write_text(json.dumps({"pid": ended(), "url": "http://127.0.0.1:1", "started_at": 1}))
    assert (running(tmp_path), path.exists()) == ([], False)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"pid": "x"}'])
def test_file_that_says_nothing_is_passed_over(tmp_path: Path, text: str) -> None:
    """What no client wrote harms none."""
    (tmp_path / "x.json").write_text(text)
    with announced(ME, tmp_path):
        assert running(tmp_path) == [ME]


@pytest.mark.parametrize("pid", [0, -1, 2**40, 2**63])
def test_number_that_is_no_process_is_no_client(tmp_path: Path, pid: int) -> None:
    """Neither a group of processes nor a number beyond all."""
    (tmp_path / "x.json").write_text(json.dumps({"pid": pid, "url": "", "started_at": 1}))
    assert running(tmp_path) == []


def test_place_that_cannot_be_written_is_no_reason_to_end(tmp_path: Path) -> None:
    """The client runs without being found."""
    (tmp_path / "file").write_text("")
    with announced(ME, tmp_path / "file" / "agents"):
        assert running(tmp_path / "file" / "agents") == []
