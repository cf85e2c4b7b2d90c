"""Knows whether the peer is alive: pings in both directions, measured round trips, pauses of our own recognised."""

import asyncio
import struct
from collections.abc import Callable

from shared.link.progress import STUCK_SECONDS, Progress

PING_SECONDS = 10.0
DEAD_SECONDS = 25.0
"""Two pings and a half without a byte: dead (protocol.md section 7)."""
UNANSWERED_SECONDS = 5.0
"""A transport that closes with a ping so long unanswered fell silent first: a kernel gave it up, or the peer did."""
LOOK_SECONDS = 2.0
PAUSED_SECONDS = 8.0
"""A look that comes so much too late means that this process did not run: a laptop that slept, a stopped process."""
CHECK_SECONDS = 2.0
"""After such a pause the peer has so long to answer: it has probably given us up, or our network is another one."""

_GRAIN_SECONDS = 0.01
_STAMP = struct.Struct(">d")

Sent = Callable[[], tuple[int, int]]
"""Gives the bytes handed to the transport so far, and those of them that still wait in it."""


def never_asleep() -> float:
    """Give the seconds that a machine has slept which never does."""
    return 0.0


class Heartbeat:
    """Pings every PING_SECONDS; any byte from the peer counts as life. Steps of the wall clock do not matter to it."""

    def __init__(
        self,
        *,
        loop: asyncio.AbstractEventLoop,
        ping: Callable[[bytes], None],
        give_up: Callable[[str], None],
        sent: Sent,
        asleep: Callable[[], float] = never_asleep,
    ) -> None:
        """Begin stopped.

        Args:
            loop: tells the time and calls back.
            ping: sends eight opaque bytes that the peer returns.
            give_up: called once, with a sentence, when the peer is considered dead.
            sent: tells whether what is sent gets anywhere.
            asleep: seconds that this machine has slept since some moment, which the loop's clock does not count.
        """
        self._loop = loop
        self._ping = ping
        self._give_up = give_up
        self._sent = sent
        self._asleep = asleep
        self._handle: asyncio.TimerHandle | None = None
        self._last_seconds = self._pinged_seconds = self._due_seconds = self._slept_seconds = 0.0
        self._progress = Progress()
        self._asked_seconds: float | None = None
        """When the first ping left that the peer has not answered."""
        self._pause: tuple[float, float] | None = None
        """When we came back from a pause, and how long it was."""
        self.round_trip_seconds: float | None = None

    @property
    def silent_seconds(self) -> float:
        """How long nothing has come from the peer; 0 while stopped."""
        return 0.0 if self._handle is None else self._loop.time() - self._last_seconds

    @property
    def unanswered(self) -> bool:
        """True while a ping waits for its answer for longer than a living peer takes."""
        asked = self._asked_seconds
        return self._handle is not None and asked is not None and self._loop.time() - asked > UNANSWERED_SECONDS

    def start(self) -> None:
        """Begin, with a first ping at once."""
        self.stop()
        self._asked_seconds = None
        self._last_seconds = self._due_seconds = self._loop.time()
        self._pinged_seconds = self._last_seconds - PING_SECONDS
        self._slept_seconds = self._asleep()
        self._progress = Progress()
        self._pause = None
        self._look()

    def stop(self) -> None:
        """End; nothing is called any more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def received(self) -> None:
        """Note a sign of life."""
        self._last_seconds = self._loop.time()

    def pong(self, opaque: bytes) -> None:
        """Note the answer to a ping. One that we never sent says nothing."""
        self._asked_seconds = None
        if len(opaque) == _STAMP.size:
            (sent,) = _STAMP.unpack(opaque)
            seconds = self._loop.time() - sent
            if 0.0 <= seconds < DEAD_SECONDS:
                self.round_trip_seconds = seconds

    def explain(self, reason: str) -> str:
        """Give why the transport was lost, with a pause of ours that explains it better."""
        now = self._loop.time()
        paused = self._paused_seconds(now)
        if not paused and self._pause is not None and now - self._pause[0] <= 2 * CHECK_SECONDS + LOOK_SECONDS:
            paused = self._pause[1]
        return f"this machine was suspended for {paused:.0f} s ({reason})" if paused else reason

    def _look(self) -> None:
        now = self._loop.time()
        paused = self._paused_seconds(now)
        if paused:
            self._pause = (now, paused)
            self._last_seconds = now - DEAD_SECONDS + CHECK_SECONDS
            self._pinged_seconds = now - PING_SECONDS
            self._slept_seconds = self._asleep()
        silent = now - self._last_seconds
        handed, waiting = self._sent()
        if silent > DEAD_SECONDS:
            self._dead("no contact" if self._pause else f"no contact for {silent:.0f} s")
        elif self._progress.stuck_seconds(now, handed_bytes=handed, waiting_bytes=waiting) > STUCK_SECONDS:
            self._dead(f"the connection took nothing for {STUCK_SECONDS:.0f} s")
        else:
            self._go_on(now, silent)

    def _go_on(self, now: float, silent: float) -> None:
        if now - self._pinged_seconds >= PING_SECONDS:
            self._pinged_seconds = now
            if self._asked_seconds is None:
                self._asked_seconds = now
            self._ping(_STAMP.pack(now))
        wait = min(LOOK_SECONDS, DEAD_SECONDS - silent + _GRAIN_SECONDS)
        self._due_seconds = now + wait
        self._handle = self._loop.call_later(wait, self._look)

    def _dead(self, reason: str) -> None:
        self._handle = None
        self._give_up(reason)

    def _paused_seconds(self, now: float) -> float:
        """Give how long this process did not run just now; 0 when it did."""
        paused = max(0.0, now - self._due_seconds) + self._asleep() - self._slept_seconds
        return paused if paused > PAUSED_SECONDS else 0.0
