"""Writes lines from a thread of its own, so that a terminal that stands still never holds up a delivery."""

import threading
from queue import SimpleQueue
from typing import TextIO

_WAITING_LINES = 10_000
"""Lines that wait for a terminal that does not take them; what comes after is counted and left out."""


class Pen:
    """Takes lines at once and writes them when the stream lets it.

    The thread is a daemon: a stream that never takes anything again does not keep the program from ending.
    """

    def __init__(self, *, waiting_lines: int = _WAITING_LINES) -> None:
        self._queue: SimpleQueue[tuple[TextIO, str] | None] = SimpleQueue()
        self._waiting_lines = waiting_lines
        self._left_out = 0
        self._broken = False
        self._thread = threading.Thread(target=self._run, name="pen", daemon=True)
        self._thread.start()

    @property
    def broken(self) -> bool:
        """True once the reader of a stream has gone: nothing is written any more."""
        return self._broken

    @property
    def waiting(self) -> int:
        """How many lines have not been taken up yet."""
        return self._queue.qsize()

    def write(self, stream: TextIO, line: str) -> None:
        """Have `line` and a line end written to `stream`, after everything before it."""
        if self.waiting >= self._waiting_lines:
            self._left_out += 1
            return
        if self._left_out:
            line = f"({self._left_out} lines left out: the terminal took no more)\n{line}"
            self._left_out = 0
        self._queue.put((stream, line))

    def close(self, *, seconds: float = 1.0) -> None:
        """Write what waits and stop.

        Args:
            seconds: how long a stream that does not take anything is waited for.
        """
        self._queue.put(None)
        self._thread.join(seconds)

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            stream, line = item
            if self._broken:
                continue
            try:
                stream.write(_encodable(stream, line) + "\n")
                stream.flush()
            except (OSError, ValueError):  # the reader has gone, or the stream was closed
                self._broken = True


def _encodable(stream: TextIO, line: str) -> str:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return line.encode(encoding, "backslashreplace").decode(encoding)
