"""Endpoint names and whose they are: a name that was granted once stays its owner's."""

import sqlite3
from collections.abc import Callable

import msgspec

from relay_server.errors import NameRefused, Refusal
from relay_server.labels import is_label
from relay_server.tokens.owner import Owner
from relay_server.tokens.transaction import transaction

MOST_NAMES = 256
"""Of one token: a name is its owner's for good, so that without a bound one token could take them all."""


class Names:
    """The names in the file; another process may change them at any time."""

    def __init__(self, connection: sqlite3.Connection, *, clock: Callable[[], float]) -> None:
        """Begin.

        Args:
            connection: of `open_store`.
            clock: Unix seconds.
        """
        self._connection = connection
        self._clock = clock

    def claim(self, name: str, owner: Owner) -> None:
        """Make `name` the owner's, for good; nothing changes if it is already.

        Raises:
            NameRefused: it is no host label, not granted to this owner, another owner's, or one too many.
            sqlite3.Error: the file cannot be written now; nothing changed.
        """
        _check_grammar(name)
        if not owner.may_claim(name):
            granted = ", ".join(owner.globs)
            raise NameRefused(
                Refusal.NOT_GRANTED,
                f"the token {owner.name} may not use the name {name} (it may use {granted}): "
                "choose such a name, or ask the relay's operator for a token with --names",
            )
        if self._has(owner, name):
            return  # the usual case, of a client that is back: it needs no lock, so that no other process delays it
        with transaction(self._connection):
            alive = self._connection.execute(
                "SELECT 1 FROM tokens WHERE id = ? AND hash IS NOT NULL", (owner.id,)
            ).fetchone()
            if alive is None:
                raise NameRefused(
                    Refusal.NOT_GRANTED,
                    f"the token {owner.name} is revoked: ask the relay's operator for a new one, "
                    "then use it with: hookline login",
                )
            added = self._connection.execute(
                "INSERT INTO names (name, token_id, claimed_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (name, owner.id, self._clock()),
            )
            (holder,) = self._connection.execute("SELECT token_id FROM names WHERE name = ?", (name,)).fetchone()
            if holder != owner.id:
                raise NameRefused(
                    Refusal.TAKEN,
                    f"the name {name} belongs to the holder of another token of this relay: "
                    "choose another name, or ask the relay's operator to free it",
                )
            (count,) = self._connection.execute("SELECT count(*) FROM names WHERE token_id = ?", (owner.id,)).fetchone()
            if added.rowcount and count > MOST_NAMES:
                raise NameRefused(
                    Refusal.TOO_MANY,
                    f"the token {owner.name} has {MOST_NAMES} names, and one token may have no more: "
                    "use one of these, or ask the relay's operator for another token",
                )

    def _has(self, owner: Owner, name: str) -> bool:
        found = self._connection.execute(
            "SELECT 1 FROM names JOIN tokens ON id = token_id WHERE names.name = ? AND id = ? AND hash IS NOT NULL",
            (name, owner.id),
        ).fetchone()
        return found is not None

    def owner(self, name: str) -> Owner | None:
        """Give the owner of `name`, whose token may be revoked; None: nobody's."""
        row = self._connection.execute(
            "SELECT id, tokens.name, globs, credential, expires_at FROM names JOIN tokens ON id = token_id "
            "WHERE names.name = ?",
            (name,),
        ).fetchone()
        return None if row is None else Owner(row[0], row[1], tuple(msgspec.json.decode(row[2])), row[3], row[4])

    def all(self) -> list[str]:
        """Give every name that is somebody's, in order."""
        return [row[0] for row in self._connection.execute("SELECT name FROM names ORDER BY name")]

    def release(self, name: str) -> None:
        """Let anybody claim `name`; nothing changes if it is nobody's."""
        self._connection.execute("DELETE FROM names WHERE name = ?", (name,))


def _check_grammar(name: str) -> None:
    if is_label(name):
        return
    lower = name.lower()
    hint = f"write {lower}" if is_label(lower) else "use a to z, 0 to 9 and '-' inside, at most 63"
    raise NameRefused(Refusal.INVALID, f"{name!r} cannot be part of a host name: {hint}")
