"""Reads server-sent events as changes."""

from collections.abc import Iterator

import msgspec

from client.views import Change, DeliverySummary, Status

_delivery = msgspec.json.Decoder(DeliverySummary).decode
_removed = msgspec.json.Decoder(tuple[int, ...]).decode
_status = msgspec.json.Decoder(Status).decode


class EventReader:
    """Bytes of the stream in, changes out. Keeps the number that a new stream goes on from."""

    def __init__(self, last: int | None = None) -> None:
        self.last = last
        """The number of the newest event that was read; None: none yet."""
        self._buffer = b""

    def read(self, data: bytes) -> Iterator[Change]:
        """Give the changes that are complete with `data`. A piece of an event is kept for the next call."""
        *events, self._buffer = (self._buffer + data).split(b"\n\n")
        for event in events:
            change = self._change(event)
            if change is not None:
                yield change

    def begin(self) -> None:
        """Forget the piece of an event that a broken stream left."""
        self._buffer = b""

    def _change(self, event: bytes) -> Change | None:
        fields = dict(line.split(b": ", 1) for line in event.split(b"\n") if b": " in line)
        if b"id" in fields:
            self.last = int(fields[b"id"])
        kind, data = fields.get(b"event"), fields.get(b"data", b"")
        if kind == b"delivery":
            return Change(self.last or 0, delivery=_delivery(data))
        if kind == b"status":
            return Change(self.last or 0, status=_status(data))
        if kind == b"removed":
            return Change(self.last or 0, removed=_removed(data))
        return None
