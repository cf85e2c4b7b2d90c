"""What SQLite's errors mean to the user, in a sentence."""

import errno
import sqlite3
from pathlib import Path

from client.deliveries.file import error_code
from shared.errors import TunnelError

_GOES_ON = "deliveries are still forwarded, and recording goes on by itself"


class NotWritten(TunnelError):  # noqa: N818 - reads as the sentence it is
    """The history file does not take what a user wants written; says why and what to do."""


_WHY = {
    sqlite3.SQLITE_FULL: "the disk is full: free some space",
    sqlite3.SQLITE_BUSY: "another program keeps the file locked: close it",
    sqlite3.SQLITE_LOCKED: "another program keeps the file locked: close it",
    sqlite3.SQLITE_READONLY: "the file is read-only: make it writable",
    sqlite3.SQLITE_PERM: "the file may not be written: make it writable",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened: see that its directory exists and is writable",
    sqlite3.SQLITE_IOERR: "the disk reports an error: see that it is there and sound",
}

_SYSTEM = {
    errno.ENOSPC: sqlite3.SQLITE_FULL,
    errno.EDQUOT: sqlite3.SQLITE_FULL,
    errno.EROFS: sqlite3.SQLITE_READONLY,
    errno.EACCES: sqlite3.SQLITE_PERM,
    errno.EPERM: sqlite3.SQLITE_PERM,
    errno.ENOTDIR: sqlite3.SQLITE_CANTOPEN,
}
"""What the system says before SQLite is asked, as what SQLite would have said."""


def sentence(error: BaseException, path: Path) -> str:
    """Say what keeps deliveries from being recorded, and what to do."""
    return f"{_said(error, path)}; {_GOES_ON}"


def plainly(trouble: str) -> str:
    """Give what a `sentence` said without what only a client that forwards can promise."""
    return trouble.removesuffix(f"; {_GOES_ON}")


def _said(error: BaseException, path: Path) -> str:
    code = error_code(error) or error_code(error.__cause__ or error)
    if code == sqlite3.SQLITE_CANTOPEN and path.is_dir():
        return f"history is not being saved to {path}: a directory stands in the file's place: move it away"
    code = code or _SYSTEM.get(getattr(error.__cause__ or error, "errno", None) or 0, 0)
    why = _WHY.get(code, f"it cannot be written ({error}): see that it is sound")
    return f"history is not being saved to {path}: {why}"
