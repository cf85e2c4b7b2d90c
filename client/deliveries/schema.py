"""The history file's tables.

`deliveries` is narrow, because every list, filter and count reads it from end to end; its columns are named as the
fields of `client.views.DeliverySummary` and say how the newest attempt went. `attempts` holds what is wide. The key of
an attempt is `seq << 20 | number`, so a delivery's attempts lie together and the first one is at `seq << 20 | 1`,
without an index. Contents up to 64 KiB stand in the attempt's row, longer ones in `parts`, where `start` is the offset
of a part's first byte. `landed` says of each client's landing file up to which number its records are rows.
"""

import sqlite3
from contextlib import closing

ATTEMPT_BITS = 20
MOST_ATTEMPTS = (1 << ATTEMPT_BITS) - 1

REQUEST_SIDE = 0
RESPONSE_SIDE = 1

_FIRST = """
CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    received_at REAL NOT NULL,
    endpoint TEXT NOT NULL,
    method TEXT NOT NULL,
    target TEXT NOT NULL,
    provider TEXT NOT NULL,
    event_type TEXT NOT NULL,
    event_id TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    signature TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    state TEXT NOT NULL,
    status INTEGER,
    failure TEXT NOT NULL,
    duration_seconds REAL,
    kind TEXT NOT NULL,
    clock TEXT NOT NULL,
    healthy INTEGER NOT NULL
);
CREATE INDEX deliveries_by_id ON deliveries (id);
CREATE TABLE attempts (
    key INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at REAL NOT NULL,
    status INTEGER,
    failure TEXT NOT NULL,
    duration_seconds REAL,
    facts BLOB NOT NULL,
    request_bytes INTEGER NOT NULL,
    request_captured INTEGER NOT NULL,
    request_content BLOB,
    response_bytes INTEGER NOT NULL,
    response_captured INTEGER NOT NULL,
    response_content BLOB
);
CREATE INDEX attempts_pending ON attempts (key) WHERE state = 'pending';
CREATE TABLE parts (
    attempt INTEGER NOT NULL,
    side INTEGER NOT NULL,
    start INTEGER NOT NULL,
    bytes BLOB NOT NULL
);
CREATE INDEX parts_by_place ON parts (attempt, side, start);
"""

_PINS = """
ALTER TABLE deliveries ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
CREATE INDEX deliveries_pinned ON deliveries (seq) WHERE pinned = 1;
"""

_LANDED = """
CREATE TABLE landed (
    name TEXT PRIMARY KEY,
    number INTEGER NOT NULL
) WITHOUT ROWID;
"""

MIGRATIONS: tuple[str, ...] = (_FIRST, _PINS, _LANDED)


def _columns() -> dict[str, tuple[str, ...]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        for script in MIGRATIONS:
            connection.executescript(script)
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        asked = "SELECT name FROM pragma_table_info(?)"
        return {table: tuple(name for (name,) in connection.execute(asked, (table,))) for table in tables}


COLUMNS = _columns()
"""The columns of each table of the newest version, in their order."""


def attempt_key(seq: int, number: int) -> int:
    """Give the key of a delivery's attempt."""
    return seq << ATTEMPT_BITS | number


def place_of(key: int) -> tuple[int, int]:
    """Give seq and number of the attempt with this key."""
    return key >> ATTEMPT_BITS, key & MOST_ATTEMPTS
