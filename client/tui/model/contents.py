"""The contents that are being looked at: fetched once, prepared off the loop when big, and forgotten when many."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from client.inspector import Inspector, Side
from client.tui.model.content import Mode, Rendering, render

_KEPT_BYTES = 16_000_000
_KEPT_RENDERINGS = 8

_BIG_BYTES = 200_000
"""From here on a beginning is shown at once, and the whole when a thread has prepared it."""

_BEGINNING_BYTES = 32_000


class Key(NamedTuple):
    """Which content."""

    delivery_id: str
    attempt: int
    side: Side
    captured_bytes: int
    """How much of it there is by now: what was fetched while it grew is another content."""


class Shown(NamedTuple):
    """Content with how it is shown."""

    data: bytes
    rendering: Rendering
    whole: bool = True


class Contents:
    """Contents of an inspector's deliveries."""

    def __init__(self, inspector: Inspector) -> None:
        self._inspector = inspector
        self._data: OrderedDict[Key, bytes] = OrderedDict()
        self._renderings: OrderedDict[tuple[Key, Mode], Rendering] = OrderedDict()

    def at_hand(self, key: Key, mode: Mode) -> Shown | None:
        """Give content if nothing has to be fetched or prepared for it."""
        data, rendering = self._data.get(key), self._renderings.get((key, mode))
        return None if data is None or rendering is None else Shown(data, rendering)

    async def load(self, key: Key, content_type: str, mode: Mode, show: Callable[[Shown], None]) -> None:
        """Fetch and prepare content, calling `show` once, or first with its beginning when it is big.

        Raises:
            UnknownDelivery: it is not there any more.
        """
        data = self._data.get(key)
        if data is None:
            data = await self.bytes(key)
        if len(data) > _BIG_BYTES:
            show(Shown(data, render(data[:_BEGINNING_BYTES], content_type, mode, of_bytes=len(data)), whole=False))
            rendering = await asyncio.to_thread(render, data, content_type, mode)
        else:
            rendering = render(data, content_type, mode)
        self._renderings[key, mode] = rendering
        while len(self._renderings) > _KEPT_RENDERINGS:
            self._renderings.popitem(last=False)
        show(Shown(data, rendering))

    async def bytes(self, key: Key) -> bytes:
        """Fetch content.

        Raises:
            UnknownDelivery: it is not there any more.
        """
        data = await self._inspector.content(key.delivery_id, key.attempt, key.side)
        self._data[key] = data
        self._data.move_to_end(key)
        while len(self._data) > 1 and sum(map(len, self._data.values())) > _KEPT_BYTES:
            self._data.popitem(last=False)
        return data
