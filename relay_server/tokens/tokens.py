"""Tokens: 256 random bits, shown once, stored as their SHA-256."""

import base64
import hashlib
import hmac
import re
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from relay_server.errors import TokenRefused
from relay_server.tokens.owner import Owner
from relay_server.tokens.transaction import transaction

PREFIX = "hkl_"
USED_EVERY_SECONDS = 60.0
"""How exactly the last use is kept: each note of it costs a flush to disk."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}", re.ASCII)
_GLOB = re.compile(r"[a-z0-9*?\[\]!-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """What may be shown of a token: everything but itself."""

    name: str
    globs: tuple[str, ...]
    names: tuple[str, ...]
    """The endpoint names that are its owner's."""
    created_at: float
    expires_at: float | None
    last_used_at: float | None
    """To the minute; None: never."""
    revoked: bool
    """It opens nothing any more; its names are kept."""


class Tokens:
    """The tokens in the file. Another process may change them at any time: nothing is kept in memory."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        clock: Callable[[], float],
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        """Begin.

        Args:
            connection: of `open_store`.
            clock: Unix seconds.
            random_bytes: unpredictable bytes.
        """
        self._connection = connection
        self._clock = clock
        self._random_bytes = random_bytes

    def create(self, name: str, *, names: Sequence[str] = ("*",), expires_at: float | None = None) -> str:
        """Make a token and give it: nobody can read it from the file afterwards.

        The name of a revoked token may be used again: its owner is back, with the names that were kept.

        Args:
            name: what the operator calls its holder.
            names: globs of the endpoint names that it may claim.
            expires_at: Unix seconds; None: never.

        Raises:
            TokenRefused: the name or a glob is not well formed, or a token of that name is alive.
        """
        if not _NAME.fullmatch(name):
            raise TokenRefused(
                f"{name!r} cannot be the name of a token: use 1 to 64 letters, digits, '.', '_', '@' and '-'"
            )
        for glob in names:
            if not _GLOB.fullmatch(glob):
                raise TokenRefused(f"{glob!r} matches no endpoint name: use letters a to z, digits, '-', '*' and '?'")
        token, digest = self._fresh()
        made = self._connection.execute(
            """
            INSERT INTO tokens (name, hash, globs, created_at, expires_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET hash = excluded.hash, globs = excluded.globs,
                created_at = excluded.created_at, expires_at = excluded.expires_at, last_used_at = NULL
                WHERE hash IS NULL
            """,
            (name, digest, msgspec.json.encode(list(names)).decode(), self._clock(), expires_at),
        )
        if not made.rowcount:
            raise TokenRefused(
                f"there is a token named {name} already: choose another name, "
                f"or give its holder a new one with: hookline-relay token rotate {name}"
            )
        return token

    def check(self, token: str) -> Owner | None:
        """Give the owner of `token`; None for any other text, whatever is wrong with it.

        Takes no measurable time from how nearly right a guess is: what is looked up is its hash.
        """
        digest = _digest(token)
        row = self._connection.execute(
            "SELECT id, name, globs, credential, expires_at, hash, last_used_at FROM tokens WHERE hash = ?", (digest,)
        ).fetchone()
        now = self._clock()
        if row is None or not hmac.compare_digest(row[5], digest) or (row[4] is not None and row[4] <= now):
            return None
        if row[6] is None or now - row[6] >= USED_EVERY_SECONDS:
            # A full disk must not lock out who may come in.
            with suppress(sqlite3.Error):
                self._connection.execute("UPDATE tokens SET last_used_at = ? WHERE id = ?", (now, row[0]))
        return Owner(row[0], row[1], tuple(msgspec.json.decode(row[2])), row[3], row[4])

    def is_good(self, owner: Owner) -> bool:
        """Say whether the token by which `owner` came in still opens: not revoked, rotated or expired since."""
        if owner.expires_at is not None and owner.expires_at <= self._clock():
            return False
        found = self._connection.execute(
            "SELECT 1 FROM tokens WHERE id = ? AND credential = ? AND hash IS NOT NULL", (owner.id, owner.credential)
        ).fetchone()
        return found is not None

    def list(self) -> list[TokenInfo]:
        """Give all tokens by name, those included that are revoked while names are kept for their owner."""
        kept: dict[int, list[str]] = {}
        for name, token_id in self._connection.execute("SELECT name, token_id FROM names ORDER BY name"):
            kept.setdefault(token_id, []).append(name)
        rows = self._connection.execute(
            "SELECT id, name, globs, created_at, expires_at, last_used_at, hash IS NULL FROM tokens ORDER BY name"
        )
        return [
            TokenInfo(
                row[1],
                tuple(msgspec.json.decode(row[2])),
                tuple(kept.get(row[0], ())),
                row[3],
                row[4],
                row[5],
                bool(row[6]),
            )
            for row in rows
        ]

    def revoke(self, name: str, *, free_names: bool = False) -> tuple[str, ...]:
        """End a token; give the endpoint names that are kept for its owner.

        Args:
            name: the token's; it may be revoked already.
            free_names: keep no name: anybody may claim them, and their addresses are unknown until then.

        Raises:
            TokenRefused: there is no such token.
        """
        with transaction(self._connection):
            token_id = self._id_of(name)
            if free_names:
                self._connection.execute("DELETE FROM names WHERE token_id = ?", (token_id,))
            rows = self._connection.execute("SELECT name FROM names WHERE token_id = ? ORDER BY name", (token_id,))
            names = tuple(row[0] for row in rows)
            if names:
                self._connection.execute(
                    "UPDATE tokens SET hash = NULL, credential = credential + 1 WHERE id = ?", (token_id,)
                )
            else:
                self._connection.execute("DELETE FROM tokens WHERE id = ?", (token_id,))
        return names

    def rotate(self, name: str) -> str:
        """Give the holder of a token a new one; the old one ends, the names, globs and the expiry stay.

        Raises:
            TokenRefused: there is no such token, or it is revoked.
        """
        token, digest = self._fresh()
        with transaction(self._connection):
            token_id = self._id_of(name)
            changed = self._connection.execute(
                "UPDATE tokens SET hash = ?, credential = credential + 1 WHERE id = ? AND hash IS NOT NULL",
                (digest, token_id),
            )
            if not changed.rowcount:
                raise TokenRefused(
                    f"the token {name} is revoked: make it anew with: hookline-relay token create {name}"
                )
        return token

    def _fresh(self) -> tuple[str, bytes]:
        token = PREFIX + base64.b32encode(self._random_bytes(32)).decode().rstrip("=").lower()
        return token, _digest(token)

    def _id_of(self, name: str) -> int:
        row = self._connection.execute("SELECT id FROM tokens WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise TokenRefused(f"there is no token named {name}: hookline-relay token list shows them")
        found: int = row[0]
        return found


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", errors="backslashreplace")).digest()
