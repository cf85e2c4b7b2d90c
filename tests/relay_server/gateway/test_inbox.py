"""What has arrived and not been looked at."""

from relay_server.gateway.inbox import Inbox


def test_bytes_keep_their_order() -> None:
    """New bytes come behind those that are left; what has been looked at is gone."""
    inbox = Inbox()
    inbox.add(b"abc")
    inbox.at = 2
    inbox.add(b"de")
    assert (inbox.data, inbox.left) == (b"cde", 3)
    inbox.at = 1
    assert (inbox.take(), inbox.left, inbox.take()) == (b"de", 0, b"")
    inbox.add(b"f")
    inbox.at = 1
    inbox.add(b"g")
    assert inbox.take() == b"g"
