"""The file of tokens and names: `relay.db` in the data directory."""

import sqlite3
from pathlib import Path

from shared.sqlite import connect

FILE = "relay.db"

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


def open_store(data_directory: Path) -> sqlite3.Connection:
    """Open the file in `data_directory`, made where it is missing.

    FULL: a token that was shown once, or a name that was granted, must be there after a power cut.

    Raises:
        SchemaTooNew, StoreUnusable: as `shared.sqlite.connect`.
    """
    return connect(data_directory / FILE, MIGRATIONS, synchronous="FULL")
