"""How long a client waits before it dials again."""

from client.relay.backoff import MOST_SECONDS, Backoff


def test_waits_grow_up_to_the_most() -> None:
    """Each wait is about twice the one before, and never beyond ten seconds."""
    backoff = Backoff(random=lambda: 1.0)
    assert [backoff.next_seconds() for _ in range(9)] == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, MOST_SECONDS, MOST_SECONDS]


def test_jitter_never_waits_nothing() -> None:
    """A crowd of clients is spread over most of each wait, none dials at once."""
    backoff = Backoff(random=lambda: 0.0)
    assert [backoff.next_seconds() for _ in range(3)] == [0.0125, 0.025, 0.05]


def test_only_a_link_that_lived_begins_afresh() -> None:
    """A relay that accepts and closes at once is dialled ever more rarely."""
    backoff = Backoff(random=lambda: 1.0)
    for _ in range(5):
        backoff.next_seconds(lived_seconds=1.0)
    assert backoff.next_seconds(lived_seconds=29.0) > 3.0
    assert backoff.next_seconds(lived_seconds=31.0) == 0.1


def test_dials_against_a_relay_that_closes_at_once_are_few() -> None:
    """Over a minute fewer than one dial a second, whatever the jitter."""
    backoff = Backoff(random=lambda: 0.0)
    elapsed, dials = 0.0, 0
    while elapsed < 60.0:
        elapsed += backoff.next_seconds(lived_seconds=0.01)
        dials += 1
    assert dials < 60


def test_relay_that_asks_is_heard() -> None:
    """What `Retry-After` says is waited, with jitter on top, within reason."""
    backoff = Backoff(random=lambda: 0.5)
    assert backoff.next_seconds(asked_seconds=7.0) == 7.5
    assert backoff.next_seconds(asked_seconds=86_400.0) <= 101.0
