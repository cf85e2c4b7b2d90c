"""The one verb of every layer: take a `Request`, give a `Response`."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import msgspec

from shared.errors import ContentBroken
from shared.http.heads import Fields, RequestHead, ResponseHead


class Delivery(msgspec.Struct, frozen=True, array_like=True):
    """What the relay knows about a request beyond its bytes."""

    id: str
    attempt: int
    """1 for what the sender sent; replays count on."""
    endpoint: str
    """The endpoint's name, as in `https://NAME.relay.example.com`."""
    received_at: float
    """Unix seconds on the relay's clock: the `now` of every signature check."""
    remote: str
    """The sender's address as text."""
    public_url: str
    """Scheme, authority and prefix as the sender used them; with the target appended it is the signed URL."""
    source: str = "live"
    """`live`, `held`, or `replay`."""


class Content:
    """A message's bytes (RFC 9110 section 6.4), here already or still to come.

    One producer (`feed`, `end`, `fail`), one consumer (`whole` or `read`). What is fed waits here unbounded, so a
    producer stops by itself: it counts what `on_taken` reports as taken and keeps within its window.
    """

    __slots__ = (
        "_chunks",
        "_ended",
        "_error",
        "_on_end",
        "_on_read",
        "_on_taken",
        "_on_wanted",
        "_waiter",
        "length",
        "trailers",
    )

    def __init__(
        self,
        data: bytes = b"",
        *,
        ended: bool = True,
        length: int | None = None,
        on_taken: Callable[[int], None] | None = None,
        on_wanted: Callable[[], None] | None = None,
    ) -> None:
        """Begin with `data`.

        Args:
            data: what is here already.
            ended: nothing will be fed any more.
            length: the declared length in bytes; None: not declared (chunked, or until the end).
            on_taken: called with the number of bytes whenever some are taken or discarded.
            on_wanted: called once, when the consumer first has to wait (this is when `100 Continue` is due).
        """
        self._chunks: deque[bytes] = deque((data,)) if data else deque()
        self._ended = ended
        self._error: ContentBroken | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._on_taken = on_taken
        self._on_wanted = on_wanted
        self._on_read: Callable[[bytes], None] | None = None
        self._on_end: Callable[[ContentBroken | None], None] | None = None
        self.length = length
        self.trailers: Fields = ()

    @property
    def ended(self) -> bool:
        """True when the producer has given everything, or given up."""
        return self._ended

    def feed(self, data: bytes) -> None:
        """Add bytes. Ignored after the end: the consumer may have gone first."""
        if data and not self._ended:
            self._chunks.append(data)
            self._wake()

    def end(self, trailers: Fields = ()) -> None:
        """Say that the content is complete."""
        if not self._ended:
            self._ended = True
            self.trailers = trailers
            self._wake()

    def fail(self, error: ContentBroken) -> None:
        """Say that the content will never be complete: the consumer's next read raises `error`."""
        if not self._ended:
            self._ended = True
            self._error = error
            self.discard()
            self._wake()

    def discard(self) -> None:
        """Drop what is here: the consumer wants no more of it. It counts as taken."""
        dropped = sum(map(len, self._chunks))
        self._chunks.clear()
        if dropped and self._on_taken is not None:
            self._on_taken(dropped)

    def watch(self, on_read: Callable[[bytes], None], on_end: Callable[[ContentBroken | None], None]) -> None:
        """See every chunk that the consumer takes, then the end once, with what broke it or None."""
        self._on_read = on_read
        self._on_end = on_end

    def peek(self) -> bytes | None:
        """Give all the bytes if they are here and complete, else None; takes nothing."""
        if not self._ended or self._error is not None:
            return None
        if len(self._chunks) > 1:
            self._chunks = deque((b"".join(self._chunks),))
        return self._chunks[0] if self._chunks else b""

    def whole(self) -> bytes | None:
        """Take all the bytes if they are here and complete, else None."""
        data = self.peek()
        if data is None:
            return None
        self._chunks.clear()
        if data:
            self._took(data)
        self._saw_end(None)
        return data

    async def read(self) -> bytes:
        """Take the next chunk; empty at the end.

        Raises:
            ContentBroken: the content will never be complete.
        """
        while not self._chunks:
            if self._error is not None:
                self._saw_end(self._error)
                raise self._error
            if self._ended:
                self._saw_end(None)
                return b""
            await self._more()
        data = self._chunks.popleft()
        self._took(data)
        return data

    async def settle(self, most_bytes: int) -> None:
        """Wait until all is here, it broke, or more than `most_bytes` wait here; takes nothing."""
        while not self._ended and sum(map(len, self._chunks)) <= most_bytes:
            await self._more()

    async def _more(self) -> None:
        if self._on_wanted is not None:
            wanted, self._on_wanted = self._on_wanted, None
            wanted()
            if self._chunks or self._ended:
                return
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _took(self, data: bytes) -> None:
        if self._on_read is not None:
            self._on_read(data)
        if self._on_taken is not None:
            self._on_taken(len(data))

    def _saw_end(self, error: ContentBroken | None) -> None:
        if self._on_end is not None:
            on_end, self._on_end = self._on_end, None
            on_end(error)


class Request:
    """A request on its way to the app."""

    __slots__ = ("content", "delivery", "head")

    def __init__(self, head: RequestHead, delivery: Delivery, content: Content) -> None:
        self.head = head
        self.delivery = delivery
        self.content = content


class Response:
    """An answer on its way to the sender. Its receiver closes it exactly once, in `finally`.

    For an exchange that became another protocol (status 101) both contents carry its raw bytes from then on.
    """

    __slots__ = ("_callbacks", "connect_seconds", "content", "head")

    def __init__(self, head: ResponseHead, content: Content) -> None:
        self.head = head
        self.content = content
        self.connect_seconds: float | None = None
        """How long connecting to the app took; None: it was connected already, or it is not known."""
        self._callbacks: list[Callable[[], None]] | None = []

    def on_close(self, callback: Callable[[], None]) -> None:
        """Have `callback` run when the response is closed: at once if it is closed already. Last in, first out."""
        if self._callbacks is None:
            callback()
        else:
            self._callbacks.append(callback)

    def close(self) -> None:
        """Free what the exchange holds, and stop what still runs for it. Further calls do nothing."""
        callbacks, self._callbacks = self._callbacks, None
        while callbacks:
            callbacks.pop()()


Handler = Callable[[Request], Awaitable[Response]]
"""Takes a request, gives a response.

Raises:
    ExchangeFailed: there is no answer; says why.
    LinkClosed: the link went away before the answer began.
"""
