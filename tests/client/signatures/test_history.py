"""What other deliveries make likely."""

import pytest

from client.signatures.history import History, with_history
from client.views import SignatureView

UNEXPLAINED = SignatureView(state="invalid", reason="unexplained", sentence="nothing fits", proven=False)


@pytest.mark.parametrize(
    ("history", "words"),
    [
        (History(invalid_before=5), "all 6 deliveries of this endpoint fail, which points to the secret"),
        (History(valid_before=9, invalid_after=2), "a secret that was changed"),
        (History(valid_before=9, valid_after=3), "the body of this one"),
    ],
)
def test_history_says_what_is_likely(history: History, words: str) -> None:
    """All fail: the secret; none any more: a rotation; only this one: the body."""
    view = with_history(UNEXPLAINED, history)
    assert words in view.sentence
    assert (view.state, view.reason, view.proven) == ("invalid", "unexplained", False)


@pytest.mark.parametrize(
    ("view", "history"),
    [
        (UNEXPLAINED, History()),
        (SignatureView(state="valid"), History(invalid_before=5)),
        (SignatureView(state="invalid", reason="secret_quoted"), History(invalid_before=5)),
    ],
)
def test_what_is_known_already_stays(view: SignatureView, history: History) -> None:
    """A proven cause is not talked over by evidence."""
    assert with_history(view, history) == view
