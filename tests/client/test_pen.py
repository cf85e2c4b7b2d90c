"""A pen never holds up who writes with it."""

import io
import threading

from client.pen import Pen


class Stuck(io.StringIO):
    """A terminal that takes nothing until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = threading.Event()
        self.free = threading.Event()

    def write(self, text: str) -> int:
        """Wait, then take the text."""
        self.reached.set()
        self.free.wait(10)
        return super().write(text)


class Broken(io.StringIO):
    """A pipe whose reader has gone."""

    def write(self, text: str) -> int:
        """Fail as a pipe does."""
        raise BrokenPipeError


def test_pen_writes_in_order() -> None:
    """Lines arrive in the order they were given, on whichever stream."""
    out = io.StringIO()
    pen = Pen()
    for number in range(3):
        pen.write(out, str(number))
    pen.close()
    assert out.getvalue() == "0\n1\n2\n"


def test_pen_does_not_wait_for_a_terminal_that_stands_still() -> None:
    """What exceeds the bound is counted and said later."""
    stuck = Stuck()
    pen = Pen(waiting_lines=2)
    pen.write(stuck, "first")
    assert stuck.reached.wait(10)
    for number in range(5):
        pen.write(stuck, str(number))
    stuck.free.set()
    while pen.waiting:
        pass
    pen.write(stuck, "last")
    pen.close()
    assert stuck.getvalue() == "first\n0\n1\n(3 lines left out: the terminal took no more)\nlast\n"


def test_pen_notices_that_the_reader_has_gone() -> None:
    """After a broken pipe nothing is written, and it can be seen."""
    pen, broken = Pen(), Broken()
    pen.write(broken, "a")
    pen.write(broken, "b")
    pen.close()
    assert pen.broken


def test_pen_escapes_what_the_stream_cannot_encode() -> None:
    """A stream that knows ASCII alone gets escapes instead of an error."""
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    pen = Pen()
    pen.write(out, "→ ok")
    pen.close()
    assert raw.getvalue() == b"\\u2192 ok\n"
