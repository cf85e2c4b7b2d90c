"""`hookline-relay token`."""

import json
import os
import sqlite3
import stat
from pathlib import Path

import pytest

from tests.relay_server.cli.conftest import Run


def test_token_alone_is_on_standard_output(run: Run, tmp_path: Path) -> None:
    """What is printed is the token and nothing else, so that a script can keep it; the explanation goes beside it."""
    done = run("token", "create", "laptop", "--names", "team-*", "--expires", "30d", "--data-dir", "data")
    assert (done.returncode, done.stdout[:4], len(done.stdout.strip()), done.stdout.count("\n")) == (0, "hkl_", 56, 1)
    assert "good for team-* until" in done.stderr
    assert "hookline login" in done.stderr
    assert done.stdout.strip() not in done.stderr
    assert stat.S_IMODE((tmp_path / "data" / "relay.db").stat().st_mode) == 0o600


def test_same_name_again_is_refused(run: Run) -> None:
    """A second token of a name is refused with what to do."""
    run("token", "create", "laptop")
    done = run("token", "create", "laptop")
    assert (done.returncode, done.stdout) == (1, "")
    assert "hookline-relay token rotate laptop" in done.stderr


def test_list_shows_no_token(run: Run) -> None:
    """The list has name, names and times, as a table or as JSON, and never the token."""
    token = run("token", "create", "laptop", "--expires", "1d").stdout.strip()
    table, document = run("token", "list"), run("token", "list", "--json")
    assert table.stdout.splitlines()[0].split()[0] == "NAME"
    assert table.stdout.splitlines()[1].startswith("laptop")
    (entry,) = json.loads(document.stdout)
    assert (entry["name"], entry["globs"], entry["last_used_at"], entry["revoked"]) == ("laptop", ["*"], None, False)
    assert token[4:] not in table.stdout + document.stdout


def test_empty_list_says_what_to_do(run: Run) -> None:
    """With no token standard output stays empty."""
    done = run("token", "list")
    assert (done.returncode, done.stdout) == (0, "")
    assert "hookline-relay token create NAME" in done.stderr


def test_revoke_and_rotate(run: Run) -> None:
    """A rotation prints the new token alone; a revocation prints nothing."""
    old = run("token", "create", "laptop").stdout
    new = run("token", "rotate", "laptop")
    assert (new.returncode, new.stdout[:4], new.stdout == old) == (0, "hkl_", False)
    gone = run("token", "revoke", "laptop")
    assert (gone.returncode, gone.stdout) == (0, "")
    assert run("token", "list", "--json").stdout.strip() == "[]"


@pytest.mark.parametrize("command", ["revoke", "rotate"])
def test_unknown_token(run: Run, command: str) -> None:
    """A token that does not exist is named."""
    done = run("token", command, "nobody")
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no token named nobody" in done.stderr


@pytest.mark.parametrize("expires", ["soon", "0", "-1d", "30"])
def test_bad_expiry(run: Run, expires: str) -> None:
    """An expiry that is no duration is a mistake on the command line."""
    done = run("token", "create", "laptop", "--expires", expires)
    assert (done.returncode, done.stdout) == (2, "")
    assert "such as 30" in done.stderr


def test_file_of_a_newer_version(run: Run, tmp_path: Path) -> None:
    """A file that a newer version wrote is left alone, in a sentence."""
    run("token", "create", "laptop", "--data-dir", "data")
    with sqlite3.connect(tmp_path / "data" / "relay.db") as store:
        store.execute("PRAGMA user_version = 99")
    store.close()
    done = run("token", "list", "--data-dir", "data")
    assert (done.returncode, done.stdout) == (1, "")
    assert "upgrade hookline" in done.stderr
    assert "Traceback" not in done.stderr


def test_data_directory_that_cannot_be(run: Run, tmp_path: Path) -> None:
    """A data directory that cannot be made is named."""
    (tmp_path / "file").write_text("")
    done = run("token", "list", "--data-dir", f"file{os.sep}data")
    assert done.returncode == 1
    assert "cannot be used" in done.stderr
