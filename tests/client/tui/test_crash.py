"""What is said when the screen fails."""

import stat
from pathlib import Path

import pytest
from textual.worker import WorkerFailed

from client.tui import crash
from client.views import DeliveryDetail
from tests.client.tui.conftest import Open
from tests.client.tui.fake import FakeInspector, delivery

SECRET = "whsec_never_to_be_shown"


def look_up(secret: str) -> None:
    """Fail with a secret in the message."""
    raise KeyError(secret)


def failing() -> BaseException:
    """Give an error that has been raised because of another, with a secret in variables and messages."""
    secret = SECRET
    error = ValueError(secret)
    try:
        look_up(secret)
    except KeyError as inner:
        error.__cause__ = inner
    return error


def test_report_names_places_and_no_values() -> None:
    """Kinds of errors and lines of source, and nothing that was in a variable or a message."""
    text = crash.report(failing())
    assert "builtins.ValueError" in text
    assert "builtins.KeyError" in text
    assert "  tests/client/tui/test_crash.py:" in text
    assert SECRET not in text + crash.place(failing())


def test_place_of_an_error_without_a_trace() -> None:
    """An error that was never raised has a kind only; what failed in a worker is what counts."""
    wrapped = RuntimeError()
    wrapped.error = KeyError()  # type: ignore[attr-defined]
    assert [crash.place(ValueError()), crash.place(wrapped)] == ["ValueError", "KeyError"]


def test_report_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    """Nobody else can read it; where it cannot be written there is none."""
    path = crash.keep("text", tmp_path / "logs")
    assert path is not None
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("text", 0o600)
    (tmp_path / "file").write_text("")
    assert crash.keep("text", tmp_path / "file") is None


class Broken(FakeInspector):
    """A client whose answer the screen cannot bear."""

    async def delivery(self, delivery_id: str) -> DeliveryDetail:
        """Fail in a way nobody reckoned with."""
        secret = SECRET
        raise ZeroDivisionError(secret)


async def test_screen_that_fails_quotes_nothing(desk: Open, capsys: pytest.CaptureFixture[str]) -> None:
    """One line on the terminal, with the place and where the report is; no variable, no message."""
    fake = Broken()
    fake.put(delivery())
    with pytest.raises(WorkerFailed, match=SECRET):
        async with desk(fake) as one:
            await one.until(lambda: one.app.return_code == 1)
    shown = " ".join(capsys.readouterr().err.split())
    assert "hookline: the screen failed (ZeroDivisionError in tests/client/tui/test_crash.py:" in shown
    assert "A report without any captured data is in" in shown
    reports = [path.read_text() for path in one.reports.iterdir()]
    assert SECRET not in shown + "".join(reports)
