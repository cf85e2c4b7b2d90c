"""A terminal for a program: it takes what is written, knows when each byte came, and has a keyboard."""

import fcntl
import os
import re
import struct
import termios
import threading
import time
from collections import deque

COLUMNS, ROWS = 120, 40
KEPT_BYTES = 1024 * 1024
READ_BYTES = 64 * 1024
MOMENTS = 10_000
"""Readings whose time is kept."""


class Terminal:
    """A pseudo-terminal of 120 columns and 40 rows, read in a thread of its own, so that its program never waits."""

    def __init__(self) -> None:
        self._ours, self.line = os.openpty()
        fcntl.ioctl(self.line, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._text = bytearray()
        self._forgotten = 0
        self._moments: deque[tuple[int, float]] = deque(maxlen=MOMENTS)
        self._more = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def written(self) -> int:
        """How many bytes have come."""
        with self._more:
            return self._forgotten + len(self._text)

    def type(self, keys: bytes) -> float:
        """Press keys; give when."""
        moment = time.monotonic()
        os.write(self._ours, keys)
        return moment

    def until(self, pattern: bytes, *, after: int = 0, seconds: float = 20.0) -> tuple[re.Match[bytes], float]:
        """Wait until a text was written behind the first `after` bytes; give the match, and when its end came.

        Raises:
            TimeoutError: it was not.
        """
        expression = re.compile(pattern)
        end = time.monotonic() + seconds
        with self._more:
            while True:
                found = expression.search(self._text, max(0, after - self._forgotten))
                if found is not None:
                    return found, self._moment(self._forgotten + found.end())
                if not self._more.wait(end - time.monotonic()):
                    last = bytes(self._text[-200:])
                    raise TimeoutError(f"{pattern!r} was not on the terminal after {seconds:.0f} s; last: {last!r}")

    def last(self, pattern: bytes) -> bytes | None:
        """Give the first group of the last match so far, or None."""
        with self._more:
            found = re.findall(pattern, self._text)
        return found[-1] if found else None

    def close(self) -> None:
        """Let go of it; the program on it, if it still runs, is hung up."""
        os.close(self.line)  # the reader's end, once the program has ended too
        self._reader.join(1.0)
        os.close(self._ours)

    def _moment(self, position: int) -> float:
        return next((moment for end, moment in self._moments if end >= position), time.monotonic())

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._ours, READ_BYTES)
            except OSError:  # nobody holds the other end any more
                return
            with self._more:
                self._text += data
                surplus = len(self._text) - 2 * KEPT_BYTES
                if surplus > 0:
                    del self._text[: surplus + KEPT_BYTES]
                    self._forgotten += surplus + KEPT_BYTES
                self._moments.append((self._forgotten + len(self._text), time.monotonic()))
                self._more.notify_all()
