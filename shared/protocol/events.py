"""What a received message can mean, as values."""

import msgspec

from shared.exchange import Delivery
from shared.http.heads import Fields, RequestHead, ResponseHead
from shared.protocol.hello import Bind, Bound, GoAway, Hello, Notice, Refused, Reset, Unbind, Welcome


class RequestReceived(msgspec.Struct, frozen=True, gc=False):
    """The peer opened a stream."""

    stream: int
    head: RequestHead
    delivery: Delivery
    ended: bool


class ResponseReceived(msgspec.Struct, frozen=True, gc=False):
    """The head of the answer on a stream that we opened."""

    stream: int
    head: ResponseHead
    ended: bool


class DataReceived(msgspec.Struct, frozen=True, gc=False):
    """Content, within the credit we gave."""

    stream: int
    data: bytes
    ended: bool


class TrailersReceived(msgspec.Struct, frozen=True, gc=False):
    """The end of content that has trailers."""

    stream: int
    fields: Fields


class ResetReceived(msgspec.Struct, frozen=True, gc=False):
    """The peer ended a stream early, or broke a rule on it and we did."""

    stream: int
    reset: Reset


class CreditReceived(msgspec.Struct, frozen=True, gc=False):
    """We may send more on a stream; 0: on all of them."""

    stream: int


class PongReceived(msgspec.Struct, frozen=True, gc=False):
    """The answer to a PING of ours."""

    opaque: bytes


class AckReceived(msgspec.Struct, frozen=True, gc=False):
    """The peer has so many of our numbered messages."""

    count: int


StreamEvent = (
    RequestReceived
    | ResponseReceived
    | DataReceived
    | TrailersReceived
    | ResetReceived
    | CreditReceived
    | PongReceived
    | AckReceived
)


LinkEvent = Hello | Welcome | Bind | Unbind | Bound | Refused | GoAway | Notice
"""What concerns the link itself, for whoever owns it."""

Event = StreamEvent | LinkEvent
