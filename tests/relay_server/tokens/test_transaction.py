"""Write transactions as blocks."""

import sqlite3

import pytest

from relay_server.tokens.transaction import transaction


def test_block_is_committed_whole_or_not_at_all(store: sqlite3.Connection) -> None:
    """What a failing block did is undone; what a finished one did stays."""
    insert = "INSERT INTO tokens (name, globs, created_at) VALUES (?, '[]', 0)"
    with transaction(store):
        store.execute(insert, ("kept",))
    with pytest.raises(sqlite3.IntegrityError), transaction(store):
        store.executemany(insert, [("undone",), ("kept",)])
    assert store.execute("SELECT name FROM tokens").fetchall() == [("kept",)]
    assert store.in_transaction is False
