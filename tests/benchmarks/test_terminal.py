"""A terminal knows when what was written came."""

import os
import sys
import time
from collections.abc import Iterator

import pytest

from benchmarks.terminal import KEPT_BYTES, Terminal


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """Give a terminal, and let go of it."""
    one = Terminal()
    yield one
    one.close()


def write(terminal: Terminal, text: bytes) -> None:
    """Write as a program on the terminal does."""
    left = memoryview(text)
    while left:
        left = left[os.write(terminal.line, left) :]


def test_text_is_found_with_the_moment_it_came(terminal: Terminal) -> None:
    """What was written before the wait counts too, with the time at which it was read."""
    before = time.monotonic()
    write(terminal, b"row 12 of 40")
    found, moment = terminal.until(rb"(\d+) of")
    assert found[1] == b"12"
    assert before <= moment <= time.monotonic()


def test_text_before_the_mark_does_not_count(terminal: Terminal) -> None:
    """A wait behind a mark sees only what came after it."""
    write(terminal, b"12 of 40")
    terminal.until(b"of 40")
    mark = terminal.written
    write(terminal, b"11 of 41")
    assert terminal.until(rb"(\d+) of", after=mark)[0][1] == b"11"
    assert terminal.last(rb"of (\d+)") == b"41"


def test_text_that_does_not_come_is_said_with_what_did(terminal: Terminal) -> None:
    """The wait ends, and names what was on the terminal instead."""
    write(terminal, b"something else")
    terminal.until(b"else")
    with pytest.raises(TimeoutError, match="something else"):
        terminal.until(b"never", seconds=0.01)
    assert terminal.last(b"(never)") is None


def test_long_output_is_forgotten_and_positions_stay(terminal: Terminal) -> None:
    """Of what a program has written in an hour the end is kept, and a mark still means the same place."""
    write(terminal, b"x" * (3 * KEPT_BYTES))
    mark = 3 * KEPT_BYTES
    write(terminal, b"end")
    found, _ = terminal.until(b"end", after=mark)
    assert found[0] == b"end"
    assert terminal.written == mark + 3


def test_keys_reach_the_program(terminal: Terminal) -> None:
    """What is typed can be read on the other end."""
    assert terminal.type(b"k\n") <= time.monotonic()
    assert os.read(terminal.line, 10) == b"k\n", sys.platform
