"""Writes the head of an answer byte for byte as the app gave it, and frames what follows it."""

import re
from enum import Enum

import msgspec

from shared.errors import ExchangeFailed, Failure
from shared.http.fields import HOP_BY_HOP, forwardable
from shared.http.heads import Fields, ResponseHead

_TOKEN = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_VALUE = bytes([0x09, *range(0x20, 0x7F), *range(0x80, 0x100)])
"""What a field's name and value may consist of (RFC 9110 section 5.5): control octets would split the message."""

_LENGTH = b"content-length"
_COOKIE = b"set-cookie"
_SPECIAL = HOP_BY_HOP | {_LENGTH, _COOKIE}
_RESERVED = b"hookline-"
_RECORDED = b"hookline-recorded"
"""The client's own: it says that its history has no room. What an app sends under this name the client has dropped."""
"""Only the relay says these: their presence proves who answered."""

_DOMAIN = re.compile(rb";[ \t]*domain[ \t]*=([^;]*)", re.IGNORECASE)
_NOT_OF_A_HOST = re.compile(rb"[^A-Za-z0-9.-]")
"""Browsers decode and repair such a name (`%6cocalhost` is `localhost`), each in its own way."""
_NO_CONTENT = (204, 304)
_SWITCHING = 101
_FIRST, _LAST = 200, 599
_MOST_DIGITS = 18
_FORBIDDEN_TRAILERS = HOP_BY_HOP | frozenset(
    {_LENGTH, _COOKIE, b"host", b"content-encoding", b"content-type", b"content-range", b"authorization", b"cookie"}
    | {b"www-authenticate", b"proxy-authenticate", b"proxy-authorization", b"cache-control", b"location", b"date"}
    | {b"age", b"expires", b"vary", b"retry-after", b"max-forwards", b"range", b"forwarded", b"x-real-ip"}
)
"""Framing, routing, authentication and control data may not come late (RFC 9110 section 6.5.1)."""
_FORBIDDEN_LATE = (b"x-forwarded-", _RESERVED)
"""Nor may what only the relay says: an app may take a trailer for a field of the head."""


class Body(Enum):
    """How the end of an answer's content is told to the sender."""

    NONE = 0
    COUNTED = 1
    CHUNKED = 2
    UNTIL_CLOSE = 3


class Sender(msgspec.Struct, frozen=True):
    """What framing needs to know of the request."""

    method: bytes
    version: bytes
    upgrade: bytes
    keep_alive: bool


class Framed(msgspec.Struct, frozen=True):
    """A head that is ready to be written."""

    head: bytes
    body: Body
    length: int
    """Of counted content, in bytes."""
    keep_alive: bool


def frame(head: ResponseHead, sender: Sender, *, whole: bytes | None, trailers: Fields, domain: bytes) -> Framed:
    """Write a head.

    Args:
        head: the app's.
        sender: whom it is for.
        whole: the content, if all of it is here.
        trailers: what follows it, if that is known.
        domain: the relay's own host name; cookies for it or for what is above it stay with one endpoint.

    Raises:
        ExchangeFailed: the head cannot be part of a valid answer (ORIGIN_BAD_RESPONSE).
    """
    if head.status == _SWITCHING and sender.upgrade:
        return Framed(_switching(head, sender.upgrade), Body.UNTIL_CLOSE, 0, keep_alive=False)
    if not _FIRST <= head.status <= _LAST:
        raise _bad(f"status {head.status}")
    fields, length = _fields(head.fields, domain, drop_length=head.status == 204)  # noqa: PLR2004 - RFC 9110 section 8.6
    keep_alive, more = sender.keep_alive, b""
    if sender.method == b"HEAD" or head.status in _NO_CONTENT:
        body = Body.NONE
    elif length is not None:
        body = Body.COUNTED
        if whole is not None and len(whole) != length:
            raise _bad(f"content of {len(whole)} bytes, declared {length}")
    elif whole is not None and not trailers and (not whole or sender.version == b"1.0"):
        body, length, more = Body.COUNTED, len(whole), b"Content-Length: %d\r\n" % len(whole)
    elif sender.version == b"1.1":
        body, more = Body.CHUNKED, b"Transfer-Encoding: chunked\r\n"
    else:
        body, keep_alive = Body.UNTIL_CLOSE, False
    if not keep_alive:
        more += b"Connection: close\r\n"
    elif sender.version == b"1.0":
        more += b"Connection: keep-alive\r\n"
    return Framed(_status_line(head) + fields + more + b"\r\n", body, length or 0, keep_alive=keep_alive)


def trailer_section(trailers: Fields) -> bytes:
    """Write what ends chunked content: the last chunk, and the trailers that may come so late."""
    kept = [field for field in acceptable_trailers(trailers) if _valid((field,))]
    return b"0\r\n" + b"".join([b"%b: %b\r\n" % field for field in kept]) + b"\r\n"


def acceptable_trailers(fields: Fields | list[tuple[bytes, bytes]]) -> Fields:
    """Give the trailers that may be passed on, in either direction."""
    return tuple(field for field in fields if _may_be_late(field[0]))


def _may_be_late(name: bytes) -> bool:
    lowered = name.lower().replace(b"_", b"-")  # CGI and what follows it tell the two apart no more
    return lowered not in _FORBIDDEN_TRAILERS and not lowered.startswith(_FORBIDDEN_LATE)


def _fields(fields: Fields, domain: bytes, *, drop_length: bool) -> tuple[bytes, int | None]:
    if not fields:
        return b"", None
    if not _valid(fields):
        raise _bad("octets in a field that may not be there")
    lines: list[bytes] = []
    length: int | None = None
    for name, value in fields:
        lowered = name.lower()
        if lowered in _SPECIAL:
            if lowered == _LENGTH:
                declared = _number(value)
                if length is None and not drop_length:
                    lines.append(b"%b: %d\r\n" % (name, declared))
                elif length not in (None, declared):
                    raise _bad("two lengths")
                length = declared
            elif lowered == _COOKIE:
                lines.append(b"%b: %b\r\n" % (name, _for_one_host(value, domain)))
            elif lowered == b"connection":
                return _fields(forwardable(fields), domain, drop_length=drop_length)
        elif not lowered.startswith(_RESERVED) or lowered == _RECORDED:
            lines.append(b"%b: %b\r\n" % (name, value))
    return b"".join(lines), None if drop_length else length


def _valid(fields: Fields) -> bool:
    names, values = zip(*fields, strict=True)
    return (
        b"" not in names
        and not b"".join(names).translate(None, _TOKEN)
        and not b"".join(values).translate(None, _VALUE)
    )


def _number(value: bytes) -> int:
    digits = value.strip(b" \t")
    if not digits.isdigit() or len(digits) > _MOST_DIGITS:
        raise _bad("a length that is no number")
    return int(digits)


def _for_one_host(cookie: bytes, domain: bytes) -> bytes:
    """Drop the cookie's `Domain` where it is, or may be read as, the relay's or above it: neighbours would get it."""

    def replaced(match: re.Match[bytes]) -> bytes:
        wanted = match[1].strip(b" \t").removeprefix(b".").removesuffix(b".").lower()
        shared = wanted == domain or domain.endswith(b"." + wanted) or _NOT_OF_A_HOST.search(wanted)
        return b"" if shared else match[0]

    return _DOMAIN.sub(replaced, cookie)


def _status_line(head: ResponseHead) -> bytes:
    if head.reason and head.reason.translate(None, _VALUE):
        raise _bad("octets in the reason that may not be there")
    return b"HTTP/1.1 %d %b\r\n" % (head.status, head.reason)


def _switching(head: ResponseHead, upgrade: bytes) -> bytes:
    chosen = next((value for name, value in head.fields if name.lower() == b"upgrade"), upgrade)
    fields, _ = _fields(forwardable(head.fields), b"", drop_length=True)
    if chosen.translate(None, _VALUE):
        raise _bad("octets in Upgrade that may not be there")
    return _status_line(head) + b"Connection: Upgrade\r\nUpgrade: %b\r\n" % chosen + fields + b"\r\n"


def _bad(detail: str) -> ExchangeFailed:
    return ExchangeFailed(Failure.ORIGIN_BAD_RESPONSE, detail, delivered="yes")
