"""What is wrong, above the list."""

import msgspec
import pytest

from client.tui.model.notice import notice_lines
from client.tui.model.spans import text_of, width_of
from client.views import Status
from client.wording import UNICODE
from tests.client.tui.evil import EVIL
from tests.client.tui.fake import ONLINE


def notice(status: Status, *, width: int = 80) -> list[str]:
    """Give the lines."""
    lines = notice_lines(status, now=100, width=width, signs=UNICODE)
    assert all(width_of(line) <= width for line in lines)
    return [text_of(line) for line in lines]


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (ONLINE, []),
        (Status("1", "r", "refused", detail="taken over"), [" ✗ refused by the relay: taken over"]),
        (Status("1", "r", "refused"), [" ✗ refused by the relay"]),
        (Status("1", "r", "reconnecting", detail="no one."), [" ! no one."]),
        (Status("1", "r", "reconnecting", detail="no one.", retry_at=103.2), [" ! no one; next try in 4 s"]),
        (Status("1", "r", "connecting", retry_at=103.2), [" ! next try in 4 s"]),
        (msgspec.structs.replace(ONLINE, history="disk full"), [" ! disk full"]),
    ],
)
def test_notice_of_each_state(status: Status, shown: list[str]) -> None:
    """Nothing while all is well, else the sentence, with the time to the next try."""
    assert notice(status) == shown


def test_notice_is_wrapped_up_to_four_lines() -> None:
    """A long sentence is read whole; an endless one does not take the screen."""
    lines = notice(Status("1", "r", "offline", detail="word " * 99), width=40)
    assert (len(lines), lines[-1][-1], lines[1][:4]) == (4, "…", "   w")


def test_notice_of_hostile_text() -> None:
    """A relay's sentence cannot steer the terminal."""
    assert all(line.isprintable() for line in notice(Status("1", "r", "refused", detail=EVIL, history=EVIL)))
