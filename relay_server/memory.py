"""Keeps the relay from being ended by the system: above a limit of memory it takes no new deliveries.

It is looked at on a timer, which costs a read a second whatever passes. Linux alone says what a process holds now;
elsewhere nothing is looked at.
"""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from shared.logs import Log
from shared.loop import giver_back

LOOK_SECONDS = 1.0
SHARE = 0.8
"""Of what the machine or the control group gives: the kernel's buffers for the connections need some of it too."""
ENOUGH = 0.9
"""Of the limit: below this deliveries are taken again, so that one of them more or less does not decide it."""

_HELD = Path("/proc/self/statm")
_MIB = 1 << 20


class Memory:
    """Whether the relay holds more memory than it may."""

    def __init__(
        self,
        *,
        limit_bytes: int,
        held: Callable[[], int],
        give_back: Callable[[], None],
        on_change: Callable[[bool], None],
        log: Log,
    ) -> None:
        """Begin with enough of it.

        Args:
            limit_bytes: what the relay may hold.
            held: gives what it holds now, in bytes.
            give_back: lets the system have what the relay has freed; called when that may decide.
            on_change: called with True when there is too little, with False when there is enough again.
            log: is told both.
        """
        self._limit = limit_bytes
        self._held = held
        self._give_back = give_back
        self._on_change = on_change
        self._log = log
        self._scarce = False

    async def run(self) -> None:
        """Look at it until cancelled."""
        self._log.info("memory.watched", held=_shown(self._held()), limit=_shown(self._limit))
        while True:
            self.look()
            await asyncio.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Look at it now."""
        most = self._limit * ENOUGH if self._scarce else self._limit
        held = self._held()
        if held > most:
            self._give_back()
            held = self._held()
        if (held > most) is self._scarce:
            return
        self._scarce = not self._scarce
        self._on_change(self._scarce)
        shown = {"held": _shown(held), "limit": _shown(self._limit)}
        if self._scarce:
            hint = "new deliveries are refused until there is less; a higher --memory-limit allows more"
            self._log.warning("memory.scarce", **shown, hint=hint)
        else:
            self._log.info("memory.enough", **shown)


def watched(setting: int | None, *, on_change: Callable[[bool], None], log: Log) -> Memory | None:
    """Give what looks at this process's memory; None: nothing does.

    Args:
        setting: the limit in bytes; 0: none; None: a share of what the machine or the control group gives.
        on_change: as in `Memory`.
        log: as in `Memory`.
    """
    if setting == 0 or not _HELD.exists():
        return None
    limit = setting or default_limit()
    return Memory(limit_bytes=limit, held=held_bytes, give_back=giver_back(), on_change=on_change, log=log)


def held_bytes() -> int:
    """Give how much memory this process holds: its resident set (proc(5))."""
    return int(_HELD.read_bytes().split(maxsplit=2)[1]) * os.sysconf("SC_PAGE_SIZE")


def default_limit(groups: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> int:
    """Give the limit that suits this machine: a share of the least that anything gives this process.

    Args:
        groups: where the control groups are mounted (version 2).
        own: says which of them this process is in.
    """
    given = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), *_granted(groups, own)]
    return int(min(given) * SHARE)


def _granted(groups: Path, own: Path) -> list[int]:
    """Give the limits of this process's control group and of all above it, such as a container's or a unit's."""
    with suppress(OSError):
        line = next((line for line in own.read_text().splitlines() if line.startswith("0::")), "0::/")
        group = groups / line[3:].lstrip("/")
        above = [one for one in (group, *group.parents) if one.is_relative_to(groups)]
        files = [one / name for one in above for name in ("memory.max", "memory.high")]
        return [found for found in map(_number, files) if found is not None]
    return []


def _number(file: Path) -> int | None:
    with suppress(OSError, ValueError):
        return int(file.read_text())  # or `max`
    return None


def _shown(size: int) -> str:
    return f"{size / _MIB:.0f} MiB"
