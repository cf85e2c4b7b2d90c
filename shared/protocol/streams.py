"""The streams that live on a link: their halves and their windows."""

from shared.errors import ProtocolError
from shared.protocol.states import Half, Moment, after
from shared.protocol.window import ReceiveWindow, SendWindow


class Stream:
    """One exchange on the wire."""

    __slots__ = ("local", "number", "receive_window", "remote", "send_window")

    def __init__(self, number: int, window_bytes: int) -> None:
        self.number = number
        self.local = Half.IDLE
        self.remote = Half.IDLE
        self.send_window = SendWindow(window_bytes)
        self.receive_window = ReceiveWindow(window_bytes)

    def sends(self, moment: Moment) -> None:
        """Move our direction on; a transition that the table lacks is our own bug."""
        self.local = after(self.local, moment)

    def receives(self, moment: Moment) -> None:
        """Move the peer's direction on.

        Raises:
            ProtocolError: the peer broke the order.
        """
        self.remote = after(self.remote, moment)

    @property
    def closed(self) -> bool:
        """True when both directions have ended."""
        return self.local is Half.CLOSED and self.remote is Half.CLOSED


class Streams:
    """Numbers and finds streams. The relay opens odd ones, in rising order."""

    __slots__ = ("_highest", "_live", "_next", "most", "opens", "window_bytes")

    def __init__(self, *, opens: bool, most: int, window_bytes: int) -> None:
        """Begin with none.

        Args:
            opens: this side opens streams (the relay); the other only accepts them.
            most: streams that may live at once.
            window_bytes: credit each begins with, both ways.
        """
        self.opens = opens
        self.most = most
        self._live: dict[int, Stream] = {}
        self._next = 1
        self._highest = 0
        self.window_bytes = window_bytes

    def __len__(self) -> int:
        return len(self._live)

    @property
    def full(self) -> bool:
        """True when no further stream may be opened for now."""
        return len(self._live) >= self.most

    def open(self) -> Stream:
        """Make the next stream of ours. Asked for only while not `full`."""
        if not self.opens or self.full:
            raise AssertionError(f"stream opened with {len(self._live)} of {self.most} live")
        stream = self._live[self._next] = Stream(self._next, self.window_bytes)
        self._highest = self._next
        self._next += 2
        return stream

    def accept(self, number: int) -> Stream:
        """Make the stream that the peer opened.

        Raises:
            ProtocolError: this number is not the peer's to open now, or there are too many.
        """
        if self.opens or number % 2 == 0 or number <= self._highest:
            raise ProtocolError(f"stream {number} cannot be opened")
        self._highest = number
        if self.full:
            raise ProtocolError(f"more than {self.most} streams")
        stream = self._live[number] = Stream(number, self.window_bytes)
        return stream

    def find(self, number: int) -> Stream | None:
        """Give a live stream, or None when it has ended already: its last frames may still be on their way.

        Raises:
            ProtocolError: no such stream was ever opened.
        """
        stream = self._live.get(number)
        if stream is None and (number > self._highest or number % 2 == 0):
            raise ProtocolError(f"stream {number} was never opened")
        return stream

    def forget(self, number: int) -> None:
        """Let go of a stream that has ended."""
        self._live.pop(number, None)
