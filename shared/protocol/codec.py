"""Payloads with structure, as MessagePack (protocol.md section 2)."""

from typing import TypeVar

import msgspec

from shared.errors import ProtocolError
from shared.exchange import Delivery
from shared.http.heads import Fields, RequestHead, ResponseHead
from shared.protocol.hello import Reset

T = TypeVar("T")


class RequestPayload(msgspec.Struct, frozen=True, array_like=True):
    """The payload of HEADERS that open a stream."""

    head: RequestHead
    delivery: Delivery


encode = msgspec.msgpack.Encoder().encode

request_decoder = msgspec.msgpack.Decoder(RequestPayload)
response_decoder = msgspec.msgpack.Decoder(ResponseHead)
trailers_decoder = msgspec.msgpack.Decoder(Fields)
reset_decoder = msgspec.msgpack.Decoder(Reset)


def decode(decoder: "msgspec.msgpack.Decoder[T]", payload: bytes) -> T:
    """Decode a payload.

    Raises:
        ProtocolError: it is not what the decoder's type says.
    """
    try:
        return decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"payload: {error}") from error
