"""How a running client is shown, on real terminals and without."""

import asyncio
import io
import os
import signal
import sys
from pathlib import Path

import click
import pytest

from client.cli.interface import choose, show
from tests.client.cli.person import WORDS, Person
from tests.client.tui.fake import FakeInspector, delivery
from tests.doors import opened
from tests.system.polling import until
from tests.system.program import family
from tests.system.terminal import Terminal, on_terminal


@pytest.mark.parametrize("wanted", ["lines", "json", "quiet"])
def test_wish_is_followed(wanted: str) -> None:
    """What needs no terminal is as it was asked for."""
    assert choose(wanted) == wanted


def test_without_a_terminal_there_are_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal interface is not forced upon a pipe."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert choose("auto") == "lines"
    with pytest.raises(click.UsageError, match="use --ui lines"):
        choose("tui")


async def test_json_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    """Deliveries are data, the link's state is narration; both end with the client."""
    fake = FakeInspector()
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(show(fake, "http://127.0.0.1:1", "json"))
        await asyncio.sleep(0)
        fake.put(delivery())
        await asyncio.sleep(0)
        fake.end()
    said = capsys.readouterr()
    assert (said.out.count('"call.ended"'), said.out.count("\n"), "online" in said.err) == (1, 1, True)


class Shell:
    """A `hookline http` on a terminal."""

    def __init__(self, person: Person, terminal: Terminal) -> None:
        self.terminal = terminal
        self.home = person.environment()["HOME"]

    async def interface(self) -> int:
        """Wait for the terminal interface, and give its process."""
        await self.terminal.shows(b"Waiting for the first delivery")
        return await until(lambda: next(iter(self.interfaces()), None), what="the interface's process")

    def interfaces(self) -> list[int]:
        """Give the processes that draw the terminal interface."""
        return [pid for pid in family(self.home) if b"client.tui" in Path(f"/proc/{pid}/cmdline").read_bytes()]


async def test_interface_is_a_process_that_q_ends(person: Person, tmp_path: Path) -> None:
    """The screen is given back, the tunnel is closed, and nothing is left."""
    async with opened(tmp_path) as door:
        words = ("http", "3000", "--relay", f"http://127.0.0.1:{door.port}", "--inspect-addr", ":0")
        env = person.environment(HOOKLINE_TOKEN=door.tokens.create("laptop"))
        async with on_terminal([*WORDS, *words], env=env, cwd=person.home) as terminal:
            shell = Shell(person, terminal)
            await shell.interface()
            assert b"local API: http://127.0.0.1:" in terminal.screen
            terminal.press(b"q")
            assert await terminal.ended() == 0
            assert terminal.screen.rfind(b"\x1b[?1049l") > terminal.screen.rfind(b"\x1b[?1049h")
            assert (family(shell.home), person.left()) == ([], [])


async def test_interface_that_dies_leaves_the_tunnel_open(person: Person, tmp_path: Path) -> None:
    """Lines take its place; Ctrl-C ends them."""
    async with opened(tmp_path) as door:
        words = ("http", "3000", "--relay", f"http://127.0.0.1:{door.port}", "--inspect-addr", ":0")
        env = person.environment(HOOKLINE_TOKEN=door.tokens.create("laptop"))
        async with on_terminal([*WORDS, *words], env=env, cwd=person.home) as terminal:
            shell = Shell(person, terminal)
            os.kill(await shell.interface(), signal.SIGKILL)
            await terminal.shows(b"going on with lines, Ctrl-C ends")
            await terminal.shows("● online".encode())
            os.kill(terminal.process.pid, signal.SIGINT)
            assert await terminal.ended(seconds=3) == 0
            assert (family(shell.home), person.left()) == ([], [])


async def test_program_that_ends_takes_the_interface_along(person: Person, tmp_path: Path) -> None:
    """SIGTERM, as a supervisor sends it to the program alone, ends both."""
    async with opened(tmp_path) as door:
        words = ("http", "3000", "--relay", f"http://127.0.0.1:{door.port}", "--inspect-addr", ":0")
        env = person.environment(HOOKLINE_TOKEN=door.tokens.create("laptop"))
        async with on_terminal([*WORDS, *words], env=env, cwd=person.home) as terminal:
            shell = Shell(person, terminal)
            await shell.interface()
            os.kill(terminal.process.pid, signal.SIGTERM)
            assert await terminal.ended(seconds=4) == 0
            assert (family(shell.home), person.left()) == ([], [])
