"""The command as a whole: help, mistakes, the last resort."""

import subprocess
import sys

import click
import pytest

from relay_server.cli import main as command
from relay_server.cli.main import main
from shared.errors import TunnelError
from tests.relay_server.cli.conftest import Run

HEAVY = ("aiohttp", "asyncio", "cryptography", "msgspec", "uvloop", "ssl")


def test_help_is_quick() -> None:
    """Help loads nothing heavy."""
    look = (
        "import sys; from relay_server.cli.main import main; main(['--help']);"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_help_of_serve_does_not_load_the_server() -> None:
    """The help of the command with the most options loads no server."""
    look = (
        "import sys; from relay_server.cli.main import main; main(['serve', '--help']);"
        "print([m for m in ('aiohttp', 'asyncio', 'cryptography') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_version_is_an_option_too(capsys: pytest.CaptureFixture[str]) -> None:
    """As it is of most programs; the word and the option say the same."""
    told = []
    for word in ("--version", "version"):
        assert main([word]) == 0
        told.append(capsys.readouterr().out)
    assert told[0] == told[1]
    assert told[0].startswith("hookline-relay ")


def test_help_teaches_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    """Help shows the commands and lines to copy."""
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for text in (
        "hookline-relay token create laptop",
        "hookline http 3000",
        "serve",
        "token",
        "status",
        "config",
        "version",
    ):
        assert text in out


@pytest.mark.parametrize("words", [["serve"], ["token"], ["token", "create"], ["status"], ["config", "check"]])
def test_every_command_has_help(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    """Each command explains itself."""
    assert main([*words, "--help"]) == 0
    assert "Usage: hookline-relay" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["sevre"], "there is no command 'sevre': did you mean \"serve\"?"),
        (["serve", "--domian", "x"], "--domain"),
        (["token", "create"], "Missing argument 'NAME'"),
        (["--nonsense"], "No such option"),
    ],
)
def test_mistake_is_explained(capsys: pytest.CaptureFixture[str], words: list[str], text: str) -> None:
    """A mistyped command line ends with code 2 and the right word."""
    assert main(words) == 2
    assert text in capsys.readouterr().err


def test_version(run: Run) -> None:
    """The version is one line on standard output."""
    done = run("version")
    assert (done.returncode, done.stdout.split()[0], done.stderr) == (0, "hookline-relay", "")


class _Ending(click.Command):
    """A command that ends as it is told."""

    def __init__(self, error: BaseException) -> None:
        super().__init__("ending")
        self._error = error

    def main(self, *args: object, **more: object) -> object:  # type: ignore[override]
        """End."""
        raise self._error


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (TunnelError("no \x1b[31mred"), 1, "hookline-relay: no \u241b[31mred\n"),
        (click.Abort(), 130, ""),
        (BrokenPipeError(), 0, ""),
    ],
)
def test_ends_with_code_and_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, code: int, said: str
) -> None:
    """Each way to end has its code, and at most a sentence."""
    monkeypatch.setattr(command, "hookline_relay", _Ending(error))
    assert main([]) == code
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("debug", [False, True])
def test_bug_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], debug: bool
) -> None:
    """What nobody foresaw ends with a sentence that says where to report it; only --debug shows the traceback."""
    monkeypatch.setattr(command, "hookline_relay", _Ending(RuntimeError("hkl_secret")))
    monkeypatch.setattr(sys, "argv", ["hookline-relay", "serve", *(["--debug"] if debug else [])])
    assert main([]) == 1
    err = capsys.readouterr().err
    assert "this is a bug in hookline (RuntimeError: hkl_***): run it again with --debug" in err
    assert ("Traceback" in err, "secret" in err) == (debug, False)
