"""Tokens in a file that only its owner can read."""

import stat
from pathlib import Path

import pytest

from client.credentials import BadToken, Credentials, CredentialsUnusable, checked_token

RELAY = "https://relay.test"


def test_tokens_are_kept_by_relay(tmp_path: Path) -> None:
    """Each relay has its own; the last login is remembered, also by the next process."""
    path = tmp_path / "config" / "credentials.json"
    Credentials(path).store(RELAY, "hkl_one")
    Credentials(path).store("https://other.test", "hkl_two")
    kept = Credentials(path)
    assert [kept.token(url) for url in (RELAY, "https://other.test", "https://none.test")] == ["hkl_one", "hkl_two", ""]
    assert kept.last_relay == "https://other.test"


def test_ca_of_a_login_is_kept_with_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is found from every directory, by the relay's URL and by the names that it serves, until the next login."""
    monkeypatch.chdir(tmp_path)
    ca = tmp_path / "ca.pem"
    ca.touch()
    kept = Credentials(tmp_path / "credentials.json")
    kept.store("https://relay.test:8443", "hkl_one", Path("ca.pem"))
    assert (kept.ca_file("https://relay.test:8443"), kept.ca_file(RELAY)) == (ca, None)
    asked = [("relay.test", 8443), ("demo.relay.test", 8443), ("relay.test", None), ("norelay.test", 8443)]
    assert [kept.ca_for(host, port) for host, port in asked] == [ca, ca, None, None]
    kept.store("https://relay.test:8443", "hkl_two")
    assert kept.ca_file("https://relay.test:8443") is None


def test_ca_that_is_gone_is_named(tmp_path: Path) -> None:
    """The sentence says how to give its new place."""
    kept = Credentials(tmp_path / "credentials.json")
    kept.store(RELAY, "hkl_one", tmp_path / "ca.pem")
    with pytest.raises(CredentialsUnusable, match=r"ca\.pem.*is not there any more.*--relay-ca FILE"):
        kept.ca_file(RELAY)
    assert kept.ca_for("relay.test", None) is None


def test_file_is_its_owners_alone(tmp_path: Path) -> None:
    """The directory and the file keep others out, whatever mode the file had before."""
    path = tmp_path / "config" / "credentials.json"
    Credentials(path).store(RELAY, "hkl_one")
    path.chmod(0o644)
    Credentials(path).store(RELAY, "hkl_two")
    assert [stat.S_IMODE(place.stat().st_mode) for place in (path.parent, path)] == [0o700, 0o600]
    assert [place.name for place in path.parent.iterdir()] == ["credentials.json"]


def test_tokens_are_not_shown(tmp_path: Path) -> None:
    """What is logged or shown by accident holds none."""
    credentials = Credentials(tmp_path / "credentials.json")
    credentials.store(RELAY, "hkl_one")
    assert "hkl_one" not in repr(credentials)


def test_nobody_has_logged_in(tmp_path: Path) -> None:
    """Without a file there is no relay and no token."""
    credentials = Credentials(tmp_path / "credentials.json")
    credentials.check()
    assert (credentials.last_relay, credentials.token(RELAY)) == ("", "")


@pytest.mark.parametrize("text", [b"", b"{broken", b"\xff\xfe", b'{"tokens": []}', b"[]"])
def test_damaged_file_is_named(tmp_path: Path, text: bytes) -> None:
    """It is not overwritten: it may hold other relays' tokens."""
    path = tmp_path / "credentials.json"
    path.write_bytes(text)
    for use in (Credentials(path).check, lambda: Credentials(path).store(RELAY, "hkl_one")):
        with pytest.raises(CredentialsUnusable, match=r"credentials\.json is damaged .* `hookline login`"):
            use()
    assert path.read_bytes() == text


def test_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file where the directory should be, a directory where the file should be: nothing is left behind."""
    (tmp_path / "file").write_text("")
    with pytest.raises(CredentialsUnusable, match=r"cannot be (read|written): Not a directory"):
        Credentials(tmp_path / "file" / "credentials.json").store(RELAY, "hkl_one")
    taken = tmp_path / "credentials.json"
    taken.mkdir()
    with pytest.raises(CredentialsUnusable, match="cannot be read: Is a directory"):
        Credentials(taken).store(RELAY, "hkl_one")
    assert sorted(place.name for place in tmp_path.iterdir()) == ["credentials.json", "file"]


def test_failed_replacement_leaves_no_copy_of_the_tokens(tmp_path: Path) -> None:
    """What was written beside the file is removed when it cannot take its place."""
    path = tmp_path / "credentials.json"
    path.mkdir()
    with pytest.raises(IsADirectoryError):
        Credentials(path)._replace(b"hkl_one")
    assert list(tmp_path.iterdir()) == [path]


def test_token_is_taken_without_its_surroundings() -> None:
    """A newline comes with every paste."""
    assert checked_token(" hkl_abc\r\n") == "hkl_abc"


@pytest.mark.parametrize("text", ["", " ", "hkl_a\nb", "hkl a", "hkl_ä", "hkl_\x01", "hkl_\x7f", "hkl_\ud800"])
def test_damaged_token_is_refused_and_never_shown(text: str) -> None:
    """What cannot be sent as a field's value is told here, without the token."""
    with pytest.raises(BadToken) as caught:
        checked_token(text)
    assert "hkl" not in str(caught.value)
