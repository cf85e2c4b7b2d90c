"""A terminal with the real program on it, which looks at a client's real local API."""

import asyncio
import fcntl
import os
import pty
import struct
import sys
import termios
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from client.api import ApiServer
from tests.client.tui.fake import FakeInspector
from tests.waiting import settled

_PATIENCE_SECONDS = 20.0
_REST_SECONDS = 0.3
_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
    "LANG": "C.UTF-8",
    "TEXTUAL_ANIMATIONS": "none",
}


class Terminal:
    """A terminal with the program on it, and every byte that the program wrote."""

    def __init__(self) -> None:
        self.output = b""
        self._controller, self._line = pty.openpty()
        fcntl.ioctl(self._line, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.attributes = termios.tcgetattr(self._line)
        self.process: asyncio.subprocess.Process

    async def start(self, *arguments: str, **environ: str) -> None:
        """Start the program."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "client.tui",
            *arguments,
            stdin=self._line,
            stdout=self._line,
            stderr=self._line,
            env=_ENVIRONMENT | environ,
            start_new_session=True,
        )
        os.set_blocking(self._controller, False)
        asyncio.get_running_loop().add_reader(self._controller, self._read)

    def _read(self) -> None:
        try:
            self.output += os.read(self._controller, 65536)
        except OSError:
            asyncio.get_running_loop().remove_reader(self._controller)

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._controller, text.encode())

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so.

        Raises:
            AssertionError: it was not; holds what was written last.
        """
        try:
            await settled(condition, within_seconds=_PATIENCE_SECONDS)
        except TimeoutError:
            raise AssertionError(self.output[-2000:]) from None

    async def sees(self, text: str, *, after: int = 0) -> None:
        """Wait until a text was written in one piece, behind the first `after` bytes of the output."""
        await self.until(lambda: text.encode() in self.output[after:])

    async def rests(self) -> None:
        """Wait until nothing was written for a while: what was typed before has had its effect."""
        loop = asyncio.get_running_loop()
        written, since = len(self.output), loop.time()

        def quiet() -> bool:
            nonlocal written, since
            if len(self.output) != written:
                written, since = len(self.output), loop.time()
            return loop.time() - since >= _REST_SECONDS

        await self.until(quiet)

    async def press(self, key: str, *, shows: str = "") -> None:
        """Press a key and wait until it has had its effect: `shows`, or anything, was written, and it rests."""
        before = len(self.output)
        self.type(key)
        await self.until(lambda: len(self.output) > before)
        await self.sees(shows, after=before)
        await self.rests()

    async def ended(self) -> int:
        """Wait for the end, and give the exit code."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await self.process.wait()

    def restored(self) -> bool:
        """Tell whether the terminal is as it was: its modes, its screen, its mouse."""
        left_screen = self.output.rfind(b"\x1b[?1049l") > self.output.rfind(b"\x1b[?1049h")
        left_mouse = self.output.rfind(b"\x1b[?1000l") > self.output.rfind(b"\x1b[?1000h")
        return termios.tcgetattr(self._line) == self.attributes and left_screen and left_mouse

    async def close(self) -> None:
        """End what still runs."""
        asyncio.get_running_loop().remove_reader(self._controller)
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        os.close(self._controller)
        os.close(self._line)


@asynccontextmanager
async def screen(fake: FakeInspector, *arguments: str, **environ: str) -> AsyncIterator[tuple[Terminal, ApiServer]]:
    """Run the program on a terminal, on a client's real local API."""
    server = ApiServer(fake, port=0)
    url = await server.start()
    terminal = Terminal()
    try:
        await terminal.start(url, *arguments, **environ)
        yield terminal, server
    finally:
        await terminal.close()
        fake.end()
        await server.close()
