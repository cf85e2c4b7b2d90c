"""Texts are compared as SQLite compares them."""

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.deliveries.filter.sql import where
from client.deliveries.filter.texts import contains, fold, like, like_parameter
from client.deliveries.filter.tree import Contains

TEXTS = st.text(st.sampled_from("aAbBéÉß*?%_\\/.\0"), max_size=8)


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("charge.*", "charge.succeeded", True),
        ("charge.*", "charge", False),
        ("*", "", True),
        ("?", "", False),
        ("a*b*c", "aXbXbc", True),
        ("a*b", "aXc", False),
        ("*" * 500 + "b", "a" * 5_000, False),
        ("A", "a", True),
        ("É", "é", False),
    ],
)
def test_like(pattern: str, text: str, fits: bool) -> None:
    """`*` is any run of characters, `?` any one, and only ASCII letters have two cases."""
    assert like(pattern, text) is fits


@given(TEXTS, TEXTS)
def test_like_and_fold_are_those_of_sqlite(pattern: str, text: str) -> None:
    """To the letter, also beyond a NUL."""
    with closing(sqlite3.connect(":memory:")) as connection:
        (fits, folded) = connection.execute(
            "SELECT ? LIKE ? ESCAPE '\\', lower(?)", (text, like_parameter(pattern), text)
        ).fetchone()
    assert (like(pattern, text), fold(text)) == (bool(fits), folded)


@given(TEXTS, TEXTS)
def test_part_is_found_where_sqlite_finds_it(part: str, text: str) -> None:
    """Whatever is in it: wildcards, backslashes, NULs."""
    condition, values = where(Contains("target", part), 0.0)
    with closing(sqlite3.connect(":memory:")) as connection:
        found = connection.execute(f"SELECT {condition} FROM (SELECT ? AS target)", (*values, text)).fetchone()  # noqa: S608
    assert contains(part, text) is bool(found[0])
