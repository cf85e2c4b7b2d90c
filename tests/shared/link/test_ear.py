"""An ear on one of a link's transports."""

from shared.link.ear import Ear


class Listener:
    """Notes what it hears."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def take_message(self, message: bytes) -> None:
        """Hear a message."""
        self.heard.append(message.decode())

    def take_room(self) -> None:
        """Hear of room."""
        self.heard.append("room")

    def take_loss(self, reason: str) -> None:
        """Hear of the loss."""
        self.heard.append(f"lost: {reason}")


def test_ear_hears_in_order() -> None:
    """Messages, room, and the loss as the last."""
    listener = Listener()
    ear = Ear(listener)
    ear.on_message(b"one")
    ear.on_writable()
    ear.on_lost("cut")
    assert listener.heard == ["one", "room", "lost: cut"]


def test_lost_transport_is_silent() -> None:
    """Nothing is heard twice, and nothing after the end."""
    listener = Listener()
    ear = Ear(listener)
    for _ in range(2):
        ear.on_lost("cut")
        ear.on_message(b"late")
        ear.on_writable()
    assert listener.heard == ["lost: cut"]


def test_fenced_ear_hears_nothing() -> None:
    """Of a transport whose place another one has taken not even the loss matters."""
    listener = Listener()
    ear = Ear(listener)
    ear.fence()
    ear.on_message(b"late")
    ear.on_writable()
    ear.on_lost("cut")
    assert listener.heard == []
