"""Keys that providers tell in a handshake: each in a file of its own that only its user can read."""

import os
import re
from pathlib import Path

from client.signatures.rule import Rule
from client.signatures.secret import Secret, SecretUnusable


class LearnedSecrets:
    """One key for each rule of each tunnel: the first that was told, until its file is removed.

    Whoever knows the public URL can send a handshake, so a later key never takes the place of an earlier one.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def find(self, rule: Rule, tunnel: str) -> tuple[Secret, ...]:
        """Give the key that was told for a rule, or nothing.

        Args:
            rule: which scheme, under which path.
            tunnel: the tunnel's name.
        """
        path = self._path(rule, tunnel)
        if not path.is_file():
            return ()
        try:
            return (Secret.from_reference(f"file:{path}"),)
        except SecretUnusable:
            return ()  # others could have changed it: what comes then is checked with no key, and fails

    def keep(self, rule: Rule, tunnel: str, secret: Secret) -> Secret:
        """Store a key; give it under the name of its file.

        Raises:
            SecretUnusable: it cannot be stored; it still counts for as long as the client runs.
        """
        path = self._path(rule, tunnel)
        temporary = path.with_suffix(".new")
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary.unlink(missing_ok=True)
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secret.value)
            temporary.replace(path)
        except OSError as error:
            raise SecretUnusable(f"{path} cannot be written: {error.strerror or type(error).__name__}") from error
        return Secret(f"file:{path}", secret.value)

    def _path(self, rule: Rule, tunnel: str) -> Path:
        words = (rule.scheme, tunnel or "tunnel", rule.path.strip("/"))
        return self._directory / ("-".join(_plain(word) for word in words if word) + ".secret")


def _plain(word: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]+", "-", word)[:60]
