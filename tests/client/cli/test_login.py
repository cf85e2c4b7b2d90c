"""`hookline login`, against a real door."""

import json
import stat
from pathlib import Path

import pytest

from client.local_relay import LocalRelay
from tests.client.cli.person import WORDS, Person
from tests.doors import opened
from tests.system.terminal import on_terminal

TOKEN = "hkl_" + "b" * 52


def kept(person: Person) -> Path:
    """Give the place of the tokens."""
    return person.home / "config" / "hookline" / "credentials.json"


async def test_accepted_token_is_kept(person: Person, tmp_path: Path) -> None:
    """For its owner alone, and nowhere on the screen."""
    async with opened(tmp_path) as door:
        token = door.tokens.create("laptop")
        url = f"http://127.0.0.1:{door.port}"
        done = await person.runs("login", f"{url}/", stdin=f" {token}\r\n".encode())
    assert (done.code, done.out, done.err) == (0, "", f"logged in to {url}; now: hookline http 3000\n")
    assert json.loads(kept(person).read_text()) == {"last": url, "tokens": {url: token}}
    assert stat.S_IMODE(kept(person).stat().st_mode) == 0o600


@pytest.mark.xdist_group("demo")
async def test_ca_is_remembered(person: Person, tmp_path: Path) -> None:
    """What the login says to do next works as it stands, and so does the next login."""
    async with LocalRelay.started(tmp_path / "relay", domain="localhost") as relay:
        url, token = f"https://localhost:{relay.port}", f"{relay.token}\n".encode()
        (person.home / "ca.pem").write_bytes(relay.ca_file.read_bytes())
        done = await person.runs("login", url, "--relay-ca", "ca.pem", stdin=token)
        assert done.code == 0, done.err
        again = await person.runs("login", url, stdin=token)
        assert again.code == 0, again.err
        with person.running("http", "3000", "--inspect-addr", ":0") as program:
            await program.says("online")
        (person.home / "ca.pem").unlink()
        lost = await person.runs("http", "3000")
    assert (lost.code, "is not there any more: run `hookline login" in lost.err) == (2, True), lost.err


async def test_token_that_is_typed_is_not_echoed(person: Person, tmp_path: Path) -> None:
    """On a terminal it is asked for, unseen."""
    async with opened(tmp_path) as door:
        token = door.tokens.create("laptop")
        words = [*WORDS, "login", f"http://127.0.0.1:{door.port}"]
        async with on_terminal(words, env=person.environment(), cwd=person.home) as terminal:
            await terminal.shows(b"Token: ")
            terminal.press(f"{token}\n".encode())
            assert await terminal.ended() == 0
            assert token.encode() not in terminal.screen


async def test_refused_token_is_not_kept(person: Person, tmp_path: Path) -> None:
    """The relay is asked before anything is stored."""
    async with opened(tmp_path) as door:
        done = await person.runs("login", f"http://127.0.0.1:{door.port}", stdin=f"{TOKEN}\n".encode())
    assert (done.code, done.err.count("\n"), "the token is unknown" in done.err) == (3, 1, True)
    assert ("run `hookline login` again" in done.err, "token create NAME" in done.err) == (False, True)
    assert (TOKEN in done.text, kept(person).exists()) == (False, False)


async def test_unknown_relay_is_named(person: Person) -> None:
    """Nobody answers there: a failure, at once."""
    done = await person.runs("login", "http://127.0.0.1:1", stdin=f"{TOKEN}\n".encode())
    assert (done.code, done.err.count("\n"), "nothing listens at http://127.0.0.1:1" in done.err) == (1, 1, True)


async def test_relay_s_address_is_one(person: Person) -> None:
    """What is no address is quoted, before the token is asked for."""
    for address in ("", "https://user:pass@a"):
        done = await person.runs("login", address)
        assert (done.code, "is not a relay's address" in done.err) == (2, True), done.err


async def test_no_token_is_given(person: Person) -> None:
    """Where it comes from is told."""
    done = await person.runs("login", "http://127.0.0.1:1")
    assert (done.code, "hookline-relay token create" in done.err) == (2, True)


async def test_damaged_token_is_not_shown(person: Person) -> None:
    """Half a paste may still be a token."""
    done = await person.runs("login", "http://127.0.0.1:1", stdin="hkl_abc ö\n".encode())
    assert (done.code, done.err.count("\n"), "damaged" in done.err, "hkl_abc" in done.text) == (2, 1, True, False)


async def test_damaged_file_is_told_before_the_relay_is_asked(person: Person) -> None:
    """It is left as it is: it may hold other relays' tokens."""
    kept(person).parent.mkdir(parents=True)
    kept(person).write_text("{broken")
    done = await person.runs("login", "http://127.0.0.1:1", stdin=f"{TOKEN}\n".encode())
    assert (done.code, "is damaged" in done.err, kept(person).read_text()) == (2, True, "{broken")


async def test_home_that_cannot_be_written_is_told(person: Person, tmp_path: Path) -> None:
    """A token that cannot be kept is a failed login."""
    (person.home / "config").mkdir()
    (person.home / "config" / "hookline").write_text("a file where the directory should be")
    async with opened(tmp_path) as door:
        token = door.tokens.create("laptop")
        done = await person.runs("login", f"http://127.0.0.1:{door.port}", stdin=token.encode())
    assert (done.code, done.err.count("\n"), "credentials.json cannot be" in done.err) == (2, 1, True), done.err
