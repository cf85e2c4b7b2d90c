"""A file of tokens, and a clock that tests set."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from relay_server.tokens import Names, Tokens
from relay_server.tokens.schema import open_store


class Clock:
    """Tells the time that a test sets."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        """Give Unix seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands still."""
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Give the relay's own connection."""
    with closing(open_store(tmp_path)) as connection:
        yield connection


@pytest.fixture
def tokens(store: sqlite3.Connection, clock: Clock) -> Tokens:
    """Give the tokens of the running relay."""
    return Tokens(store, clock=clock)


@pytest.fixture
def names(store: sqlite3.Connection, clock: Clock) -> Names:
    """Give the names of the running relay."""
    return Names(store, clock=clock)


@pytest.fixture
def elsewhere(tmp_path: Path, clock: Clock) -> Iterator[Tokens]:
    """Give the tokens as another process has them: a connection of its own to the same file."""
    with closing(open_store(tmp_path)) as connection:
        yield Tokens(connection, clock=clock)
