"""The file of tokens and names."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from relay_server.tokens.schema import BUSY_MILLISECONDS, open_store


def test_serving_relay_does_not_wait_long_for_the_file(tmp_path: Path) -> None:
    """While another process writes, a write fails soon instead of stalling every delivery."""
    with (
        closing(open_store(tmp_path)) as writing,
        closing(open_store(tmp_path, busy_milliseconds=BUSY_MILLISECONDS)) as serving,
    ):
        writing.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            serving.execute("BEGIN IMMEDIATE")
        assert time.monotonic() - began < 2
