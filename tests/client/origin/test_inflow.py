"""Content that flows in no faster than it is taken."""

import asyncio

import pytest

from client.origin.inflow import WINDOW_BYTES, Inflow
from client.origin.silence import Silence
from shared.errors import ContentBroken, Failure
from tests.exchanges import drain


class Tap(asyncio.Transport):
    """A transport that notes whether it is read from."""

    reading = True

    def pause_reading(self) -> None:
        """Note it."""
        assert self.reading
        self.reading = False

    def resume_reading(self) -> None:
        """Note it."""
        assert not self.reading
        self.reading = True


def _never(error: ContentBroken) -> None:
    raise AssertionError(error)


def inflow_of(tap: Tap, *, length: int | None = None, first: bytes = b"") -> Inflow:
    """Make content whose app may be silent for ever."""
    silence = Silence(asyncio.get_running_loop(), None, busy=bool, give_up=_never)
    return Inflow(tap, silence=silence, length=length, first=first)


async def test_reading_stops_at_the_window_and_goes_on_at_half() -> None:
    """More than a window untaken stops the reading; half of it taken lets it go on."""
    tap = Tap()
    inflow = inflow_of(tap, first=b"x")
    inflow.feed(b"y" * (WINDOW_BYTES - 1))
    assert tap.reading
    inflow.feed(b"z")
    assert not tap.reading


async def test_taking_lets_the_reading_go_on() -> None:
    """Every byte that is taken makes room for another."""
    tap = Tap()
    inflow = inflow_of(tap)
    for _ in range(5):
        inflow.feed(b"x" * (WINDOW_BYTES // 4))
    assert not tap.reading
    await inflow.content.read()
    await inflow.content.read()
    assert not tap.reading
    await inflow.content.read()
    assert tap.reading


async def test_end_frees_the_connection_at_once() -> None:
    """When all is here, the connection may serve others while the rest of the content is still being taken."""
    tap = Tap()
    inflow = inflow_of(tap)
    inflow.feed(b"x" * (WINDOW_BYTES + 1))
    inflow.end(((b"A", b"b"),))
    assert tap.reading
    assert len(await drain(inflow.content)) == WINDOW_BYTES + 1
    assert inflow.content.trailers == ((b"A", b"b"),)


async def test_fail_reaches_the_taker() -> None:
    """Content that will never be complete breaks at the next read."""
    inflow = inflow_of(Tap(), length=5, first=b"x")
    inflow.fail(ContentBroken(Failure.ORIGIN_TRUNCATED))
    with pytest.raises(ContentBroken):
        await inflow.content.read()
    assert inflow.content.length == 5
