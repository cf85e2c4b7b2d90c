"""SQLite files, opened the one way."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from shared.sqlite import SchemaTooNew, StoreUnusable, connect

ONE = "CREATE TABLE one (x INTEGER) STRICT;"
TWO = "CREATE TABLE two (x INTEGER) STRICT; INSERT INTO two VALUES (7);"

RACE = """
import sys
from pathlib import Path
from shared.sqlite import connect
sys.stdin.readline()
connect(Path(sys.argv[1]), ["CREATE TABLE one (x INTEGER) STRICT;", "INSERT INTO one VALUES (1);"]).close()
"""


def test_file_is_its_owners_alone(tmp_path: Path) -> None:
    """A new file and its directory cannot be read by others."""
    path = tmp_path / "new" / "store.db"
    connect(path, [ONE]).close()
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize(("synchronous", "number"), [("NORMAL", 1), ("FULL", 2)])
def test_settings_of_a_connection(tmp_path: Path, synchronous: str, number: int) -> None:
    """A connection writes ahead, syncs as asked, and holds foreign keys."""
    with closing(connect(tmp_path / "store.db", [ONE], synchronous="FULL" if number == 2 else "NORMAL")) as store:
        found = [
            store.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert found == ["wal", number, 1]


def test_migrations_run_once_each(tmp_path: Path) -> None:
    """An older file is brought forward by what it lacks, and by nothing twice."""
    path = tmp_path / "store.db"
    connect(path, [ONE]).close()
    for _ in range(2):
        with closing(connect(path, [ONE, TWO])) as store:
            assert store.execute("SELECT x FROM two").fetchall() == [(7,)]
            assert store.execute("PRAGMA user_version").fetchone() == (2,)


def test_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    """A file that a newer version wrote is refused, with what to do, and not changed."""
    path = tmp_path / "store.db"
    connect(path, [ONE, TWO]).close()
    with pytest.raises(SchemaTooNew, match="upgrade hookline"):
        connect(path, [ONE])
    with closing(connect(path, [ONE, TWO])) as store:
        assert store.execute("SELECT x FROM two").fetchall() == [(7,)]


def test_failed_migration_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """A migration happens whole or not at all."""
    path = tmp_path / "store.db"
    connect(path, [ONE]).close()
    with pytest.raises(StoreUnusable):
        connect(path, [ONE, TWO + "SELECT nonsense;"])
    with closing(sqlite3.connect(path)) as store:
        assert store.execute("SELECT name FROM sqlite_schema").fetchall() == [("one",)]


@pytest.mark.parametrize(
    "content", [b"this is no database, whatever its name says\n" * 50, b"SQLite format 3\x00" + b"\xff" * 500]
)
def test_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    """What is no database is refused in a sentence that names it."""
    path = tmp_path / "store.db"
    path.write_bytes(content)
    with pytest.raises(StoreUnusable, match=r"store\.db cannot be used"):
        connect(path, [ONE])


def test_directory_that_cannot_be_made(tmp_path: Path) -> None:
    """A place where no file can be is refused in a sentence."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnusable, match="cannot be used"):
        connect(tmp_path / "file" / "store.db", [ONE])


def test_several_processes_open_a_new_file_at_once(tmp_path: Path) -> None:
    """Whoever comes first makes the schema; the others find it made."""
    path = tmp_path / "store.db"
    racers = [
        subprocess.Popen([sys.executable, "-c", RACE, path], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    told = [racer.communicate()[1] for racer in racers]
    with closing(connect(path, [ONE, "INSERT INTO one VALUES (1);"])) as store:
        assert (told, store.execute("SELECT count(*) FROM one").fetchone()) == ([""] * 6, (1,))
