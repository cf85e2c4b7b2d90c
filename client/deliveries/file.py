"""The history file: opened, moved aside when it is damaged, opened again when it was taken away."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from client.deliveries.schema import COLUMNS, MIGRATIONS
from shared.errors import TunnelError
from shared.sqlite import StoreUnusable, connect

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
CHECKED_BYTES = 16 * 1024**2
"""A file up to this size is checked whole when it is opened; a larger one shows its damage when it is read."""

WAL_KEPT_BYTES = 16 * 1024**2
"""A log that was longer is cut to this when it begins again."""

_PRIMARY_CODE = 0xFF


def error_code(error: BaseException) -> int:
    """Give SQLite's primary result code of an error, 0 where there is none."""
    code = getattr(error, "sqlite_errorcode", None)
    return 0 if code is None else int(code) & _PRIMARY_CODE


def is_damage(error: BaseException) -> bool:
    """True when the error says that the file is no database, or a damaged one."""
    causes = (error, error.__cause__ or error)
    return any(error_code(cause) in _DAMAGED or isinstance(cause, UnicodeDecodeError) for cause in causes)


def _is_misshapen(error: BaseException) -> bool:
    """True when an error met while opening says that the tables are not as they were made."""
    return error_code(error.__cause__ or error) == sqlite3.SQLITE_ERROR


def is_fault(error: BaseException) -> bool:
    """True when the file is to blame for the error, False when the row is: a value that fits no column."""
    return isinstance(error, sqlite3.OperationalError | TunnelError) or is_damage(error)


class Opened(NamedTuple):
    """A connection that was just opened, and what the user should know of it."""

    connection: sqlite3.Connection
    identity: tuple[int, int]
    notice: str


class HistoryFile:
    """The path, and the one connection that writes. Opening and looking belong in a thread, or before the loop runs."""

    def __init__(self, path: Path, *, clock: Callable[[], float]) -> None:
        self.path = path
        self.connection: sqlite3.Connection | None = None
        self.notice = ""
        """A sentence when the file is not the one it was: moved aside, or begun anew."""
        self.generation = 0
        """Counts how often the path was opened: a row of an earlier generation may be gone."""
        self.damaged = False
        """A commit found the file damaged: the next look moves it aside."""
        self._clock = clock
        self._identity = (0, 0)

    def open(self) -> Opened:
        """Open or make the file; a damaged one is moved aside first. Nothing is changed here until `adopt`.

        Raises:
            SchemaTooNew: a newer version of the product wrote it.
            StoreUnusable: it cannot be opened now; says why.
        """
        notice = ""
        try:
            connection = self._opened()
        except (StoreUnusable, sqlite3.Error) as error:
            if not is_damage(error) and not _is_misshapen(error):
                raise
            notice = self._moved_aside()
            connection = self._opened()
        return Opened(connection, self._found(), notice)

    def look(self) -> Opened | None:
        """See whether the path still leads to the file that is open, and open what it leads to where it does not.

        Raises:
            SchemaTooNew: a newer version of the product wrote it.
            StoreUnusable: it cannot be opened now; says why.
        """
        if self.damaged:
            notice = self._moved_aside()
            return self.open()._replace(notice=notice)
        if self.connection is None:
            return self.open()
        if self._found() == self._identity:
            return None
        opened = self.open()
        removed = f"the history file {self.path} was removed while hookline ran: a new one was begun"
        return opened._replace(notice=opened.notice or removed)

    def adopt(self, opened: Opened) -> sqlite3.Connection:
        """Write to this connection from now on."""
        self.close()
        self.connection = opened.connection
        self.generation += 1
        self.damaged = False
        self._identity = opened.identity
        self.notice = opened.notice or self.notice
        return self.connection

    def reader(self) -> sqlite3.Connection:
        """Give a connection of one's own that only reads.

        Raises:
            sqlite3.Error: the file cannot be read.
        """
        try:
            return self._reader("mode=ro")
        except sqlite3.OperationalError:
            if self.connection is not None or self.path.with_name(f"{self.path.name}-wal").exists():
                raise
            # In a directory that cannot be written SQLite has no place for its lock; nobody writes there either.
            return self._reader("mode=ro&immutable=1")

    def _reader(self, how: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?{how}", uri=True, isolation_level=None, check_same_thread=False
        )
        try:
            connection.text_factory = _as_text
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA query_only = ON")
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Let the file go; what is committed is kept."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()

    def _found(self) -> tuple[int, int]:
        try:
            found = self.path.stat()
        except OSError:
            return (0, 0)
        return (found.st_dev, found.st_ino)

    def _moved_aside(self) -> str:
        """Rename a damaged file and its write-ahead log, and give the sentence that says so."""
        aside = self.path.with_name(f"{self.path.name}.damaged-{self._clock():.0f}")
        try:
            for suffix in ("", "-wal", "-shm"):
                part = self.path.with_name(self.path.name + suffix)
                if part.exists():
                    part.replace(aside.with_name(aside.name + suffix))
        except OSError as error:
            raise StoreUnusable(self.path, f"it is damaged and cannot be moved aside: {error.strerror}") from error
        return f"the history file was damaged: it was moved to {aside}, and a new one was begun"

    def _opened(self) -> sqlite3.Connection:
        connection = connect(self.path, MIGRATIONS)
        connection.text_factory = _as_text
        try:
            connection.execute("PRAGMA busy_timeout = 0")
            connection.execute("PRAGMA wal_autocheckpoint = 0")
            connection.execute(f"PRAGMA journal_size_limit = {WAL_KEPT_BYTES}")
            _check_columns(connection)
            if self.path.stat().st_size <= CHECKED_BYTES:
                _check(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def _as_text(data: bytes) -> str:
    """Read text also where the file is damaged."""
    return data.decode("utf-8", "replace")


def _check(connection: sqlite3.Connection) -> None:
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise _corrupt(str(found))


def _check_columns(connection: sqlite3.Connection) -> None:
    for table, names in COLUMNS.items():
        found = tuple(name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,)))
        if found != names:
            raise _corrupt(f"the columns of {table} are not those that it was made with")


def _corrupt(why: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(why)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error
