"""Whether the list follows the newest delivery, as a state with few transitions."""


class Follow:
    """FOLLOW until the user moves away from the newest row; PAUSED, counting what is new, until they come back."""

    def __init__(self) -> None:
        self._following = True
        self._unseen = 0

    @property
    def following(self) -> bool:
        """True while the newest row stays selected."""
        return self._following

    @property
    def unseen(self) -> int:
        """How many deliveries came since the pause."""
        return self._unseen

    def arrived(self, count: int) -> None:
        """Note `count` new rows."""
        if not self._following:
            self._unseen += count

    def moved(self, *, at_newest: bool) -> None:
        """Note that the user moved: onto the newest row follows again, anywhere else pauses."""
        if at_newest:
            self.resume()
        else:
            self.pause()

    def pause(self) -> None:
        """Stay where the selection is."""
        self._following = False

    def resume(self) -> None:
        """Go with the newest row again."""
        self._following = True
        self._unseen = 0

    def toggle(self) -> None:
        """Pause, or go on."""
        if self._following:
            self.pause()
        else:
            self.resume()
