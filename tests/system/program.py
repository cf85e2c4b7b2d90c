"""A real program as a process: what it says, how it ends."""

import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.system.polling import until

END_SECONDS = 10.0


class Finished(NamedTuple):
    """A program that ran to its end."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """All that it said."""
        return self.out + self.err


class Program:
    """A running program in a process group of its own; its output goes to files, so that no pipe can fill up."""

    def __init__(self, command: Sequence[str | Path], *, env: Mapping[str, str], logs: Path, cwd: Path) -> None:
        """Start it.

        Args:
            command: the program and its arguments.
            env: its whole environment.
            logs: the stem of the files that get its output.
            cwd: its working directory.
        """
        self._out, self._err = logs.with_suffix(".out"), logs.with_suffix(".err")
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self._process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
            )
        self.pid = self._process.pid

    @property
    def running(self) -> bool:
        """True until it has ended."""
        return self._process.poll() is None

    @property
    def out(self) -> str:
        """What it wrote to standard output so far."""
        return self._out.read_text(encoding="utf-8", errors="replace")

    @property
    def err(self) -> str:
        """What it wrote to standard error so far."""
        return self._err.read_text(encoding="utf-8", errors="replace")

    @property
    def text(self) -> str:
        """All that it said so far."""
        return self.out + self.err

    async def says(self, pattern: str, *, seconds: float = 15.0) -> re.Match[str]:
        """Wait until its output matches the pattern.

        Raises:
            AssertionError: it did not in time, or ended without.
        """

        def look() -> re.Match[str] | None:
            found = re.search(pattern, self.text)
            assert found or self.running, f"ended with {self._process.returncode} without {pattern!r}:\n{self.text}"
            return found

        return await until(look, seconds=seconds, what=f"{pattern!r} in the output")

    async def ended(self, *, seconds: float = END_SECONDS) -> Finished:
        """Wait until it has ended by itself."""
        await until(lambda: not self.running, seconds=seconds, what=f"the end of process {self.pid}\n{self.text}")
        return Finished(self._process.wait(), self.out, self.err)

    async def interrupt(self) -> Finished:
        """Press Ctrl-C, as the terminal does: SIGINT to the whole group."""
        self.signal(signal.SIGINT)
        return await self.ended()

    async def stop(self) -> Finished:
        """Ask it to end with SIGTERM."""
        self._process.send_signal(signal.SIGTERM)
        return await self.ended()

    def kill(self) -> None:
        """End it as a crash does, at once and without a word."""
        self._process.kill()
        self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole group, the program's children included."""
        os.killpg(self.pid, number)

    def group(self) -> list[int]:
        """Give the processes of its group that are still there: empty when nothing was left behind."""
        return group(self.pid)

    def cleanse(self) -> None:
        """End whatever is left of its group."""
        for pid in self.group():
            os.kill(pid, signal.SIGKILL)
        self._process.wait()


def group(leader: int) -> list[int]:
    """Give the processes of a process group."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, leads = entry.read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()[:3]
        except OSError:
            continue
        if int(leads) == leader and state != "Z":
            found.append(int(entry.parent.name))
    return found
