"""Secrets by reference."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from client.signatures.secret import Secret, SecretUnusable


def test_environment_variable() -> None:
    """`env:NAME` gives the variable's text, with the reference as its name."""
    secret = Secret.from_reference("env:TALKIFAI_SECRET", {"TALKIFAI_SECRET": "whsec_x"})
    assert (secret.name, secret.value) == ("env:TALKIFAI_SECRET", b"whsec_x")


def test_file_is_read_without_its_last_line_end(tmp_path: Path) -> None:
    """`file:PATH` gives the file's content; the newline that editors add is not part of it."""
    path = tmp_path / "secret"
    path.write_bytes(b"whsec_x\n")
    path.chmod(0o600)
    assert Secret.from_reference(f"file:{path}").value == b"whsec_x"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o620, 0o604])
def test_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    """A secret that others can read or change is none, and the remedy is said."""
    path = tmp_path / "secret"
    path.write_bytes(b"whsec_x")
    path.chmod(mode)
    with pytest.raises(SecretUnusable, match="chmod 600"):
        Secret.from_reference(f"file:{path}")


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("env:ABSENT", "has no ABSENT"),
        ("env:EMPTY", "is empty"),
        ("file:/nonexistent/secret", "cannot be read"),
        ("file:/dev/null", "not a regular file"),
        ("whsec_the_secret_itself", "never as the secret itself"),
        ("env:", "env:NAME"),
        ("vault:x", "env:NAME"),
    ],
)
def test_unusable_reference_says_what_to_do(reference: str, words: str) -> None:
    """Each mistake has a sentence, and none repeats what might be a secret."""
    with pytest.raises(SecretUnusable, match=words) as caught:
        Secret.from_reference(reference, {"EMPTY": " "})
    assert "whsec_the" not in str(caught.value)


def test_file_beyond_any_secret_is_refused(tmp_path: Path) -> None:
    """A large file is a mistaken path."""
    path = tmp_path / "big"
    path.write_bytes(b"x" * 70_000)
    path.chmod(0o600)
    with pytest.raises(SecretUnusable, match="larger"):
        Secret.from_reference(f"file:{path}")


def test_repr_hides_the_value() -> None:
    """A secret in a log shows its name alone."""
    assert repr(Secret("env:X", b"whsec_x")) == "Secret(name='env:X')"


class Keyring(ModuleType):
    """Stands for the optional package, whose backends need a desktop."""

    def __init__(self, entries: dict[str, str] | None) -> None:
        super().__init__("keyring")
        self._entries = entries

    def get_password(self, service: str, name: str) -> str | None:
        """Give an entry; a locked keyring has none to give."""
        if self._entries is None:
            raise OSError("locked")
        return self._entries.get(f"{service}/{name}")


def test_secret_from_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry of ours is read by its name."""
    monkeypatch.setitem(sys.modules, "keyring", Keyring({"hookline/stripe": "whsec_x"}))
    assert Secret.from_reference("keyring:stripe").value == b"whsec_x"


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (Keyring({}), "has no stripe: store it with `keyring set hookline stripe`"),
        (Keyring(None), "did not give stripe"),
        (None, "pipx inject hookline keyring"),
    ],
)
def test_keyring_that_gives_nothing(monkeypatch: pytest.MonkeyPatch, module: ModuleType | None, words: str) -> None:
    """Absent entry, locked keyring, package not installed: each says what to do."""
    monkeypatch.setitem(sys.modules, "keyring", module)
    with pytest.raises(SecretUnusable, match=words):
        Secret.from_reference("keyring:stripe")
