"""Life and death of a peer, on a clock that the test moves."""

import asyncio
import re
from collections.abc import Callable
from typing import cast

import pytest

from shared.link.heartbeat import CHECK_SECONDS, DEAD_SECONDS, PING_SECONDS, Heartbeat
from shared.link.progress import STUCK_SECONDS


class _Timer:
    def __init__(self, at: float, call: Callable[[], None]) -> None:
        self.at, self.call, self.cancelled = at, call, False

    def cancel(self) -> None:
        self.cancelled = True


class Stage:
    """A heartbeat with its peer: time passes when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept = 0.0
        self.alive = True
        self.sent = (0, 0)
        self.pings: list[float] = []
        self.ends: list[str] = []
        self._timer: _Timer | None = None
        loop = cast("asyncio.AbstractEventLoop", self)
        self.heartbeat = Heartbeat(
            loop=loop, ping=self._ping, give_up=self.ends.append, sent=lambda: self.sent, asleep=lambda: self.slept
        )
        self.heartbeat.start()

    def time(self) -> float:
        """Tell the time, as a loop does."""
        return self.now

    def call_later(self, delay: float, call: Callable[[], None]) -> _Timer:
        """Keep the one timer that the heartbeat has."""
        self._timer = _Timer(self.now + delay, call)
        return self._timer

    def _ping(self, opaque: bytes) -> None:
        self.pings.append(self.now)
        if self.alive:
            self.now += 0.05
            self.heartbeat.received()
            self.heartbeat.pong(opaque)

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass in which the loop runs."""
        end = self.now + seconds
        while self._timer is not None and not self._timer.cancelled and self._timer.at <= end:
            timer, self._timer = self._timer, None
            self.now = max(self.now, timer.at)
            timer.call()
        self.now = max(self.now, end)

    def stop_for(self, seconds: float) -> None:
        """Let time pass in which the process is stopped."""
        self.now += seconds

    def sleep_for(self, seconds: float) -> None:
        """Let the machine sleep: the loop's clock stands still."""
        self.slept += seconds


def test_peer_that_answers_lives() -> None:
    """Pings go out every ten seconds, and the round trip is known."""
    stage = Stage()
    stage.pass_seconds(60)
    assert (stage.ends, len(stage.pings)) == ([], 6)
    assert stage.heartbeat.round_trip_seconds == pytest.approx(0.05)
    assert stage.heartbeat.silent_seconds < PING_SECONDS + 2.1


def test_silent_peer_is_given_up_after_25_seconds() -> None:
    """And not before; how long it was silent is known meanwhile."""
    stage = Stage()
    stage.alive = False
    stage.pass_seconds(DEAD_SECONDS - 1)
    assert (stage.ends, stage.heartbeat.silent_seconds > 20) == ([], True)
    stage.pass_seconds(1.1)
    assert stage.ends == ["no contact for 25 s"]
    assert stage.heartbeat.silent_seconds == 0


def test_connection_that_takes_nothing_is_given_up() -> None:
    """Even though the peer still sends: what waits for it will never get there."""
    stage = Stage()
    stage.sent = (1 << 20, 1 << 19)
    stage.pass_seconds(STUCK_SECONDS + 4)
    assert stage.ends == ["the connection took nothing for 10 s"]


@pytest.mark.parametrize("pause", [Stage.stop_for, Stage.sleep_for])
def test_peer_is_asked_at_once_after_a_pause(pause: Callable[[Stage, float], None]) -> None:
    """A laptop that slept, or a stopped process, learns within two seconds that it has to dial."""
    stage = Stage()
    stage.pass_seconds(30)
    stage.alive = False
    pause(stage, 60)
    asked = len(stage.pings)
    stage.pass_seconds(2)
    assert len(stage.pings) == asked + 1
    stage.pass_seconds(CHECK_SECONDS + 0.1)
    assert stage.ends == ["no contact"]
    assert re.fullmatch(r"this machine was suspended for (58|59|60) s \(.*\)", stage.heartbeat.explain("no contact"))


def test_peer_that_survived_the_pause_is_kept() -> None:
    """A pause that the peer sat out costs nothing."""
    stage = Stage()
    stage.pass_seconds(30)
    stage.stop_for(20)
    stage.pass_seconds(60)
    assert stage.ends == []


def test_short_stall_is_no_pause() -> None:
    """Five seconds in which the loop was busy say nothing about the peer."""
    stage = Stage()
    stage.pass_seconds(10)
    stage.alive = False
    stage.stop_for(5)
    stage.pass_seconds(5)
    assert (stage.ends, stage.heartbeat.explain("closed")) == ([], "closed")


def test_loss_that_a_pause_explains_says_so_at_once() -> None:
    """The connection's end may be heard before the heartbeat's own look."""
    stage = Stage()
    stage.pass_seconds(10)
    stage.sleep_for(62)
    assert stage.heartbeat.explain("connection reset") == "this machine was suspended for 62 s (connection reset)"


def test_pong_of_a_ping_never_sent_says_nothing() -> None:
    """A peer cannot make the round trip what it likes."""
    stage = Stage()
    before = stage.heartbeat.round_trip_seconds
    for opaque in (b"short", b"\x00" * 8, b"\x7f\xf0" + b"\x00" * 6, b"\x7f\xf8" + b"\x00" * 6):
        stage.heartbeat.pong(opaque)
    assert stage.heartbeat.round_trip_seconds == before


def test_peer_that_speaks_but_does_not_answer_is_deaf() -> None:
    """What it sends is life; a ping that waits for its answer tells that nothing reaches it."""
    stage = Stage()
    stage.pass_seconds(10)
    stage.alive = False
    for _ in range(4):
        stage.pass_seconds(2)
        stage.heartbeat.received()
    assert not stage.heartbeat.unanswered
    stage.pass_seconds(8)
    stage.heartbeat.received()
    assert (stage.heartbeat.unanswered, stage.ends) == (True, [])
    stage.heartbeat.pong(b"12345678")
    assert not stage.heartbeat.unanswered
    stage.pass_seconds(20)
    stage.heartbeat.start()
    assert not stage.heartbeat.unanswered
