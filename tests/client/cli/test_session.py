"""A tunnel from its first word to its last, as a process."""

import asyncio
import signal
import subprocess
from pathlib import Path

import pytest

from shared.errors import ExchangeFailed
from tests.client.cli.person import WORDS, Person
from tests.doors import Door, opened
from tests.exchanges import request
from tests.waiting import settled

TO = ("--url", "demo", "--inspect-addr", "127.0.0.1:0")


def words(port: int, *more: str) -> list[str]:
    """Give the words of a tunnel over a door to an app that does not run."""
    return ["http", "1", "--relay", f"http://127.0.0.1:{port}", *TO, *more]


async def deliver(door: Door) -> None:
    """Send a delivery, which no app answers."""
    with pytest.raises(ExchangeFailed):
        await door.endpoint("demo")(request(b"x"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_signal_ends_an_open_tunnel(person: Person, tmp_path: Path, number: signal.Signals) -> None:
    """Done, within two seconds, with nothing left; the relay knows at once that nobody serves."""
    async with opened(tmp_path) as door:
        with person.running(*words(door.port), HOOKLINE_TOKEN=door.tokens.create("laptop")) as program:
            await program.says("local API")
            program.signal(number)
            done = await program.ended(seconds=2)
            assert (done.code, "Traceback" in done.text, program.family(), person.left()) == (0, False, [], [])
            await settled(lambda: not door.endpoint("demo").links)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_signal_ends_a_dial_that_gets_no_answer(person: Person, number: signal.Signals) -> None:
    """A relay that accepts and says nothing does not keep the client."""
    met = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read to the end, and answer nothing."""
        met.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with person.running(*words(port), HOOKLINE_TOKEN="hkl_x") as program:
            async with asyncio.timeout(10):
                await met.wait()
            program.signal(number)
            done = await program.ended(seconds=2)
            assert (done.code, program.family(), person.left()) == (0, [], []), done.text


async def test_reader_that_has_seen_enough_ends_the_tunnel(person: Person, tmp_path: Path) -> None:
    """`| head -1` takes a line, and the client ends quietly with the next ones."""
    async with opened(tmp_path) as door:
        line = '"$0" "$@" | head -1'
        env = person.environment(HOOKLINE_TOKEN=door.tokens.create("laptop"))
        process = await asyncio.create_subprocess_exec(
            *("sh", "-c", line, *WORDS, *words(door.port, "--ui", "json")),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
            cwd=person.home,
        )
        ended = asyncio.get_running_loop().create_task(process.communicate())
        await settled(lambda: "demo" in door.endpoints and door.endpoint("demo").links)
        while not ended.done():
            if door.endpoint("demo").links:
                await deliver(door)
            await asyncio.wait([ended], timeout=0.05)
        out, err = ended.result()
    assert (out.count(b"\n"), b"Broken" in err, b"Traceback" in err, person.left()) == (1, False, False, [])


async def test_refusal_in_the_middle_is_the_last_word(person: Person, tmp_path: Path) -> None:
    """A token that is revoked ends the client for good, with one sentence."""
    async with opened(tmp_path) as door:
        token = door.tokens.create("laptop")
        with person.running(*words(door.port, "--ui", "quiet"), HOOKLINE_TOKEN=token) as program:
            await settled(lambda: "demo" in door.endpoints and door.endpoint("demo").links)
            door.tokens.revoke("laptop")
            door.entrance.check_tokens()
            done = await program.ended(seconds=5)
    assert (done.code, done.out, done.err.count("\n"), "hookline: " in done.err) == (4, "", 1, True), done.text
