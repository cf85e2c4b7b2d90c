"""Which clients run on this machine, and where their local APIs are."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec


class RunningAgent(msgspec.Struct, frozen=True):
    """A client that runs."""

    pid: int
    url: str
    """Its local API."""
    started_at: float
    token: str = ""
    """What its local API wants to be told; empty: nothing."""


@contextmanager
def announced(agent: RunningAgent, directory: Path) -> Iterator[None]:
    """Let other commands find `agent` for as long as the block runs. A directory that cannot be written is no error."""
    path = directory / f"{agent.pid}.json"
    with suppress(OSError):
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_bytes(msgspec.json.encode(agent))
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def running(directory: Path) -> list[RunningAgent]:
    """Give the clients that run, the newest first; what ended without a word is forgotten."""
    found = []
    for path in directory.glob("*.json") if directory.is_dir() else ():
        with suppress(OSError, OverflowError, msgspec.DecodeError):
            agent = msgspec.json.decode(path.read_bytes(), type=RunningAgent)
            if _alive(agent.pid):
                found.append(agent)
            else:
                path.unlink(missing_ok=True)
    return sorted(found, key=lambda agent: -agent.started_at)


def _alive(pid: int) -> bool:
    if pid < 1:  # a group of processes, or all of them
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
