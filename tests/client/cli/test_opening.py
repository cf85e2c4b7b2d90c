"""What keeps a tunnel from being opened: one sentence and the right exit code, from the real command."""

import sqlite3
from pathlib import Path

import pytest

from tests.client.cli.person import Person
from tests.doors import opened
from tests.system.polling import until_async
from tests.system.program import Finished

TOKEN = "hkl_" + "a" * 52
NOWHERE = ("--relay", "http://127.0.0.1:1", "--inspect-addr", "127.0.0.1:0")
FAILED, MISUSED, REFUSED, GONE = 1, 2, 3, 4


def sentence(done: Finished) -> str:
    """Give the one sentence that was said: after the usage in three lines, or alone."""
    *usage, said = done.err.strip().splitlines()
    assert not usage or usage[0].startswith("Usage: ") or all("connecting" in line for line in usage), done.err
    assert TOKEN not in done.text
    return said


@pytest.mark.parametrize("address", ["app", "70000", "ftp://localhost:3000", "http://a/b", "", "a:b@c:1", "\x1b[1m:1"])
async def test_bad_address_is_quoted_with_what_would_do(person: Person, address: str) -> None:
    """Before anything is dialled or opened."""
    done = await person.runs("http", *NOWHERE, "--", address, HOOKLINE_TOKEN=TOKEN)
    assert (done.code, "write 3000" in sentence(done), "\x1b" in done.err) == (MISUSED, True, False)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--timeout", "soon"), "such as 30s"),
        (("--host-header", "a b"), "preserve"),
        (("--ui", "tui"), "--ui tui needs a terminal for input and output: use --ui lines"),
        (("--ui", "tux"), "'tui'"),
        (("--relay", "ftp://a"), "https://relay.example.com"),
        (("--inspect-addr", "0.0.0.0:4040"), "--inspect-addr: '0.0.0.0:4040' does not fit: give a loopback"),
        (("--inspect-addr", "127.0.0.1:3000"), "http://localhost:3000 is hookline's own API"),
        (("--config", "nope.toml"), "nope.toml: there is no such file"),
        (("--require-signature",), "add --verify SCHEME"),
        (("--secret-env", "S"), "add --verify SCHEME"),
        (("--verify", "stripe"), "name the variable that holds it with --secret-env VAR"),
        (("--verify", "stripe", "--secret-env", "NOT_SET"), "the environment has no NOT_SET"),
        (("--verify", "stripe", "--secret-env", "EMPTY"), "EMPTY is empty"),
        (("--verify", "stripe", "--secret-file", "nope"), "nope cannot be read: No such file"),
        (("--verify", "stripe", "--secret-file", "open"), "chmod 600 open"),
        (("--verify", "strpe", "--secret-env", "SECRET"), "did you mean stripe"),
    ],
)
async def test_option_that_does_not_fit_is_told(person: Person, options: tuple[str, ...], said: str) -> None:
    """Each is usage or configuration, and the sentence says what to do."""
    (person.home / "open").write_text("s")
    (person.home / "open").chmod(0o644)
    done = await person.runs("http", "3000", *NOWHERE, *options, HOOKLINE_TOKEN=TOKEN, EMPTY=" ", SECRET="s")
    assert (done.code, said in sentence(done)) == (MISUSED, True), done.err


async def test_no_relay_is_known(person: Person) -> None:
    """A newcomer is told the three ways on."""
    done = await person.runs("http", "3000", HOOKLINE_TOKEN=TOKEN)
    assert done.code == MISUSED
    assert all(way in sentence(done) for way in ("hookline login", "--relay", "--local"))


async def test_no_token_is_known(person: Person) -> None:
    """Whoever names a relay needs a token for it."""
    done = await person.runs("http", "3000", *NOWHERE)
    assert (done.code, "run `hookline login http://127.0.0.1:1`" in sentence(done)) == (MISUSED, True)


@pytest.mark.parametrize("token", ["hkl_secret\nhkl_other", "hkl_secret\x01", "hkl_secrät"])
async def test_damaged_token_is_not_shown(person: Person, token: str) -> None:
    """What was pasted with the token may hold one: it is neither dialled with nor repeated."""
    done = await person.runs("http", "3000", *NOWHERE, HOOKLINE_TOKEN=token)
    assert (done.code, "damaged" in sentence(done), "hkl_sec" in done.text) == (MISUSED, True, False)


async def test_damaged_credentials_are_named(person: Person) -> None:
    """The file is not used, and not overwritten."""
    file = person.home / "config" / "hookline" / "credentials.json"
    file.parent.mkdir(parents=True)
    file.write_text("{broken")
    done = await person.runs("http", "3000", *NOWHERE)
    assert (done.code, f"{file} is damaged" in sentence(done), file.read_text()) == (MISUSED, True, "{broken")


async def test_ca_that_is_none_is_named(person: Person) -> None:
    """It is the user's own file that does not fit: configuration."""
    words = ("http", "3000", "--relay", "https://127.0.0.1:1", "--relay-ca", "nope.pem", *NOWHERE[2:])
    done = await person.runs(*words, HOOKLINE_TOKEN=TOKEN)
    assert (done.code, "nope.pem cannot be used as the relay's CA: No such file" in sentence(done)) == (MISUSED, True)


async def test_history_of_a_newer_version_is_left_alone(person: Person) -> None:
    """It is named, not touched, and nothing is opened."""
    file = history(person)
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    before = file.read_bytes()
    done = await person.runs("http", "3000", *NOWHERE, HOOKLINE_TOKEN=TOKEN)
    assert (done.code, "newer version" in sentence(done), file.read_bytes()) == (FAILED, True, before)


def history(person: Person) -> Path:
    """Give the place of the history file."""
    file = person.home / "data" / "hookline" / "history.db"
    file.parent.mkdir(parents=True)
    return file


async def test_damaged_history_is_moved_aside(person: Person, tmp_path: Path) -> None:
    """The tunnel opens all the same, and the user is told where the file went."""
    file = history(person)
    file.write_bytes(b"no database" * 1000)
    async with opened(tmp_path) as door:
        with person.running("http", "3000", *at(door.port), HOOKLINE_TOKEN=door.tokens.create("laptop")) as program:
            await program.says(r"it was moved to .*history\.db\.damaged-\d+")
            await program.says("online")


async def test_home_that_cannot_be_written_is_told(person: Person, tmp_path: Path) -> None:
    """Deliveries are forwarded all the same; that they are not saved is said once."""
    (person.home / "data").write_text("a file where the directory should be")
    (person.home / "state").write_text("another one")
    async with opened(tmp_path) as door:
        with person.running("http", "3000", *at(door.port), HOOKLINE_TOKEN=door.tokens.create("laptop")) as program:
            await program.says("online")
            await program.says("local API")
            assert program.err.count("history is not being saved") == 1


def at(port: int) -> tuple[str, ...]:
    """Give the options that lead to a door."""
    return ("--relay", f"http://127.0.0.1:{port}", "--inspect-addr", "127.0.0.1:0", "--ui", "lines", "--url", "demo")


async def test_unknown_token_is_refused(person: Person, tmp_path: Path) -> None:
    """The relay's word is final, and says what to do."""
    async with opened(tmp_path) as door:
        done = await person.runs("http", "3000", *at(door.port), HOOKLINE_TOKEN=TOKEN)
    assert (done.code, "run `hookline login` again" in sentence(done)) == (REFUSED, True)


@pytest.mark.parametrize(("grant", "said"), [("*", "demo"), ("ci-*", "demo")])
async def test_name_that_is_not_ours_is_refused(person: Person, tmp_path: Path, grant: str, said: str) -> None:
    """Another owner's, or outside what the token is good for."""
    async with opened(tmp_path) as door:
        door.tokens.create("first")
        first = door.tokens.check(door.tokens.rotate("first"))
        assert first is not None
        if grant == "*":
            door.names.claim("demo", first)
        done = await person.runs("http", "3000", *at(door.port), HOOKLINE_TOKEN=door.tokens.create("x", names=[grant]))
    assert (done.code, said in sentence(done)) == (REFUSED, True)


async def test_second_client_takes_over_and_the_first_is_gone(person: Person, tmp_path: Path) -> None:
    """The first is told who took the name, and ends with the code that means for good."""
    async with opened(tmp_path) as door:
        token = door.tokens.create("laptop")
        with person.running("http", "3000", *at(door.port), HOOKLINE_TOKEN=token) as first:
            await first.says("online")
            with person.running("http", "3001", *at(door.port), HOOKLINE_TOKEN=token) as second:
                await second.says("online")
                ended = await first.ended(seconds=5)
                assert (ended.code, ended.err.count("took over the name demo")) == (GONE, 1)


async def test_app_that_is_not_running_is_seen(person: Person, tmp_path: Path, free_port: int) -> None:
    """The tunnel stands, and its state says that nothing listens."""
    async with opened(tmp_path) as door:
        words = ("http", free_port, *at(door.port))
        with person.running(*words, HOOKLINE_TOKEN=door.tokens.create("laptop")) as program:
            await program.says("online")

            async def refused() -> bool:
                """Look whether the state says so."""
                return f"localhost:{free_port} (refused)" in (await person.runs("status")).out

            await until_async(refused, what="the app's state")


async def test_stored_login_opens_tunnels(person: Person, tmp_path: Path) -> None:
    """After one login, `hookline http ADDR` is the whole line."""
    async with opened(tmp_path) as door:
        token = door.tokens.create("laptop")
        done = await person.runs("login", f"http://127.0.0.1:{door.port}", stdin=f"{token}\n".encode())
        assert done.code == 0, done.err
        with person.running("http", "3000", "--inspect-addr", ":0") as program:
            await program.says(r"https://laptop\.relay\.test → localhost:3000")
