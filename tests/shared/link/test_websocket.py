"""What both ends of a link's WebSocket keep to."""

import socket

from shared.link.websocket import UNACKNOWLEDGED_MILLISECONDS, close_reason, give_up_on_silence


def test_reason_fits_into_a_close_frame() -> None:
    """It is cut at 123 bytes, and never within a character."""
    assert close_reason("the relay is restarting") == "the relay is restarting"
    assert close_reason("x" * 200) == "x" * 123
    assert close_reason("ä" * 100) == "ä" * 61


def test_kernel_gives_up_on_a_peer_that_vanished() -> None:
    """The socket gets the deadline; one that is closed, or none, is no failure."""
    with socket.socket() as raw:
        give_up_on_silence(raw)
        assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == UNACKNOWLEDGED_MILLISECONDS
    give_up_on_silence(raw)
    give_up_on_silence(None)
