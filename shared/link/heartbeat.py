"""Knows whether the peer is alive: pings in both directions, measured round trips."""

import asyncio
import struct
from collections.abc import Callable

PING_SECONDS = 10.0
DEAD_SECONDS = 25.0
"""Two pings and a half without a byte: dead (protocol.md section 5)."""

_GRAIN_SECONDS = 0.01
_STAMP = struct.Struct(">d")


class Heartbeat:
    """Pings every PING_SECONDS; any byte from the peer counts as life."""

    def __init__(
        self, *, loop: asyncio.AbstractEventLoop, ping: Callable[[bytes], None], give_up: Callable[[str], None]
    ) -> None:
        """Begin stopped.

        Args:
            loop: tells the time and calls back.
            ping: sends eight opaque bytes that the peer returns.
            give_up: called once, with a sentence, when the peer is considered dead.
        """
        self._loop = loop
        self._ping = ping
        self._give_up = give_up
        self._handle: asyncio.TimerHandle | None = None
        self._last_seconds = 0.0
        self.round_trip_seconds: float | None = None

    def start(self) -> None:
        """Begin, with a first ping at once."""
        self.stop()
        self._last_seconds = self._loop.time()
        self._beat()

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
        if len(opaque) == _STAMP.size:
            (sent,) = _STAMP.unpack(opaque)
            seconds = self._loop.time() - sent
            if 0.0 <= seconds < DEAD_SECONDS:
                self.round_trip_seconds = seconds

    def _beat(self) -> None:
        now = self._loop.time()
        silent = now - self._last_seconds
        if silent > DEAD_SECONDS:
            self._handle = None
            self._give_up(f"no contact for {silent:.0f} s")
            return
        self._ping(_STAMP.pack(now))
        self._handle = self._loop.call_later(min(PING_SECONDS, DEAD_SECONDS - silent + _GRAIN_SECONDS), self._beat)
