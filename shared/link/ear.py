"""A link's ear on one of its transports."""

from typing import Protocol


class Listener(Protocol):
    """What hears through an ear."""

    def take_message(self, message: bytes) -> None:
        """A message arrived."""

    def take_room(self) -> None:
        """There is room to send."""

    def take_loss(self, reason: str) -> None:
        """The transport is gone."""


class Ear:
    """Listens to one transport; once fenced off, what that transport still brings is not heard."""

    __slots__ = ("_listener",)

    def __init__(self, listener: Listener) -> None:
        self._listener: Listener | None = listener

    def fence(self) -> None:
        """Hear nothing any more: another transport has taken this one's place."""
        self._listener = None

    def on_message(self, message: bytes) -> None:
        """Pass a message on."""
        if self._listener is not None:
            self._listener.take_message(message)

    def on_writable(self) -> None:
        """Pass on that there is room."""
        if self._listener is not None:
            self._listener.take_room()

    def on_lost(self, reason: str) -> None:
        """Pass on that the transport is gone, and hear nothing any more."""
        if self._listener is not None:
            listener, self._listener = self._listener, None
            listener.take_loss(reason)
