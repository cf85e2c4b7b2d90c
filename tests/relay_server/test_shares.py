"""What one sender may have of what all share."""

from relay_server.shares import Shares


def test_each_sender_has_its_own_share() -> None:
    """Who has its share gets no more until it gives some back; others have theirs."""
    shares = Shares(most=2)
    assert [shares.take(sender) for sender in ("a", "a", "a", "b")] == [True, True, False, True]
    shares.give_back("a")
    assert [shares.take("a"), shares.take("a")] == [True, False]
    for sender in ("a", "a", "b"):
        shares.give_back(sender)
    assert shares.take("a")
