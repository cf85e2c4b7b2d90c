"""Opens SQLite files the one way this product does: WAL, checked version, forward migrations."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from shared.errors import TunnelError

BUSY_TIMEOUT_SECONDS = 5.0
_AGAIN_SECONDS = 0.01


class SchemaTooNew(TunnelError):  # noqa: N818 - reads as the sentence it is
    """The file was written by a newer version of the product."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(
            f"{path} was written by a newer version of hookline (schema {found}, this one knows {known}): "
            "upgrade hookline, or move the file away to start afresh"
        )


class StoreUnusable(TunnelError):  # noqa: N818 - reads as the sentence it is
    """The file cannot be opened or is no database; says why."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} cannot be used: {why}")


def connect(
    path: Path, migrations: Sequence[str], *, synchronous: Literal["NORMAL", "FULL"] = "NORMAL"
) -> sqlite3.Connection:
    """Open the file at `path`, made with mode 0600 where it is missing, and bring it to the newest schema.

    The connection is in autocommit mode: the caller writes BEGIN and COMMIT.

    Args:
        path: the database file; its directory is made with mode 0700.
        migrations: scripts; number n (from 1) brings schema n-1 to n. `user_version` says where a file stands.
        synchronous: NORMAL survives a killed process, FULL a power cut.

    Raises:
        SchemaTooNew: the file's schema is beyond the last migration.
        StoreUnusable: not a database, not writable, locked for too long, or damaged.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600, exist_ok=True)
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise StoreUnusable(path, str(error)) from error
    try:
        _version(connection, path, len(migrations))  # before anything is changed in a file that is not ours to change
        connection.execute("PRAGMA trusted_schema = OFF")
        _write_ahead(connection)
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("PRAGMA foreign_keys = ON")
        _migrate(connection, path, migrations)
    except (sqlite3.Error, UnicodeDecodeError) as error:  # what SQLite says of a damaged schema quotes it
        connection.close()
        raise StoreUnusable(path, str(error)) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Have the file written ahead of itself: SQLite waits for nobody where two begin that at once."""
    patience = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > patience:
                raise
            time.sleep(_AGAIN_SECONDS)
        else:
            return


def _migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> None:
    if _version(connection, path, len(migrations)) == len(migrations):
        return
    # Looked at again under the write lock: another process may be opening the same new file.
    connection.execute("BEGIN IMMEDIATE")
    for script in migrations[_version(connection, path, len(migrations)) :]:
        for statement in _statements(script):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(migrations)}")
    connection.execute("COMMIT")


def _version(connection: sqlite3.Connection, path: Path, known: int) -> int:
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found > known:
        raise SchemaTooNew(path, found, known)
    version: int = found
    return version


def _statements(script: str) -> Iterator[str]:
    """Yield the statements one by one: `executescript` would commit before it begins."""
    statement = ""
    for part in script.split(";"):
        statement += f"{part};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
