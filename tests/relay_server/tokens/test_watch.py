"""Changes that another process makes."""

import sqlite3

from relay_server.tokens import Tokens
from relay_server.tokens.watch import Changes


def test_change_by_another_connection_is_seen_once(store: sqlite3.Connection, elsewhere: Tokens) -> None:
    """What another process commits is noticed at the next look, and only then."""
    changed = Changes(store)
    seen = [changed()]
    elsewhere.create("laptop")
    seen += [changed(), changed()]
    elsewhere.revoke("laptop")
    seen += [changed(), changed()]
    assert seen == [False, True, False, True, False]


def test_own_change_is_no_news(store: sqlite3.Connection, tokens: Tokens) -> None:
    """What this process did itself it knows."""
    changed = Changes(store)
    tokens.create("laptop")
    assert changed() is False
