"""A program on a pseudo-terminal, as a person at a keyboard has it."""

import asyncio
import contextlib
import fcntl
import os
import signal
import struct
import subprocess
import termios
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from tests.system.polling import until

COLUMNS, ROWS = 120, 40


class Terminal:
    """What the program has written to its screen so far, and a keyboard."""

    def __init__(self, process: subprocess.Popen[bytes], keyboard: int) -> None:
        self.process = process
        self.screen = bytearray()
        """Every byte that the terminal was sent, escape sequences included."""
        self._keyboard = keyboard

    def press(self, keys: bytes) -> None:
        """Type the keys."""
        os.write(self._keyboard, keys)

    async def shows(self, text: bytes, *, seconds: float = 20.0) -> None:
        """Wait until the bytes have been on the screen.

        Raises:
            AssertionError: they were not in time.
        """

        def look() -> bool:
            assert self.process.poll() is None or text in self.screen, f"ended without {text!r}: {self.screen[-500:]!r}"
            return text in self.screen

        await until(look, seconds=seconds, what=f"{text!r} on the screen")

    async def ended(self, *, seconds: float = 15.0) -> int:
        """Wait until the program has ended; give its exit code."""
        await until(lambda: self.process.poll() is not None, seconds=seconds, what="the end of the program")
        return self.process.wait()


@contextlib.asynccontextmanager
async def on_terminal(command: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path) -> AsyncIterator[Terminal]:
    """Give a program that runs on a terminal of 120 columns and 40 rows; it is killed with the block."""
    process, ours = _start(command, env, cwd)
    terminal = Terminal(process, ours)
    loop = asyncio.get_running_loop()

    def read() -> None:
        try:
            terminal.screen += os.read(ours, 65536)
        except OSError:  # the other end is closed
            loop.remove_reader(ours)

    loop.add_reader(ours, read)
    try:
        yield terminal
    finally:
        loop.remove_reader(ours)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(ours)


def _start(command: Sequence[str | Path], env: Mapping[str, str], cwd: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start the program as the leader of a terminal; give it with our end of the terminal."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    process = subprocess.Popen(
        [str(word) for word in command],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**env, "TERM": "xterm-256color"},
        cwd=cwd,
        start_new_session=True,
        preexec_fn=_take_terminal,  # noqa: PLW1509 - one system call in a program without threads of its own
    )
    os.close(theirs)
    return process, ours


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
