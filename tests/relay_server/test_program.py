"""The relay as a process; how it ends is tested with the command (`cli/test_serve.py`)."""

import logging
import sys
from pathlib import Path
from types import SimpleNamespace

import aiohttp.http_parser
import pytest

from relay_server import program
from relay_server.config import Settings, load_settings
from relay_server.errors import CannotStart


def never(*_: object) -> None:
    """Fail: nothing is served."""
    raise AssertionError


def test_relay_without_the_c_parser_of_aiohttp(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the lax parser written in Python the relay does not start, and says how to get the other."""
    monkeypatch.setattr(aiohttp.http_parser, "HttpRequestParser", aiohttp.http_parser.HttpRequestParserPy)
    with pytest.raises(CannotStart, match=r"pip install --force-reinstall aiohttp"):
        program.run(Settings(), on_ready=never, end_with_stdin=False)


def test_relay_without_httptools(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the other parser it does not start either."""
    monkeypatch.setitem(sys.modules, "httptools.parser.parser", None)
    with pytest.raises(CannotStart, match=r"pip install --force-reinstall httptools"):
        program.run(Settings(), on_ready=never, end_with_stdin=False)


def test_what_python_cannot_raise_is_a_line_for_debugging(caplog: pytest.LogCaptureFixture) -> None:
    """What a stranger's handshake causes inside a callback is one line, not a traceback on standard error."""
    with caplog.at_level(logging.DEBUG):
        program._log_unraisable(SimpleNamespace(exc_value=ValueError("stray"), err_msg=None))
    assert "python.unraisable" in caplog.text


def test_settings_that_make_no_sense_raise_before_a_loop_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong with the settings is raised to the command line as it is."""
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    settings = load_settings({"domain": "demo.localhost", "data_dir": str(tmp_path / "f" / "d")}, {}, None).settings
    (tmp_path / "f").write_text("")
    with pytest.raises(Exception, match="cannot be used"):
        program.run(settings, on_ready=never, end_with_stdin=False)
