"""The file of tokens and names: `relay.db` in the data directory."""

import sqlite3
from pathlib import Path

from shared.sqlite import connect

FILE = "relay.db"
BUSY_MILLISECONDS = 250
"""For a relay that serves: while it waits for the file, every delivery waits."""

MIGRATIONS = (
    """
    CREATE TABLE tokens (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        hash BLOB UNIQUE CHECK (length(hash) = 32),
        credential INTEGER NOT NULL DEFAULT 1,
        globs TEXT NOT NULL,
        created_at REAL NOT NULL,
        expires_at REAL,
        last_used_at REAL
    ) STRICT;
    CREATE TABLE names (
        name TEXT PRIMARY KEY,
        token_id INTEGER NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
        claimed_at REAL NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX names_by_token ON names (token_id);
    """,
)
"""A revoked token's row stays without a hash while names are kept for its owner."""


def open_store(data_directory: Path, *, busy_milliseconds: int | None = None) -> sqlite3.Connection:
    """Open the file in `data_directory`, made where it is missing.

    FULL: a token that was shown once, or a name that was granted, must be there after a power cut.

    Args:
        data_directory: where the file is.
        busy_milliseconds: how long to wait for another process that writes; None: as long as `shared.sqlite` says.

    Raises:
        SchemaTooNew, StoreUnusable: as `shared.sqlite.connect`.
    """
    store = connect(data_directory / FILE, MIGRATIONS, synchronous="FULL")
    if busy_milliseconds is not None:
        store.execute(f"PRAGMA busy_timeout = {busy_milliseconds:d}")
    return store
