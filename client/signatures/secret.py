"""Secrets by reference: they are read on this machine, and shown nowhere."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shared.errors import TunnelError

_LARGEST_BYTES = 64 * 1024
"""No key of any scheme comes near it; a wrong path may name something endless."""

_SERVICE = "hookline"
"""The name under which the system keyring keeps our entries."""


class SecretUnusable(TunnelError):  # noqa: N818 - reads as the sentence it is
    """A secret that a reference names and that cannot be read; says why and what to do, never what it holds."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A signing secret or key with the name that may be shown for it."""

    name: str
    """Where it came from, as `env:TALKIFAI_SECRET`: this is what verdicts say."""
    value: bytes = field(repr=False)
    """The secret's text as it was given, surrounding white space included."""

    @classmethod
    def from_reference(cls, reference: str, environ: Mapping[str, str] | None = None) -> "Secret":
        """Read the secret that `reference` names.

        Args:
            reference: `env:NAME`, `file:PATH` or `keyring:NAME`.
            environ: the environment to look in; None: this process's own.

        Raises:
            SecretUnusable: there is no such secret, it is empty, or others could read its file.
        """
        kind, _, name = reference.partition(":")
        if kind == "env" and name:
            return cls(reference, _from_environment(name, os.environ if environ is None else environ))
        if kind == "file" and name:
            return cls(reference, _from_file(Path(name).expanduser()))
        if kind == "keyring" and name:
            return cls(reference, _from_keyring(name))
        raise SecretUnusable(
            "a secret is given as env:NAME, file:PATH or keyring:NAME, never as the secret itself: "
            "put it into an environment variable and write env:THAT_VARIABLE"
        )


def _from_environment(name: str, environ: Mapping[str, str]) -> bytes:
    value = environ.get(name)
    if value is None:
        raise SecretUnusable(f"the environment has no {name}: export it before starting, or use file:PATH")
    if not value.strip():
        raise SecretUnusable(f"{name} is empty in the environment: a check with an empty secret would pass anybody")
    return value.encode("utf-8", "surrogateescape")


def _from_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise SecretUnusable(f"{path} is not a regular file: name the file that holds the secret")
            if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise SecretUnusable(f"{path} can be read or changed by other users: run chmod 600 {path}")
            value = file.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise SecretUnusable(f"{path} cannot be read: {error.strerror or type(error).__name__}") from error
    if len(value) > _LARGEST_BYTES:
        raise SecretUnusable(f"{path} is larger than {_LARGEST_BYTES} bytes: that is not a signing secret")
    value = value.removesuffix(b"\n").removesuffix(b"\r")
    if not value.strip():
        raise SecretUnusable(f"{path} is empty: a check with an empty secret would pass anybody")
    return value


def _from_keyring(name: str) -> bytes:
    try:
        import keyring  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise SecretUnusable(
            "the system keyring needs one package more: run `pipx inject hookline keyring`, or `pip install keyring` "
            "where hookline was installed with pip"
        ) from error
    try:
        value = keyring.get_password(_SERVICE, name)
    except Exception as error:  # each backend of the keyring has its own exceptions
        raise SecretUnusable(f"the system keyring did not give {name}: {type(error).__name__}") from error
    if not value:
        raise SecretUnusable(f"the system keyring has no {name}: store it with `keyring set {_SERVICE} {name}`")
    return str(value).encode()
