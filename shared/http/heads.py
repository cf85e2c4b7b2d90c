"""The heads of a request and of a response, byte for byte as they were received."""

import msgspec

Fields = tuple[tuple[bytes, bytes], ...]
"""Name and value pairs in wire order: case, repetition and obs-text octets are kept (RFC 9110 section 5)."""


class RequestHead(msgspec.Struct, frozen=True, array_like=True):
    """A request's control data and fields (RFC 9112 section 3)."""

    method: bytes
    target: bytes
    """The request target as received: never decoded, never normalised."""
    fields: Fields
    version: bytes = b"1.1"
    """`1.0` or `1.1`, as the sender spoke."""
    upgrade: bytes = b""
    """The protocol asked for with `Upgrade`, or empty (RFC 9110 section 7.8)."""


class ResponseHead(msgspec.Struct, frozen=True, array_like=True):
    """A response's control data and fields (RFC 9112 section 4)."""

    status: int
    reason: bytes
    fields: Fields
