"""The limit on the relay's memory, with a process made up for the test."""

import asyncio
import logging
import os
from pathlib import Path

import pytest

from relay_server import memory
from relay_server.memory import SHARE, Memory, default_limit, held_bytes, watched
from shared.logs import Log
from tests.waiting import settled

LOG = Log("relay.test")
MEBI = 1 << 20


class Process:
    """Holds what it is told to, part of which it has freed."""

    def __init__(self) -> None:
        self.used = 0
        self.freed = 0
        self.changes: list[bool] = []
        self.memory = Memory(
            limit_bytes=100 * MEBI, held=self.held, give_back=self.give_back, on_change=self.changes.append, log=LOG
        )

    def held(self) -> int:
        """Give what it holds."""
        return (self.used + self.freed) * MEBI

    def give_back(self) -> None:
        """Hold no more than it uses."""
        self.freed = 0

    def look(self, used: int, freed: int = 0) -> list[bool]:
        """Hold so many MiB and look at them; give all that was said so far."""
        self.used, self.freed = used, freed
        self.memory.look()
        return self.changes


def test_deliveries_stop_above_the_limit_and_go_on_well_below() -> None:
    """The limit decides once; only when there is a tenth less are deliveries taken again."""
    process = Process()
    assert process.look(100) == []
    assert process.look(101) == [True]
    assert process.look(150) == [True]
    assert process.look(91) == [True]
    assert process.look(90) == [True, False]
    assert process.look(100) == [True, False]
    assert process.look(101) == [True, False, True]


def test_what_is_freed_does_not_count() -> None:
    """Memory that is not used but still held is given back before anybody is refused, and before none is any more."""
    process = Process()
    assert process.look(90, freed=50) == []
    assert process.look(110, freed=50) == [True]
    assert process.look(80, freed=50) == [True, False]


def test_log_says_each_change_once(caplog: pytest.LogCaptureFixture) -> None:
    """The operator reads how much it is, how much it may be, and what would help."""
    caplog.set_level(logging.INFO)
    process = Process()
    for used in (120, 130, 80, 70):
        process.look(used)
    events = [(record.getMessage(), record.__dict__["fields"]) for record in caplog.records]
    assert [name for name, _ in events] == ["memory.scarce", "memory.enough"]
    assert (events[0][1]["held"], events[0][1]["limit"]) == ("120 MiB", "100 MiB")
    assert "--memory-limit" in events[0][1]["hint"]


async def test_memory_is_looked_at_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What changes is noticed without anybody asking."""
    monkeypatch.setattr(memory, "LOOK_SECONDS", 0.001)
    process = Process()
    process.used = 200
    running = asyncio.get_running_loop().create_task(process.memory.run())
    await settled(lambda: process.changes == [True])
    process.used = 10
    await settled(lambda: process.changes == [True, False])
    running.cancel()


def test_this_process_holds_memory() -> None:
    """What the system says grows with what is used."""
    before = held_bytes()
    used = bytes(range(256)) * (64 * MEBI // 256)
    assert before > MEBI
    assert held_bytes() - before > len(used) // 2


def test_watching(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A limit of 0 and a system that says nothing mean that nothing is looked at; without a limit there is one."""
    assert watched(0, on_change=lambda _: None, log=LOG) is None
    changes: list[bool] = []
    for limit in (1, None):
        found = watched(limit, on_change=changes.append, log=LOG)
        assert found is not None
        found.look()
    assert changes == [True]
    monkeypatch.setattr(memory, "_HELD", tmp_path / "statm")
    assert watched(1, on_change=lambda _: None, log=LOG) is None


@pytest.mark.parametrize(
    ("own", "files", "given"),
    [
        ("0::/\n", {"memory.max": "1000000"}, 1_000_000),
        ("0::/\n", {"memory.max": "max", "memory.high": "500000"}, 500_000),
        ("0::/system.slice/relay.service\n", {"system.slice/relay.service/memory.max": "700000"}, 700_000),
        ("0::/a/b\n", {"a/b/memory.max": "900000", "a/memory.max": "600000", "memory.max": "max"}, 600_000),
        ("1:name=x:/a\n0::/a\n", {"a/memory.high": "800000"}, 800_000),
        ("1:memory:/a\n", {"memory.max": "300000"}, 300_000),
        ("0::/../../b\n", {}, None),
        ("0::/a\n", {"a/memory.max": "max"}, None),
        (None, {}, None),
    ],
)
def test_default_is_a_share_of_what_is_given(
    tmp_path: Path, own: str | None, files: dict[str, str], given: int | None
) -> None:
    """Of the control groups from the process's own upwards the tightest counts, or else the machine's memory."""
    if own is not None:
        (tmp_path / "own").write_text(own)
    for name, text in files.items():
        (tmp_path / "groups" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "groups" / name).write_text(f"{text}\n")
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert default_limit(tmp_path / "groups", tmp_path / "own") == int((given or machine) * SHARE)
