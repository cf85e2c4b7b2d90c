"""Lines of the log."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.logs import Form, Log, Sparing, configure, redacted

TOKEN = "hkl_aaaabbbbccccddddeeeeffffgggghhhhiiiijjjjkkkkllllmmmm"


@pytest.fixture(autouse=True)
def _root_as_it_was() -> Iterator[None]:
    """Give the root logger back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def logged(event: str, *, form: Form = "text", tracebacks: bool = False, **fields: object) -> str:
    """Log an event and give what was written."""
    stream = io.StringIO()
    configure(level="info", stream=stream, form=form, tracebacks=tracebacks)
    Log("hookline.test").info(event, **fields)
    return stream.getvalue()


def after_time(line: str) -> str:
    """Leave out the time."""
    return line.split(" ", 1)[1]


def test_line_has_time_level_event_and_fields() -> None:
    """A line begins with a UTC time, then come level, event and fields in order."""
    line = logged("link.opened", owner="laptop", seconds=0.25, links=3, failure="")
    assert line[:4].isdigit()
    assert line[23] == "Z"
    assert after_time(line) == 'info link.opened owner=laptop seconds=0.25 links=3 failure=""\n'


def test_values_with_spaces_and_quotes_are_quoted() -> None:
    """A value never looks like two fields."""
    line = logged("x.y", path='a b="c" level=error', plain="/t/x?y")
    assert after_time(line) == 'info x.y path="a b=\\"c\\" level=error" plain=/t/x?y\n'


@given(st.text() | st.binary())
def test_any_value_stays_on_its_line(value: str | bytes) -> None:
    """Whatever a sender sends, a line stays a line without control characters."""
    for form in ("text", "json"):
        line = logged("x.y", form=form, value=value)
        assert line.endswith("\n")
        assert not any(ord(one) < 32 or 127 <= ord(one) < 160 for one in line[:-1])
        assert len(line.splitlines()) == 1


def test_json_line() -> None:
    """In JSON form each line is an object; numbers stay numbers."""
    line = json.loads(logged("x.y", form="json", count=3, ratio=0.5, ok=True, none=None, name=b"a\x1b"))
    line.pop("time")
    assert line == {
        "level": "info",
        "event": "x.y",
        "count": 3,
        "ratio": 0.5,
        "ok": True,
        "none": None,
        "name": "a\u241b",
    }


@pytest.mark.parametrize("form", ["text", "json"])
def test_token_is_blotted_out_wherever_it_stands(form: Form) -> None:
    """A token is never logged: not in a value, not in an event, not in a traceback."""
    stream = io.StringIO()
    configure(level="debug", stream=stream, form=form, tracebacks=True)
    log = Log("hookline.test")
    event = f"x.{TOKEN}"
    log.info(event, value=f"Bearer {TOKEN}")
    log.error("y", error=ValueError(TOKEN))
    assert TOKEN not in stream.getvalue()
    assert TOKEN[4:] not in stream.getvalue()
    assert stream.getvalue().count("hkl_***") >= 3


def test_redacted_text() -> None:
    """What is around a token stays."""
    assert redacted(f"a {TOKEN}, b") == "a hkl_***, b"


def test_exception_is_a_field_and_its_traceback_is_kept_for_debugging() -> None:
    """An exception takes one line, unless tracebacks are asked for."""
    told = []
    for tracebacks in (False, True):
        stream = io.StringIO()
        configure(level="info", stream=stream, tracebacks=tracebacks)
        try:
            int("bad \x1b thing")
        except ValueError as error:
            Log("hookline.test").error("task.failed", error=error)
        told.append(stream.getvalue())
    assert (
        after_time(told[0])
        == "error task.failed error=\"ValueError: invalid literal for int() with base 10: 'bad \\\\x1b thing'\"\n"
    )
    assert "Traceback" in told[1]
    assert "\x1b" not in told[1]


def test_libraries_are_logged_in_the_same_form() -> None:
    """What a library logs, with its own fields, becomes the same kind of line."""
    stream = io.StringIO()
    configure(level="info", stream=stream)
    logging.getLogger("asyncio").warning("slow: %s", "callback\nx", extra={"took": 1.5})
    logging.getLogger("asyncio").debug("left out")
    assert after_time(stream.getvalue()) == "warning slow: callback\u240ax took=1.5\n"


def test_level_decides_what_is_written() -> None:
    """An event below the level is not written, and a caller can know beforehand."""
    stream = io.StringIO()
    configure(level="warning", stream=stream)
    log = Log("hookline.test")
    log.info("a")
    log.debug("b")
    log.warning("c")
    assert (log.enabled(logging.INFO), log.enabled(logging.WARNING)) == (False, True)
    assert after_time(stream.getvalue()) == "warning c\n"


def test_reader_that_went_away_is_not_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    """A log that cannot be written stops nothing and says nothing."""
    stream = io.StringIO()
    configure(level="info", stream=stream)
    stream.close()
    Log("hookline.test").info("a")
    assert capsys.readouterr() == ("", "")


def test_sparing_log_counts_what_it_leaves_out() -> None:
    """A repeated event is written once in a while, with the number left out since."""
    now = [100.0]
    stream = io.StringIO()
    configure(level="info", stream=stream)
    sparing = Sparing(Log("hookline.test"), every_seconds=10, clock=lambda: now[0])
    for at in (0, 1, 2, 9.9, 10):
        now[0] = 100.0 + at
        sparing.warning("flood", remote="192.0.2.1")
    sparing.warning("other")
    lines = [after_time(line) for line in stream.getvalue().splitlines()]
    assert lines == [
        "warning flood remote=192.0.2.1",
        "warning flood remote=192.0.2.1 left_out=3",
        "warning other",
    ]
