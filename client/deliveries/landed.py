"""An attempt as a record of the landing file, and back.

A record is the length of its payload and the payload's CRC-32, both 32 bits and little-endian, then the payload.
"""

import struct
import zlib
from collections.abc import Iterator

import msgspec

from client.deliveries.attempt import Attempt
from client.deliveries.capture import INLINE_BYTES, Capture
from client.views import AttemptKind, AttemptState
from shared.exchange import Delivery
from shared.http.heads import Fields, RequestHead, ResponseHead

_HEADER = struct.Struct("<II")


class _Kept(msgspec.Struct, array_like=True):
    """A content that is here whole, as `Capture` has it."""

    data: bytes
    seen_bytes: int
    stopped: bool
    trailers: Fields


class _Record(msgspec.Struct, array_like=True):
    """An attempt that has ended, as its rows will be made from it. Fields may be added at the end."""

    number: int
    kind: AttemptKind
    state: AttemptState
    started_at: float
    app: str
    delivery: Delivery
    head: RequestHead
    request: _Kept
    answer: ResponseHead | None
    response: _Kept
    failure: str
    detail: str
    duration_seconds: float | None
    connect_seconds: float | None
    first_byte_seconds: float | None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Record).decode


def can_land(attempt: Attempt) -> bool:
    """True where everything of the attempt is here, and nothing of it in the history yet."""
    if attempt.written or not (_whole(attempt.request) and _whole(attempt.response)):
        return False
    received_at = attempt.delivery.received_at
    return received_at == received_at  # noqa: PLR0124 - what is not a number fits no row


def encode(number: int, attempt: Attempt) -> bytes:
    """Give the attempt's record.

    Raises:
        UnicodeEncodeError: it has text that is in no encoding.
    """
    payload = _encode(_record(number, attempt))
    return _HEADER.pack(len(payload), zlib.crc32(payload)) + payload


def decode(data: bytes, *, after: int) -> Iterator[Attempt]:
    """Give the attempts with numbers beyond `after`, up to the first record that is damaged."""
    for payload in _payloads(data):
        try:
            record = _decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return
        if record.number > after:
            yield _attempt(record)


def _whole(capture: Capture) -> bool:
    return (
        capture.ended
        and capture.broken is None
        and not capture.parts_bytes
        and len(capture.data) + capture.tail_bytes <= INLINE_BYTES
    )


def _record(number: int, attempt: Attempt) -> _Record:
    request, response = attempt.request, attempt.response
    return _Record(
        number,
        attempt.kind,
        attempt.state,
        attempt.started_at,
        attempt.app,
        attempt.delivery,
        attempt.head,
        _Kept(request.kept, request.seen_bytes, request.stopped, request.trailers),
        attempt.answer,
        _Kept(response.kept, response.seen_bytes, response.stopped, response.trailers),
        attempt.failure,
        attempt.detail,
        attempt.duration_seconds,
        attempt.connect_seconds,
        attempt.first_byte_seconds,
    )


def _payloads(data: bytes) -> Iterator[bytes]:
    at = 0
    while at + _HEADER.size <= len(data):
        length, checksum = _HEADER.unpack_from(data, at)
        at += _HEADER.size
        payload = data[at : at + length]
        if len(payload) < length or zlib.crc32(payload) != checksum:
            return
        yield payload
        at += length


def _attempt(record: _Record) -> Attempt:
    return Attempt(
        delivery=record.delivery,
        head=record.head,
        kind=record.kind,
        started_at=record.started_at,
        app=record.app,
        request=_capture(record.request),
        response=_capture(record.response),
        state=record.state,
        answer=record.answer,
        failure=record.failure,
        detail=record.detail,
        duration_seconds=record.duration_seconds,
        connect_seconds=record.connect_seconds,
        first_byte_seconds=record.first_byte_seconds,
        landed=record.number,
    )


def _capture(kept: _Kept) -> Capture:
    return Capture(kept.data, kept.seen_bytes, stopped=kept.stopped, trailers=kept.trailers)
