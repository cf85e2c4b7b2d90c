"""How long an answer that has begun may say nothing."""

import asyncio

import pytest

from client.origin.answer import Answer, Ends
from client.origin.silence import Silence, silence_seconds
from client.origin.timeouts import OriginTimeouts
from shared.errors import ContentBroken, Failure
from shared.http import ResponseHead
from tests.waiting import settled

TIMEOUTS = OriginTimeouts(first_byte_seconds=30)


@pytest.mark.parametrize(
    ("ends", "kind", "seconds"),
    [
        (Ends.AT_LENGTH, b"text/plain", 30),
        (Ends.AT_LENGTH, b"text/event-stream", 30),
        (Ends.AT_LAST_CHUNK, b"application/json", 300),
        (Ends.AT_CLOSE, b"", 300),
        (Ends.AT_LAST_CHUNK, b"text/event-stream", None),
        (Ends.AT_CLOSE, b"TEXT/Event-Stream;charset=utf-8", None),
        (Ends.AT_LAST_CHUNK, b"multipart/x-mixed-replace; boundary=x", None),
        (Ends.NEVER, b"", None),
    ],
)
def test_what_may_be_silent_for_how_long(ends: Ends, kind: bytes, seconds: float | None) -> None:
    """Content of known length for as long as its head was waited for, a stream for longer, events for ever."""
    fields = ((b"content-TYPE", kind),) if kind else ()
    answer = Answer(ResponseHead(200, b"OK", fields), ends, None, None)
    assert silence_seconds(answer, TIMEOUTS) == seconds


class Watched:
    """A silence, and what came of it."""

    def __init__(self, seconds: float | None) -> None:
        self.given_up: list[ContentBroken] = []
        self.busy = False
        loop = asyncio.get_running_loop()
        self.silence = Silence(loop, seconds, busy=lambda: self.busy, give_up=self.given_up.append)


async def test_silence_ends_the_exchange_once() -> None:
    """It says how long it waited."""
    watched = Watched(0.02)
    await settled(lambda: watched.given_up)
    (error,) = watched.given_up
    assert (error.failure, error.detail) == (
        Failure.ORIGIN_TIMEOUT,
        "the app began its answer, then stopped for 0.02 s",
    )
    watched.silence.heard()
    watched.silence.end()


async def test_who_is_heard_or_not_to_blame_goes_on() -> None:
    """Whatever comes counts, and so does that the app could send nothing."""
    watched = Watched(0.1)
    watched.busy = True
    await asyncio.sleep(0.3)
    assert watched.given_up == []
    watched.busy = False
    await settled(lambda: watched.given_up)


async def test_nobody_is_given_up_after_the_end() -> None:
    """The timer ends with the content; without one there is nothing to end."""
    for seconds in (0.01, None):
        watched = Watched(seconds)
        watched.silence.heard()
        watched.silence.end()
        watched.silence.end()
        await asyncio.sleep(0.05)
        assert watched.given_up == []
