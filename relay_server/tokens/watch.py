"""Notices that another process changed the tokens, while the relay runs."""

import sqlite3


class Changes:
    """Says whether the file was changed by another process; cheap enough to ask twice a second."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._seen = self._version()

    def __call__(self) -> bool:
        """Say whether something was committed by another connection since the last call, or since the beginning."""
        version = self._version()
        changed = version != self._seen
        self._seen = version
        return changed

    def _version(self) -> int:
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        found: int = version
        return found
