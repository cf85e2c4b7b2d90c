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


def orphan(store: sqlite3.Connection) -> None:
    """Write what only the commit finds fault with."""
    store.execute("PRAGMA defer_foreign_keys = ON")
    store.execute("INSERT INTO names (name, token_id, claimed_at) VALUES ('demo', 99, 0)")


def test_commit_that_fails_leaves_nothing_open(store: sqlite3.Connection) -> None:
    """The next transaction can begin."""
    with pytest.raises(sqlite3.IntegrityError), transaction(store):
        orphan(store)
    with transaction(store):
        assert store.execute("SELECT * FROM names").fetchall() == []
