"""Keeps what was answered until its rows are in the history: an append-only file of each client's own beside it.

A row costs an answer much: the verdict, a place among the provider's retries, a commit that touches pages all over the
file. So an answer waits for one `write` alone, and the rows of many follow together. A client that is killed between
the two leaves its file behind, and whoever opens the history next takes in what is not there yet: the history's table
`landed` says how far the rows of each file are committed.
"""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from client.deliveries.attempt import Attempt
from client.deliveries.landed import can_land, decode, encode

EMPTIED_BYTES = 256 * 1024
"""A file that has grown by so much begins again when all its rows are committed."""

_SUFFIX = ".landed-"


class Landing:
    """The file of this client. It is made with the first record, and gone when everything is committed at the end."""

    def __init__(self, history: Path, *, token: str) -> None:
        """Prepare a file beside `history`.

        Args:
            history: the history file.
            token: tells this client's file from those of others.
        """
        self.path = history.with_name(f"{history.name}{_SUFFIX}{token}")
        self.number = 0
        """Of the newest record."""
        self._file = -1
        self._size = 0
        self._settled_size = 0

    @property
    def waiting_bytes(self) -> int:
        """How much was written since everything had its rows."""
        return self._size - self._settled_size

    def add(self, attempt: Attempt) -> bool:
        """Write the attempt's record; False where it can have none, and needs its row at once."""
        if not can_land(attempt):
            return False
        try:
            record = encode(self.number + 1, attempt)
            self._write(record)
        except (UnicodeEncodeError, OSError):
            return False
        self.number += 1
        attempt.landed = self.number
        return True

    def settle(self) -> None:
        """Know that everything that was added has its rows."""
        self._settled_size = self._size
        if self._size > EMPTIED_BYTES:
            self.empty()

    def empty(self) -> None:
        """Leave nothing in the file; its numbers go on."""
        if self._size:
            os.ftruncate(self._file, 0)
            self._size = self._settled_size = 0

    def records(self, after: int) -> Iterator[Attempt]:
        """Give the attempts that were written with numbers beyond `after`."""
        return decode(self.path.read_bytes(), after=after) if self._size else iter(())

    def close(self, *, keep: bool) -> None:
        """Let the file go.

        Args:
            keep: leave it for whoever opens the history next.
        """
        if self._file >= 0:
            if not keep:
                self.path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = -1

    def _write(self, record: bytes) -> None:
        if self._file < 0:
            self._open()
        written = os.write(self._file, record)
        if written < len(record):
            os.ftruncate(self._file, self._size)
            raise OSError("the file takes no more")
        self._size += written

    def _open(self) -> None:
        file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            _claim(file)
        except OSError:
            os.close(file)
            raise
        self._file = file


class Leftover:
    """A file that a client left behind. It is nobody else's while this is open."""

    def __init__(self, path: Path, file: int) -> None:
        self.path = path
        self._file = file

    def records(self, after: int) -> list[Attempt]:
        """Give the attempts with numbers beyond `after`."""
        return list(decode(self.path.read_bytes(), after=after))

    def close(self, *, keep: bool) -> None:
        """Let the file go, and remove it unless it is to be kept."""
        if not keep:
            self.path.unlink(missing_ok=True)
        os.close(self._file)


def leftovers(history: Path) -> Iterator[Leftover]:
    """Give what clients that were killed have left beside `history`."""
    for path in sorted(history.parent.glob(f"{_escaped(history.name)}{_SUFFIX}*")):
        try:
            file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # its client is at work
            os.close(file)
            continue
        yield Leftover(path, file)


def _claim(file: int) -> None:
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if os.fstat(file).st_nlink == 0:
        raise OSError("another client took the new file for one that was left")


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
