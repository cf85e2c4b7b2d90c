"""What works when."""

import pytest

from client.tui.model.tabs import ATTEMPTS, RAW, REQUEST
from client.tui.model.working import Situation, works

NOTHING = Situation(row=False, tab=None, two_panes=False, listed=False, filtered=False)


@pytest.mark.parametrize(
    ("action", "situation"),
    [
        ("replay", Situation(row=True, tab=None, two_panes=False, listed=True, filtered=False)),
        ("tab", Situation(row=True, tab=ATTEMPTS, two_panes=False, listed=True, filtered=False)),
        ("find", Situation(row=True, tab=RAW, two_panes=False, listed=True, filtered=False)),
        ("view", Situation(row=True, tab=REQUEST, two_panes=False, listed=True, filtered=False)),
        ("follow", Situation(row=False, tab=None, two_panes=False, listed=True, filtered=False)),
        ("pane", Situation(row=True, tab=None, two_panes=True, listed=True, filtered=False)),
        ("filter_toggle", Situation(row=False, tab=None, two_panes=False, listed=False, filtered=True)),
    ],
)
def test_actions_need_their_situation(action: str, situation: Situation) -> None:
    """An action works in its situation and not where there is nothing."""
    assert works(action, situation)
    assert not works(action, NOTHING)


def test_actions_that_always_work() -> None:
    """Copying the URL or leaving needs no delivery."""
    assert works("copy", NOTHING)


def test_actions_on_messages_need_one() -> None:
    """The table of attempts has no text to be found or folded."""
    attempts = Situation(row=True, tab=ATTEMPTS, two_panes=True, listed=True, filtered=False)
    assert not works("find", attempts)
    assert not works("wrap", attempts)
