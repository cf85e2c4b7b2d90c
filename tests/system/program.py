"""A real program as a process: what it says, how it ends."""

import contextlib
import os
import re
import signal
import socket
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
    """A running program in a process group and with a home of its own; it writes to files, so that no pipe fills up."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        logs: Path,
        cwd: Path,
        inherits: socket.socket | None = None,
    ) -> None:
        """Start it.

        Args:
            command: the program and its arguments.
            env: its whole environment.
            logs: the stem of the files that get its output.
            cwd: its working directory.
            inherits: a listening socket that it gets as systemd passes one, its descriptor 3.
        """
        words = [str(word) for word in command]
        if inherits is not None:
            script = f'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@" 3<&{inherits.fileno()}'
            words = ["bash", "-c", script, "--", *words]
        self._out, self._err = logs.with_suffix(".out"), logs.with_suffix(".err")
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self._process = subprocess.Popen(
                words,
                pass_fds=() if inherits is None else (inherits.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
            )
        self.pid = self._process.pid
        self._home = env["HOME"]

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

    def family(self) -> list[int]:
        """Give the processes that run with its home: empty when nothing was left behind."""
        return family(self._home)

    def cleanse(self) -> None:
        """End it, and whatever it started."""
        self.kill()
        for pid in self.family():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def family(home: str) -> list[int]:
    """Give the processes whose environment has this home directory, which belongs to one role of one test alone."""
    mark = f"HOME={home}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark in entry.read_bytes().split(b"\0"):
                found.append(int(entry.parent.name))
    return found
