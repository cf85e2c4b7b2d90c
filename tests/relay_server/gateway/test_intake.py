"""Content on its way from a connection to whoever takes it."""

import asyncio
from collections.abc import Callable

import pytest

from relay_server.gateway.intake import Intake
from relay_server.gateway.pace import Pace
from relay_server.gateway.settings import GatewaySettings, Patience
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


def intake(
    tap: Recorder,
    *,
    window: int = 10,
    most: int | None = None,
    now: list[float] | None = None,
    on_wanted: Callable[[], None] | None = None,
) -> Intake:
    """Give an intake with a small window, whose clock says `now[0]`, for a sender that has 10 s."""
    times = now or [0.0]
    pace = Pace(lambda: times[0], GatewaySettings(patience=Patience(grace=10)))
    return Intake(tap, pace=pace, length=None, window_bytes=window, most_bytes=most, on_wanted=on_wanted)


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


async def test_time_passes_while_there_is_room() -> None:
    """A sender that does not use it is too slow in the end."""
    now = [0.0]
    content = intake(Recorder(), now=now)
    now[0] = 9.9
    assert content.seconds_left() > 0
    now[0] = 10.0
    assert content.seconds_left() <= 0


async def test_no_time_passes_while_the_window_is_full() -> None:
    """Nobody can send what is not taken; when it is, or never will be, time passes again."""
    now, tap = [0.0], Recorder()
    content = intake(tap, window=2000, now=now)
    content.feed(b"x" * 2000)
    now[0] = 1000.0
    assert content.seconds_left() > 0
    content.release()
    content.release()
    assert (tap.open, content.seconds_left() > 0) == (True, True)
    now[0] = 1012.0
    assert content.seconds_left() <= 0


@pytest.mark.parametrize("wanted", [True, False])
async def test_no_time_passes_until_content_is_wanted(*, wanted: bool) -> None:
    """Who asked whether to send waits for the answer, unless it begins without."""
    now, said = [0.0], list[str]()
    content = intake(Recorder(), now=now, on_wanted=lambda: said.append("continue"))
    now[0] = 1000.0
    assert content.seconds_left() > 0
    if wanted:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await content.content.read()
    else:
        content.feed(b"x")
    now[0] = 1011.0
    assert (said, content.seconds_left() <= 0) == (["continue"] if wanted else [], True)


async def test_too_long() -> None:
    """More than may be is not passed on."""
    content = intake(Recorder(), most=3)
    content.feed(b"abc")
    with pytest.raises(ContentBroken, match="content-too-large"):
        content.feed(b"d")
