"""Numbers of the tunnel protocol: frame types, flags, reset and goaway codes, limits."""

from enum import IntEnum
from types import MappingProxyType

from shared.errors import Failure

SUBPROTOCOL = "hookline.v1"
LINK_PATH = "/_hookline/link"
CLOSE_GOING_AWAY = 1001
CLOSE_PROTOCOL_ERROR = 4400
"""With it a WebSocket closes; its GOAWAY said why."""

MESSAGE_BYTES = 1 << 20
"""The most one transport message may hold."""
DATA_BYTES = 64 << 10
"""The most content one DATA frame may hold: small enough that a bulk transfer lets others in between."""
HEADS_BYTES = 256 << 10
"""The most a HEADERS payload may hold; the doors allow 64 KiB of fields, and MessagePack adds little."""
STREAM_WINDOW_BYTES = 256 << 10
LINK_WINDOW_BYTES = 4 << 20
STREAMS = 512
"""Exchanges that may run on one link at once."""


class FrameType(IntEnum):
    """What a frame says (protocol.md section 2)."""

    DATA = 0x0
    HEADERS = 0x1
    RESET = 0x2
    WINDOW_UPDATE = 0x3
    HELLO = 0x4
    WELCOME = 0x5
    BIND = 0x6
    UNBIND = 0x7
    BOUND = 0x8
    REFUSED = 0x9
    PING = 0xA
    PONG = 0xB
    ACK = 0xC
    GOAWAY = 0xD
    NOTICE = 0xE


END_STREAM = 0x1
TRAILERS = 0x2


class ResetCode(IntEnum):
    """Why a stream ended early, for peers that do not know the failure's name."""

    NO_ERROR = 0
    PROTOCOL_ERROR = 1
    INTERNAL_ERROR = 2
    FLOW_CONTROL_ERROR = 3
    CANCELLED = 4
    ORIGIN_UNREACHABLE = 5
    ORIGIN_TIMEOUT = 6
    ORIGIN_BROKE_OFF = 7
    REFUSED = 8
    CONTENT_TOO_LARGE = 9
    LINK_LOST = 10


class GoAwayCode(IntEnum):
    """Why a peer takes no more streams."""

    LEAVING = 0
    PROTOCOL_ERROR = 1
    SUPERSEDED = 2
    REVOKED = 3
    DRAINING = 4
    UNRESPONSIVE = 5


RESET_OF_FAILURE = MappingProxyType(
    {
        Failure.ORIGIN_REFUSED: ResetCode.ORIGIN_UNREACHABLE,
        Failure.ORIGIN_UNREACHABLE: ResetCode.ORIGIN_UNREACHABLE,
        Failure.ORIGIN_DNS: ResetCode.ORIGIN_UNREACHABLE,
        Failure.ORIGIN_TLS: ResetCode.ORIGIN_UNREACHABLE,
        Failure.ORIGIN_CONNECT_TIMEOUT: ResetCode.ORIGIN_TIMEOUT,
        Failure.ORIGIN_TIMEOUT: ResetCode.ORIGIN_TIMEOUT,
        Failure.ORIGIN_CLOSED: ResetCode.ORIGIN_BROKE_OFF,
        Failure.ORIGIN_BAD_RESPONSE: ResetCode.ORIGIN_BROKE_OFF,
        Failure.ORIGIN_TRUNCATED: ResetCode.ORIGIN_BROKE_OFF,
        Failure.SIGNATURE_INVALID: ResetCode.REFUSED,
        Failure.POLICY_DENIED: ResetCode.REFUSED,
        Failure.HISTORY_FULL: ResetCode.REFUSED,
        Failure.LOOP: ResetCode.REFUSED,
        Failure.ENDPOINT_OVERLOADED: ResetCode.REFUSED,
        Failure.CONTENT_TOO_LARGE: ResetCode.CONTENT_TOO_LARGE,
        Failure.SENDER_ABORTED: ResetCode.CANCELLED,
        Failure.ENDPOINT_LOST: ResetCode.LINK_LOST,
    }
)
"""The number that goes with a failure's name; what is not listed is INTERNAL_ERROR."""

FAILURE_OF_RESET = MappingProxyType(
    {
        ResetCode.NO_ERROR: Failure.ORIGIN_CLOSED,
        ResetCode.CANCELLED: Failure.SENDER_ABORTED,
        ResetCode.ORIGIN_UNREACHABLE: Failure.ORIGIN_UNREACHABLE,
        ResetCode.ORIGIN_TIMEOUT: Failure.ORIGIN_TIMEOUT,
        ResetCode.ORIGIN_BROKE_OFF: Failure.ORIGIN_CLOSED,
        ResetCode.REFUSED: Failure.POLICY_DENIED,
        ResetCode.CONTENT_TOO_LARGE: Failure.CONTENT_TOO_LARGE,
        ResetCode.LINK_LOST: Failure.ENDPOINT_LOST,
    }
)
"""What a reset means where it carries no name that we know; what is not listed is CLIENT_INTERNAL."""
