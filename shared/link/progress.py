"""Notices a connection that takes nothing of what is to be sent."""

STUCK_SECONDS = 10.0
"""As long as yamux waits for a write: pings queue behind what is stuck, so they cannot notice it."""


class Progress:
    """Compares what was handed to a transport with what still waits in it."""

    __slots__ = ("_since", "_taken")

    def __init__(self) -> None:
        self._taken = 0
        self._since: float | None = None

    def stuck_seconds(self, now: float, *, handed_bytes: int, waiting_bytes: int) -> float:
        """Give how long nothing has left; 0 while something does, or nothing waits.

        Args:
            now: of the clock that never steps.
            handed_bytes: all that was ever handed to the transport.
            waiting_bytes: of that, what the kernel has not taken.
        """
        taken = handed_bytes - waiting_bytes
        if not waiting_bytes or taken > self._taken or self._since is None:
            self._taken, self._since = taken, now
        return now - self._since
