"""What other deliveries make likely."""

import pytest

from client.signatures.history import History, Other, history_of, with_history
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


def late(age_seconds: float) -> SignatureView:
    """Make the verdict over a signature that is out of time."""
    reason = "timestamp_too_old" if age_seconds > 0 else "timestamp_in_future"
    return SignatureView(state="invalid", reason=reason, sentence="too old", age_seconds=age_seconds)


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (7200.0, "2 h: the sender's clock is that much behind the"),
        (-3600.0, "1 h: the sender's clock is that much ahead of the"),
    ],
)
def test_steady_age_is_a_wrong_clock(age: float, words: str) -> None:
    """Several of the same age are no late deliveries; which clock is behind is said, as evidence."""
    view = with_history(late(age), History(ages=(age + 1, age - 1)))
    assert (view.reason, view.proven, words in view.sentence) == ("clock_skew", False, True)


def test_varying_or_lonely_age_stays() -> None:
    """One late delivery, or several that differ, say nothing about clocks."""
    assert with_history(late(900), History(ages=(400.0, 7200.0))) == late(900)
    assert with_history(late(900), History(ages=(900.0,))) == late(900)


def test_retry_is_old_for_that_reason() -> None:
    """The provider's own retry is named as such, and no clock is blamed."""
    view = with_history(late(7200), History(ages=(7200.0, 7200.0)), kind="retry")
    assert (view.reason, "the provider's own retry" in view.sentence) == ("timestamp_too_old", True)


def test_counts_of_others() -> None:
    """Valid and invalid ones are counted by side; unsigned ones say nothing about secrets."""
    valid, unsigned = SignatureView(state="valid"), SignatureView(state="invalid", reason="missing_signature")
    others = [
        Other(earlier=True, received_at=1.0, signature=valid),
        Other(earlier=True, received_at=2.0, signature=valid),
        Other(earlier=False, received_at=3.0, signature=UNEXPLAINED),
        Other(earlier=False, received_at=4.0, signature=unsigned),
        Other(earlier=False, received_at=5.0, signature=late(9.0)),
        Other(earlier=False, received_at=6.0, signature=SignatureView(state="unverifiable")),
    ]
    assert history_of(others) == History(2, 0, 0, 2, last_valid_at=2.0, ages=(9.0,))
