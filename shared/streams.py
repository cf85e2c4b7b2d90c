"""The three standard streams, there for every program however it was started."""

import os
import sys
from typing import Literal, TextIO


def open_missing() -> None:
    """Open the null device for each of the three that the program was started without, as some supervisors do.

    Else the next file or socket would get its number: what the program says would be written into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number is given: that of the stream that is missing.
            os.open(os.devnull, os.O_RDWR)
    sys.stdin = sys.stdin or _stream(0, "r")
    sys.stdout = sys.stdout or _stream(1, "w")
    sys.stderr = sys.stderr or _stream(2, "w")


def _stream(number: int, mode: Literal["r", "w"]) -> TextIO:
    """Give a text stream on a file descriptor; it lives as long as the program."""
    return os.fdopen(number, mode, encoding="utf-8", closefd=False)
