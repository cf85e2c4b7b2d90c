"""The command line of the benchmarks."""

import pytest
from click.testing import CliRunner

from benchmarks import machine
from benchmarks.__main__ import main
from benchmarks.catalogue import BY_ID
from benchmarks.peers import Frp


def test_help_teaches_what_there_is_and_how_to_choose() -> None:
    """Every workload, every option and examples are in it."""
    shown = CliRunner().invoke(main, ["--help"]).output
    assert all(f"\n  {name} " in shown for name in BY_ID)
    assert "--workload W4 --peer ssh" in shown
    assert "--scale" in shown


def test_unknown_workload_is_refused_with_those_there_are() -> None:
    """A mistyped workload is answered with the list."""
    done = CliRunner().invoke(main, ["--workload", "W12"])
    assert done.exit_code == 2
    assert "W12 is none of W1, W2" in done.output


def test_peer_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for a peer that is not there is told which programs it needs."""
    monkeypatch.setattr(Frp, "missing", classmethod(lambda _cls: "frps and frpc not installed"))
    done = CliRunner().invoke(main, ["--peer", "frp", "--workload", "w2"])
    assert done.exit_code == 2
    assert "frp cannot be measured: frps and frpc not installed" in done.output


def test_missing_load_maker_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without wrk nothing is measured, and the message says how to get it."""
    monkeypatch.setattr(machine, "find", lambda command: None if command == "wrk" else f"/usr/bin/{command}")
    done = CliRunner().invoke(main, [])
    assert done.exit_code == 2
    assert "wrk makes the load. On Debian: apt-get install wrk" in done.output
