"""How the `hookline` command starts and leaves, as a real process."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from client.cli.main import COMMANDS
from tests.client.cli.desk import Client, Done

HOOKLINE = (sys.executable, "-m", "client")


def shell(directory: Path, line: str) -> Done:
    """Run a line of shell in which `$0 -m client` is the command."""
    environment = Client(None, directory).environment
    done = subprocess.run(
        ["sh", "-c", line, sys.executable], env=environment, cwd=directory, capture_output=True, text=True, check=False
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the commands run anywhere."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["http", "--help"], ["config", "check", "-h"]])
async def test_help_is_no_failure(tmp_path: Path, words: list[str]) -> None:
    """Help goes to standard output and ends with 0."""
    done = await Client(None, tmp_path).run(*words)
    assert (done.code, done.out.startswith("Usage: "), done.err) == (0, True, "")


async def test_help_loads_no_part_of_the_client(tmp_path: Path) -> None:
    """Whoever asks for help waits for neither Textual nor aiohttp."""
    code = (
        "import sys; from client.cli.main import command; command(['--help'], standalone_mode=False);"
        "print(sorted({'textual', 'aiohttp', 'websockets', 'cryptography'} & set(sys.modules)))"
    )
    done = shell(tmp_path, f'"$0" -c "{code}"')
    assert done.out.splitlines()[-1] == "[]"


def test_every_command_of_the_table_is_there() -> None:
    """Each has its module, and the name under which it is listed."""
    from client.cli.main import command  # noqa: PLC0415 - beside the loop that it is for

    with command.make_context("hookline", ["status"]) as context:
        names = [found.name for name in COMMANDS if (found := command.get_command(context, name)) is not None]
    assert names == list(COMMANDS)


async def test_misspelt_command_gets_the_nearest_word(tmp_path: Path) -> None:
    """A command that is none is quoted, with the one that was meant."""
    done = await Client(None, tmp_path).run("htpp", "3000")
    assert (done.code, "'htpp': did you mean \"http\"?" in done.err) == (2, True)


async def test_escape_sequence_as_a_command_does_not_reach_the_terminal(tmp_path: Path) -> None:
    """What is quoted is made printable."""
    done = await Client(None, tmp_path).run("\x1b[31mred")
    assert (done.code, "\x1b" in done.err) == (2, False)


def test_pipe_that_nobody_reads_is_quiet(tmp_path: Path) -> None:
    """`| true` ends the command without a word, with the code that a shell gives for SIGPIPE."""
    done = shell(tmp_path, '{ "$0" -c "import time; time.sleep(0.1)"; "$0" -m client schemes; echo $? >&2; } | true')
    assert (done.out, done.err) == ("", f"{128 + signal.SIGPIPE}\n")


@pytest.mark.parametrize("words", ["config path", "--help"])
def test_full_disk_is_one_sentence(tmp_path: Path, words: str) -> None:
    """Output that the disk does not take is a failure, said once."""
    done = shell(tmp_path, f'"$0" -m client {words} >/dev/full')
    assert (done.code, done.err) == (1, "hookline: the output cannot be written: No space left on device\n")


def test_closed_streams_are_no_failure(tmp_path: Path) -> None:
    """A command that is started without any standard stream does what it is to do."""
    assert shell(tmp_path, '"$0" -m client config path <&- >&- 2>&-').code == 0


def test_bug_is_apologised_for(tmp_path: Path) -> None:
    """What nobody foresaw is one sentence; with `--debug` it is the traceback for the report."""
    for name in ("aiohttp", "msgspec"):
        (tmp_path / f"{name}.py").write_text("raise ZeroDivisionError\n")
    command = f'PYTHONPATH="{tmp_path}:$PYTHONPATH" "$0" -m client'
    quiet, loud = shell(tmp_path, f"{command} status"), shell(tmp_path, f"{command} --debug status")
    assert (quiet.code, quiet.err.count("\n"), "this is a bug in hookline" in quiet.err) == (1, 1, True)
    assert (loud.code, "Traceback" in loud.err) == (1, True)


_DROPS_AN_INTERRUPT = """
import os, signal, sys

class Dropping:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(100):
            pass

Dropping()
sys.stderr.write("dropped")
raise SystemExit(0)
"""


@pytest.mark.parametrize("seconds", [0.04, 0.08, 0.15])
async def test_interrupted_start_is_quiet(tmp_path: Path, seconds: float) -> None:
    """Ctrl-C while modules are imported ends the command at once, without a traceback of ours."""
    process = await asyncio.create_subprocess_exec(
        *HOOKLINE, "login", "http://127.0.0.1:1", cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE
    )
    await asyncio.sleep(seconds)
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(2):
        _, err = await process.communicate()
    assert process.returncode in (130, -signal.SIGINT)
    assert b"client/cli" not in err


@pytest.mark.parametrize("module", ["client", "relay_server"])
def test_interrupt_that_python_would_drop_ends_the_start(tmp_path: Path, module: str) -> None:
    """A Ctrl-C that meets a destructor while modules are imported is not lost: the command does not go on."""
    for name in ("aiohttp", "msgspec"):
        (tmp_path / f"{name}.py").write_text(_DROPS_AN_INTERRUPT)
    command = "status" if module == "client" else "serve --domain a.localhost --data-dir ."
    done = shell(tmp_path, f'PYTHONPATH="{tmp_path}:$PYTHONPATH" "$0" -m {module} {command}; echo "ended $?"')
    assert (done.out, "dropped" in done.err) == ("ended 130\n", False)


async def test_version_is_the_distribution_s(tmp_path: Path) -> None:
    """`--version` names the program."""
    done = await Client(None, tmp_path).run("--version")
    assert (done.code, done.out.startswith("hookline, version ")) == (0, True)


async def test_failure_in_a_command_is_one_printable_sentence(tmp_path: Path) -> None:
    """What the product raises on purpose is said after its name, with the code that goes with it."""
    done = await Client(None, tmp_path).run("login", "ftp://\x1b[31mrelay")
    assert (done.code, done.err.startswith("hookline: "), done.err.count("\n")) == (2, True, 1)
    assert "\x1b" not in done.err


def test_debug_logs_to_standard_error(tmp_path: Path) -> None:
    """`--debug` goes before the command; standard output stays clean."""
    done = shell(tmp_path, '"$0" -m client --debug config show')
    assert done.code == 0
    assert json.loads(done.out.split(" = ", 1)[1].splitlines()[0].partition("  #")[0]) == ""
    assert os.linesep in done.out
