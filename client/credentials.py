"""The tokens that `hookline login` stored."""

import os
import tempfile
from pathlib import Path

import msgspec

from shared.errors import TunnelError


class CredentialsUnusable(TunnelError):  # noqa: N818 - reads as the sentence it is
    """The file of tokens cannot be read or written."""


class _Stored(msgspec.Struct):
    last: str = ""
    """The relay of the last login."""
    tokens: dict[str, str] = {}


class Credentials:
    """Tokens by relay, in a file that only its owner can read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __repr__(self) -> str:
        """Hide the tokens."""
        return f"Credentials({self._path})"

    @property
    def last_relay(self) -> str:
        """The relay of the last login, or empty."""
        return self._read().last

    def token(self, relay: str) -> str:
        """Give the token for a relay's URL, or empty."""
        return self._read().tokens.get(relay, "")

    def store(self, relay: str, token: str) -> None:
        """Keep a token, and remember its relay as the last one.

        Raises:
            CredentialsUnusable: the file cannot be written.
        """
        stored = self._read()
        stored.tokens[relay] = token
        stored.last = relay
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # A new file takes the old one's place at once: a full disk or a crash never loses the other tokens.
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".credentials")
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(stored)))
            Path(name).replace(self._path)
        except OSError as error:
            raise CredentialsUnusable(f"{self._path} cannot be written: {error.strerror}") from error

    def _read(self) -> _Stored:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Stored)
        except FileNotFoundError:
            return _Stored()
        except (OSError, msgspec.DecodeError) as error:
            raise CredentialsUnusable(
                f"{self._path} cannot be read ({error}): remove it, then log in again with `hookline login`"
            ) from error
