"""Content on its way from a connection to whoever takes it."""

import pytest

from relay_server.gateway.intake import Intake
from shared.errors import ContentBroken


class Recorder:
    """The reading half of a connection."""

    def __init__(self) -> None:
        self.open = True

    def pause_reading(self) -> None:
        """Stop."""
        self.open = False

    def resume_reading(self) -> None:
        """Go on."""
        self.open = True


def intake(tap: Recorder, *, window: int = 10, most: int | None = None) -> Intake:
    """Give an intake with a small window."""
    return Intake(tap, length=None, window_bytes=window, most_bytes=most)


async def test_window() -> None:
    """Reading stops when the window is full, and goes on when half of it has been taken."""
    tap = Recorder()
    content = intake(tap)
    content.feed(b"12345")
    content.feed(b"6789")
    assert tap.open
    content.feed(b"0")
    assert (tap.open, content.waiting) == (False, 10)
    await content.content.read()
    assert (tap.open, content.waiting, content.received) == (True, 5, 10)


async def test_progress() -> None:
    """Progress is a kibibyte since the last look, or a window that is full by somebody else's fault."""
    tap = Recorder()
    content = intake(tap, window=2000)
    content.feed(b"x" * 1023)
    assert not content.progressed()
    content.feed(b"x")
    assert not content.progressed()
    content.feed(b"x" * 1024)
    assert content.progressed()
    assert content.progressed()
    content.release()
    assert (tap.open, content.progressed()) == (True, False)
    content.release()


async def test_too_long() -> None:
    """More than may be is not passed on."""
    content = intake(Recorder(), most=3)
    content.feed(b"abc")
    with pytest.raises(ContentBroken, match="content-too-large"):
        content.feed(b"d")
