"""`hookline send` against the sample app."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from click.testing import CliRunner, Result

from client.cli.send import command
from client.exits import exit_code
from client.signatures.signers import CannotSign
from client.simulate import sample_app

SECRET = "whsec_sample"


@pytest.fixture
def port() -> Iterator[int]:
    """Give the port of a sample app that runs in a loop of its own."""
    ports: list[int] = []
    started, ended = Event(), Event()

    async def serve() -> None:
        """Serve until the test has ended."""
        app = await sample_app.start(SECRET.encode(), slow_seconds=0.0)
        ports.append(app.port)
        started.set()
        await asyncio.to_thread(ended.wait)
        await app.close()

    thread = Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    started.wait()
    yield ports[0]
    ended.set()
    thread.join()


def send(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(command, arguments, env={"S": SECRET, "WRONG": "x"})


def test_signed_event_is_accepted(port: int) -> None:
    """A signed event counts, and is said in the provider's terms."""
    result = send("talkifai", "call.ended", "--to", f"http://127.0.0.1:{port}/webhooks/talkifai", "--secret-env", "S")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("call.ended 200 answered in ")


def test_wrong_secret_is_refused_by_the_app(port: int) -> None:
    """An app that verifies answers 401, and the exit code says so."""
    to = f"http://demo.localhost:{port}/webhooks/talkifai"
    result = send("talkifai", "call.ended", "--to", to, "--secret-env", "WRONG")
    assert result.exit_code == 1
    assert "TalkifAI counts only 200" in result.output


def test_several_with_changed_values(port: int, tmp_path: Path) -> None:
    """--count sends fresh events, --data and --set make the body."""
    body = tmp_path / "body.json"
    body.write_text('{"type":"x","data":{"n":1}}')
    to = f"http://127.0.0.1:{port}/webhooks/talkifai"
    result = send(
        "talkifai", "x", "--to", to, "--secret-env", "S", "--count", "2", "--data", str(body), "--set", "data.n=2"
    )
    assert [line.split()[:3] for line in result.stdout.splitlines()] == [["1/2", "x", "200"], ["2/2", "x", "200"]]


def test_public_key_is_shown_for_a_scheme_that_has_one(port: int) -> None:
    """For Discord a key is made, and its public half told for the app."""
    result = send("discord", "PING", "--to", f"http://127.0.0.1:{port}/functions/x")
    assert "its public half" in result.output
    assert "PRIVATE" not in result.output


@pytest.mark.parametrize("to", ["ftp://x/", "x", "https://"])
def test_address_that_is_no_url_is_a_usage_error(to: str) -> None:
    """A URL is given whole."""
    assert send("talkifai", "call.ended", "--to", to, "--secret-env", "S").exit_code == 2


def test_data_that_cannot_be_read_is_a_usage_error() -> None:
    """A missing file is said."""
    result = send("talkifai", "x", "--to", "http://127.0.0.1:9/", "--secret-env", "S", "--data", "/nonexistent")
    assert result.exit_code == 2


def test_count_ends_with_a_sum(port: int) -> None:
    """How many answers count is said beside the lines."""
    to = f"http://127.0.0.1:{port}/webhooks/talkifai"
    result = send("talkifai", "call.ended", "--to", to, "--secret-env", "WRONG", "--count", "3")
    assert (result.exit_code, len(result.stdout.splitlines())) == (1, 3)
    assert "0 of 3 answers count as success for TalkifAI" in result.stderr


def test_missing_secret_is_said_and_not_guessed() -> None:
    """A shared key is the user's to give: without it nothing is sent, and the exit code is that of a usage error."""
    result = CliRunner().invoke(command, ["talkifai", "call.ended", "--to", "http://127.0.0.1:9/"])
    assert isinstance(result.exception, CannotSign)
    assert exit_code(result.exception) == 2


def test_setting_without_a_value_is_a_usage_error() -> None:
    """--param takes NAME=VALUE."""
    assert send("paypal", "x", "--to", "http://127.0.0.1:9/", "--param", "webhook_id").exit_code == 2
