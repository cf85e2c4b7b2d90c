"""Whatever is typed or written wrong is told in one sentence with the right exit code, never in a traceback."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.system.app import App
from tests.system.polling import until
from tests.system.supervisor import Client, Relay, Supervisor, free_port
from tests.system.tools import curl
from tests.system.words import FAILED, MISUSED, http, sentence

pytestmark = pytest.mark.system


async def test_relay_port_in_use_is_named(supervisor: Supervisor, relay: Relay) -> None:
    """A second relay on the same port says which, and who may be sitting there."""
    words = (
        "serve",
        "--data-dir",
        supervisor.home("other"),
        "--domain",
        "localhost",
        "--listen",
        f"127.0.0.1:{relay.port}",
    )
    done = await supervisor.run("other", "hookline-relay", *words)
    assert done.code == FAILED, done.text
    assert str(relay.port) in sentence(done)


async def test_inspect_port_in_use_moves_to_the_next(
    supervisor: Supervisor, relay: Relay, token: str, app: App
) -> None:
    """A taken port of the local API is no reason to stop: the next free one is used, and said."""
    words = http(relay, app.port)
    words[words.index("--inspect-addr") + 1] = f"127.0.0.1:{relay.port}"
    program = supervisor.start("client", "hookline", *words, HOOKLINE_TOKEN=token)
    found = await program.says(r"http://127\.0\.0\.1:(\d+)")
    assert relay.port < int(found[1]) <= relay.port + 50


async def test_own_api_is_no_app(supervisor: Supervisor, relay: Relay, token: str) -> None:
    """A tunnel to the client's own API would open it to the world: it is refused."""
    port = free_port()
    words = http(relay, port)
    words[words.index("--inspect-addr") + 1] = f"127.0.0.1:{port}"
    done = await supervisor.run("client", "hookline", *words, HOOKLINE_TOKEN=token)
    assert done.code == MISUSED, done.text
    assert str(port) in sentence(done)


@pytest.mark.needs("curl")
async def test_app_that_is_not_running_is_asked_about(supervisor: Supervisor, relay: Relay, token: str) -> None:
    """The sender gets 502 with `origin-refused`; the user is asked whether the app runs on its port."""
    port = free_port()
    client = await supervisor.client(relay, port, token=token)
    done = await curl(relay, "/hooks", "--data", "x", "--include")
    assert "HTTP/1.1 502" in done.out
    assert "hookline-error: origin-refused" in done.out.lower()
    problem = json.loads(done.out.split("\r\n\r\n", 1)[1])
    assert (problem["code"], problem["delivered"], problem["status"]) == ("origin-refused", "no", 502)
    await client.program.says(rf"(?i)is your app running on .*{port}")


@pytest.mark.needs("curl")
async def test_unknown_and_offline_names_are_told_apart(supervisor: Supervisor, relay: Relay, client: Client) -> None:
    """A name that never was is 404; one whose client is away is 503 with Retry-After."""
    unknown = await curl(relay, "/hooks", "--data", "x", "--include", host="nobody.localhost")
    assert "HTTP/1.1 404" in unknown.out
    assert "endpoint-unknown" in unknown.out
    await client.program.interrupt()
    offline = await curl(relay, "/hooks", "--data", "x", "--include")
    assert "HTTP/1.1 503" in offline.out
    assert "endpoint-offline" in offline.out
    assert "retry-after:" in offline.out.lower()


@pytest.mark.parametrize("address", ["app", "70000", "ftp://localhost:3000", "localhost:", "http://a/b", "", "-1"])
async def test_bad_address_is_quoted(supervisor: Supervisor, address: str) -> None:
    """An address that is none is quoted, with what would do."""
    done = await supervisor.run("client", "hookline", "http", "--relay", "http://localhost:1", "--", address)
    assert done.code == MISUSED, done.text
    assert "3000" in done.err


@pytest.mark.parametrize("side", ["client", "relay"])
async def test_unknown_key_in_the_configuration_is_named(supervisor: Supervisor, side: str) -> None:
    """A misspelt key is named with its file and the nearest word there is."""
    home = supervisor.home(side)
    file = home / ("hookline.toml" if side == "client" else "relay.toml")
    file.write_text('relai = "https://relay.example.com"\n' if side == "client" else 'domian = "localhost"\n')
    words: tuple[object, ...] = ("http", 3000) if side == "client" else ("serve", "--config", file)
    done = await supervisor.run(side, "hookline" if side == "client" else "hookline-relay", *words)
    assert done.code == MISUSED, done.text
    key, nearest = ("relai", "relay") if side == "client" else ("domian", "domain")
    assert all(word in sentence(done) for word in (file.name, key, nearest)), done.err


async def test_broken_configuration_file_is_named(supervisor: Supervisor) -> None:
    """A file that is no TOML is named with the line."""
    (supervisor.home("client") / "hookline.toml").write_text('relay = "https://a"\nurl = [\n')
    done = await supervisor.run("client", "hookline", "http", 3000)
    assert done.code == MISUSED, done.text
    assert "hookline.toml" in sentence(done)


async def test_unset_secret_variable_is_named(supervisor: Supervisor, relay: Relay, token: str) -> None:
    """`--secret-env` with a variable that is not set says which."""
    words = http(relay, 3000, "--verify", "talkifai", "--secret-env", "NOT_SET_ANYWHERE")
    done = await supervisor.run("client", "hookline", *words, HOOKLINE_TOKEN=token)
    assert done.code == MISUSED, done.text
    assert "NOT_SET_ANYWHERE" in sentence(done)


async def test_unknown_scheme_gets_the_nearest_word(supervisor: Supervisor, relay: Relay, token: str) -> None:
    """A misspelt scheme is answered with the one that was meant."""
    words = http(relay, 3000, "--verify", "talkifia", "--secret-env", "SECRET")
    done = await supervisor.run("client", "hookline", *words, HOOKLINE_TOKEN=token, SECRET="s")
    assert done.code == MISUSED, done.text
    assert "talkifai" in sentence(done)


async def test_history_of_a_newer_version_is_left_alone(
    supervisor: Supervisor, relay: Relay, client: Client, token: str
) -> None:
    """A history file that a newer version wrote is named, and not touched."""
    await client.program.interrupt()
    (file,) = supervisor.home("client").rglob("history.db")
    await asyncio.to_thread(_make_newer, file)
    done = await supervisor.run("client", "hookline", *http(relay, 3000), HOOKLINE_TOKEN=token)
    assert done.code in {FAILED, MISUSED}, done.text
    assert "newer version" in sentence(done)


def _make_newer(file: Path) -> None:
    """Give the file a schema number that no version has yet."""
    import sqlite3  # noqa: PLC0415 - only here

    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 999")
    connection.close()


async def test_history_that_is_no_database_is_named(supervisor: Supervisor, relay: Relay, token: str) -> None:
    """A damaged history file does not end in a traceback."""
    file = supervisor.home("client") / "data" / "hookline" / "history.db"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"not a database at all" * 100)
    program = supervisor.start("client", "hookline", *http(relay, 3000), HOOKLINE_TOKEN=token)
    await until(lambda: "history.db" in program.text, what="a sentence that names the file")


async def test_hostile_bytes_never_reach_the_terminal(
    supervisor: Supervisor, relay: Relay, client: Client, app: App
) -> None:
    """Escape sequences in path, fields and content are shown as pictures, or not at all."""
    evil = b"\x1b]52;c;cHduZWQ=\x1b\\\x9b31m"
    head = b"POST /[/x][@click=app.bell]%%1b HTTP/1.1\r\nHost: demo.localhost:%d\r\nX-Evil: \x9b31m\xff\r\n"
    from tests.system.sender import Sender  # noqa: PLC0415 - the plain door is used here alone

    sender = Sender(relay.plain_port, "demo.localhost")
    await sender.raw(head % relay.plain_port + b"Content-Length: %d\r\n\r\n%s" % (len(evil), evil))
    await client.program.says(r"-->.*POST")
    for said in (client.program.text, relay.program.text):
        assert not {"\x1b", "\x9b", "\x07", "\x00"} & set(said), repr(said)


@pytest.mark.parametrize("program", ["hookline", "hookline-relay"])
@pytest.mark.parametrize("words", [["--help"], ["no-such-command"], ["--no-such-option"], []])
async def test_usage_is_short_and_never_a_traceback(supervisor: Supervisor, program: str, words: list[str]) -> None:
    """Help ends with 0; a wrong word or option ends with 2 and says which it was."""
    done = await supervisor.run("client", program, *words)
    assert done.code == (0 if words == ["--help"] else MISUSED), done.text
    assert not words or words == ["--help"] or words[0] in done.err
