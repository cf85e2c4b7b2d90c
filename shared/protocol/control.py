"""Frames about the link itself: which type carries which message."""

from types import MappingProxyType

import msgspec

from shared.errors import ProtocolError
from shared.protocol import codec
from shared.protocol.codes import FrameType
from shared.protocol.events import LinkEvent
from shared.protocol.hello import Bind, Bound, GoAway, Hello, Notice, Refused, Unbind, Welcome

_TYPES: MappingProxyType[type[LinkEvent], FrameType] = MappingProxyType(
    {
        Hello: FrameType.HELLO,
        Welcome: FrameType.WELCOME,
        Bind: FrameType.BIND,
        Unbind: FrameType.UNBIND,
        Bound: FrameType.BOUND,
        Refused: FrameType.REFUSED,
        GoAway: FrameType.GOAWAY,
        Notice: FrameType.NOTICE,
    }
)

_DECODERS = MappingProxyType({kind: msgspec.msgpack.Decoder(message) for message, kind in _TYPES.items()})

_MOST_BYTES = 64 << 10
"""A frame about the link is small; a larger one is an attack on memory."""


def encode(message: LinkEvent) -> tuple[FrameType, bytes]:
    """Give a message's frame type and payload."""
    return _TYPES[type(message)], codec.encode(message)


def decode(kind: int, payload: bytes) -> LinkEvent | None:
    """Give what a frame about the link means, or None for a type that is not known: it is skipped.

    Raises:
        ProtocolError: its payload is not what the type says, or too large.
    """
    decoder = _DECODERS.get(FrameType(kind)) if kind in _KNOWN else None
    if decoder is None:
        return None
    if len(payload) > _MOST_BYTES:
        raise ProtocolError(f"{FrameType(kind).name} of {len(payload)} bytes")
    return codec.decode(decoder, payload)


_KNOWN = frozenset(_TYPES.values())
