"""Processes of a measurement: started, weighed, ended."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
END_SECONDS = 5.0


def tree(pid: int) -> list[int]:
    """Give a process and all that descend from it."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents.setdefault(int(_stat(entry)[1]), []).append(int(entry.parent.name))
    found, unseen = [], [pid]
    while unseen:
        current = unseen.pop()
        found.append(current)
        unseen += parents.get(current, [])
    return found


def _stat(path: Path) -> list[str]:
    """Give the columns of a stat file from `state` on: the name before it may hold spaces and brackets."""
    return path.read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()


class Group:
    """The processes of one role, such as the relay's."""

    def __init__(self, logs: Path) -> None:
        """Begin without processes.

        Args:
            logs: the directory that gets a file of output for each of them.
        """
        self._logs = logs
        self._processes: list[tuple[subprocess.Popen[bytes], Path]] = []

    def start(
        self, command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, terminal: int | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a program in a process group of its own, its output in a file, or all of it on a terminal."""
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{Path(command[0]).name}-{len(self._processes)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL if terminal is None else terminal,
                stdout=output if terminal is None else terminal,
                stderr=output if terminal is None else terminal,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )
        self._processes.append((process, log))
        return process

    def wait_for_line(self, start: str, *, seconds: float) -> str:
        """Wait until the program that was started last has written a line that begins so; give the rest of it.

        Raises:
            RuntimeError: it ended without.
            TimeoutError: it did not in time.
        """
        process, log = self._processes[-1]
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            over = process.poll() is not None
            for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
                if line.startswith(start):
                    return line.removeprefix(start).strip()
            if over:
                raise RuntimeError(f"{log.stem} ended with {process.returncode}: {_last_words(log)}")
            time.sleep(0.05)
        raise TimeoutError(f"{log.stem} did not say {start!r} within {seconds:.0f} s: {_last_words(log)}")

    def leaders(self) -> list[int]:
        """Give the ids of the programs that were started, without what they started themselves."""
        return [process.pid for process, _ in self._processes]

    def cpu_seconds(self) -> float:
        """Give the processor time used so far, user and system."""
        ticks = 0
        for pid in self._pids():
            with contextlib.suppress(OSError):
                columns = _stat(Path(f"/proc/{pid}/stat"))
                ticks += int(columns[11]) + int(columns[12])
        return ticks / TICKS_PER_SECOND

    def memory_mib(self, field: str = "VmRSS") -> float:
        """Give the resident memory, or with `VmHWM` its peak since `forget_peak`."""
        kib = 0
        for pid in self._pids():
            with contextlib.suppress(OSError):
                for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines():
                    if line.startswith(f"{field}:"):
                        kib += int(line.split()[1])
        return kib / 1024

    def files(self) -> int:
        """Give how many file descriptors are open, connections included."""
        count = 0
        for pid in self._pids():
            with contextlib.suppress(OSError):
                count += sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
        return count

    def forget_peak(self) -> None:
        """Have the peak of memory count from now (`5` in clear_refs, proc(5))."""
        for pid in self._pids():
            with contextlib.suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")

    def ended(self) -> list[str]:
        """Name the programs that are no longer running, with the end of what they said."""
        return [
            f"{log.stem} ended with {process.returncode}: {_last_words(log)}"
            for process, log in self._processes
            if process.poll() is not None
        ]

    def stop(self) -> None:
        """End all of them, first asking."""
        for process, _ in self._processes:
            _signal(process, signal.SIGTERM)
        for process, _ in self._processes:
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()
            _signal(process, signal.SIGKILL)
        self._processes.clear()

    def _pids(self) -> list[int]:
        return [pid for process, _ in self._processes for pid in tree(process.pid)]


def _last_words(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-300:].strip() or "(said nothing)"


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal the whole process group: `start_new_session` made the process its leader."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
