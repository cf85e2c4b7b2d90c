"""Which of several clients on one history file looks after it: the one that holds the lock file."""

import fcntl
from io import BufferedRandom
from pathlib import Path


class Turn:
    """The lock beside the history file, held from when it is first got until the client ends."""

    def __init__(self, history: Path) -> None:
        self._path = history.with_name(history.name + ".lock")
        self._lock: BufferedRandom | None = None

    def take(self) -> bool:
        """Try to get the lock; True while it is held. Belongs in a thread, or before the loop runs."""
        if self._lock is None:
            try:
                lock = self._path.open("a+b")
            except OSError:
                return False
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.close()
                return False
            self._lock = lock
        return True

    def close(self) -> None:
        """Let the next one have it."""
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.close()
