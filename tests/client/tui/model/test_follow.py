"""Following and pausing."""

from client.tui.model.follow import Follow


def test_follow_counts_nothing_while_following() -> None:
    """What is seen is not new."""
    follow = Follow()
    follow.arrived(3)
    assert (follow.following, follow.unseen) == (True, 0)


def test_follow_pauses_when_moved_away_and_counts() -> None:
    """Away from the newest row, what comes is counted."""
    follow = Follow()
    follow.moved(at_newest=False)
    follow.arrived(3)
    follow.arrived(4)
    assert (follow.following, follow.unseen) == (False, 7)


def test_follow_resumes_on_the_newest_row() -> None:
    """Moving onto the newest row follows again, and all has been seen."""
    follow = Follow()
    follow.pause()
    follow.arrived(3)
    follow.moved(at_newest=True)
    assert (follow.following, follow.unseen) == (True, 0)


def test_follow_toggles() -> None:
    """One key does both."""
    follow = Follow()
    follow.toggle()
    paused = follow.following
    follow.toggle()
    assert (paused, follow.following) == (False, True)
