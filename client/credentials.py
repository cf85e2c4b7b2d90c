"""The tokens that `hookline login` stored, and which CA each relay's certificate needs."""

import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from shared.errors import TunnelError


class CredentialsUnusable(TunnelError):  # noqa: N818 - reads as the sentence it is
    """The file of tokens cannot be read or written."""


class BadToken(TunnelError):  # noqa: N818 - reads as the sentence it is
    """Text that is no token. Never holds it: a token that was pasted with something else is still one."""


class _Stored(msgspec.Struct, omit_defaults=True):
    last: str = ""
    """The relay of the last login."""
    tokens: dict[str, str] = {}
    cas: dict[str, str] = {}
    """By relay, the file of the CA that it was logged in to with; none: the system's are enough."""


def checked_token(text: str) -> str:
    """Give a token as it was pasted, without the white space around it.

    Raises:
        BadToken: it holds what no token holds, and no header field either.
    """
    token = text.strip()
    if not token or not all("!" <= character <= "~" for character in token):
        raise BadToken("the token is damaged: it is one word of letters, digits and _, copy it once more")
    return token


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

    def ca_file(self, relay: str) -> Path | None:
        """Give the CA that a relay was logged in to with; None: the system's are enough.

        Raises:
            CredentialsUnusable: it is not there any more.
        """
        ca = self._read().cas.get(relay)
        if ca is None:
            return None
        if not Path(ca).exists():
            raise CredentialsUnusable(
                f"{ca}, the CA that you logged in to {relay} with, is not there any more: "
                f"run `hookline login {relay} --relay-ca FILE` with the file's new place"
            )
        return Path(ca)

    def ca_for(self, host: str, port: int | None) -> Path | None:
        """Give the CA of the relay that serves the names of `host`, as far as it is known and still there."""
        for relay, ca in self._read().cas.items():
            url = urlsplit(relay)
            if url.port == port and f".{host}".endswith(f".{url.hostname}") and Path(ca).exists():
                return Path(ca)
        return None

    def check(self) -> None:
        """See that the file can be used, before a token is worth storing.

        Raises:
            CredentialsUnusable: it cannot.
        """
        self._read()

    def store(self, relay: str, token: str, ca_file: Path | None = None) -> None:
        """Keep a token, and remember its relay as the last one.

        Args:
            relay: its URL.
            token: what it accepts.
            ca_file: the CA that its certificate needs; None: the system's are enough.

        Raises:
            CredentialsUnusable: the file cannot be read or written.
        """
        stored = self._read()
        stored.tokens[relay] = token
        stored.last = relay
        stored.cas.pop(relay, None)
        if ca_file is not None:
            stored.cas[relay] = str(ca_file.absolute())
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._replace(msgspec.json.format(msgspec.json.encode(stored)))
        except OSError as error:
            raise CredentialsUnusable(f"{self._path} cannot be written: {error.strerror}") from error

    def _replace(self, text: bytes) -> None:
        """Put a new file in the old one's place at once: a full disk or a crash never loses the other tokens."""
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".credentials")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text)
            Path(name).replace(self._path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _read(self) -> _Stored:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Stored)
        except FileNotFoundError:
            return _Stored()
        except OSError as error:
            raise CredentialsUnusable(f"{self._path} cannot be read: {error.strerror}") from error
        except msgspec.DecodeError as error:
            raise CredentialsUnusable(
                f"{self._path} is damaged ({error}): remove it, then log in again with `hookline login`"
            ) from error
