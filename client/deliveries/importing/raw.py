"""Reads HTTP/1.1 requests as they stand on the wire or in a text editor (RFC 9112)."""

import re
from typing import NamedTuple

from client.deliveries.export.model import CapturedExchange
from client.deliveries.importing.errors import RequestUnreadable, place
from client.deliveries.importing.urls import split_url
from shared.http import Fields, content_length, first, without

_REQUEST_LINE = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+) +(\S+)(?: +HTTP/(\d\.\d))?[ \t]*")
_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_UNSENDABLE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
"""What a field value may not hold (RFC 9110 section 5.5)."""
_FRAMING = frozenset({b"transfer-encoding"})
_LONGEST_SIZE = 16
"""Hexadecimal digits of a chunk size: 64 bits."""


class _Head(NamedTuple):
    method: bytes
    target: bytes
    version: bytes
    fields: Fields
    end: int


def read_raw(data: bytes, *, damaged: bool = False) -> list[CapturedExchange]:
    """Read one request, or several that follow each other.

    Without `Content-Length` and `Transfer-Encoding` everything behind the empty line is content.

    Args:
        data: the file's bytes.
        damaged: also read content of another length than `Content-Length` says: what is there is then the content.

    Raises:
        RequestUnreadable: the first line is no request line, a field is malformed, or the content is cut.
    """
    found: list[CapturedExchange] = []
    at = 0
    while data[at:].strip() or not found:
        head = _read_head(data, at)
        content, fields, at = _read_content(data, head, damaged=damaged)
        base, target = _public(data, head)
        found.append(
            CapturedExchange(
                method=head.method,
                base=base,
                target=target,
                fields=fields,
                content=content,
                content_bytes=len(content),
                version=head.version,
            )
        )
    return found


def _line(data: bytes, at: int) -> tuple[bytes, int]:
    end = data.find(b"\n", at)
    end = len(data) if end < 0 else end
    return data[at:end].removesuffix(b"\r"), min(end + 1, len(data))


def _fault(data: bytes, at: int, sentence: str) -> RequestUnreadable:
    line, column = place(data, at)
    return RequestUnreadable(sentence, line=line, column=column)


def _read_head(data: bytes, at: int) -> _Head:
    while data[at : at + 1] in (b"\r", b"\n"):
        at += 1
    text, following = _line(data, at)
    match = _REQUEST_LINE.fullmatch(text)
    if match is None:
        raise _fault(
            data, at, "this is no request line; `POST /path HTTP/1.1` was expected (or a HAR file, or `curl …`)"
        )
    fields: list[tuple[bytes, bytes]] = []
    while following < len(data):
        start = following
        text, following = _line(data, start)
        if not text:
            break
        fields.append(_read_field(data, start, text))
    return _Head(match[1], match[2], match[3] or b"1.1", tuple(fields), following)


def _read_field(data: bytes, at: int, text: bytes) -> tuple[bytes, bytes]:
    if text[:1] in (b" ", b"\t"):
        raise _fault(
            data, at, "a field goes on here from the line above, which HTTP no longer allows: write it on one line"
        )
    name, colon, value = text.partition(b":")
    if not colon or _NAME.fullmatch(name) is None:
        raise _fault(data, at, "this is no field; `Name: value` was expected (an empty line ends the fields)")
    value = value.strip(b" \t")
    unsendable = _UNSENDABLE.search(value)
    if unsendable is not None:
        raise _fault(data, at, f"the value of {name.decode()} holds the control byte 0x{ord(unsendable[0]):02x}")
    return name, value


def _read_content(data: bytes, head: _Head, *, damaged: bool) -> tuple[bytes, Fields, int]:
    coding = first(head.fields, b"transfer-encoding")
    if coding is not None:
        if coding.strip().lower() != b"chunked":
            raise _fault(
                data, head.end, f"transfer-encoding {coding.decode('latin-1')!r} is not readable; `chunked` is"
            )
        content, at = _unchunk(data, head.end)
        return content, without(head.fields, _FRAMING), at
    try:
        length = content_length(head.fields)
    except ValueError as error:
        raise _fault(data, head.end, str(error)) from error
    if length is None:
        return data[head.end :], head.fields, len(data)
    here = len(data) - head.end
    if here < length:
        if damaged:
            return data[head.end :], head.fields, len(data)
        raise _fault(data, len(data), f"the content ends after {here:,} bytes; content-length says {length:,}")
    at = head.end + length
    rest = data[at:]
    another = _REQUEST_LINE.match(rest.lstrip(b"\r\n")) if rest.strip() else None
    if damaged and rest.strip() and (another is None or another[3] is None):
        return data[head.end :], head.fields, len(data)
    if rest.strip() and another is None:
        raise _fault(data, at, f"{len(rest):,} bytes follow the {length:,} that content-length says")
    return data[head.end : at], head.fields, at


def _unchunk(data: bytes, at: int) -> tuple[bytes, int]:
    """Decode chunked content (RFC 9112 section 7.1); extensions and trailers are dropped."""
    parts: list[bytes] = []
    while True:
        text, following = _line(data, at)
        digits = text.partition(b";")[0].strip()
        if not digits or len(digits) > _LONGEST_SIZE or re.fullmatch(rb"[0-9A-Fa-f]+", digits) is None:
            raise _fault(data, at, "a chunk's size was expected, in hexadecimal")
        size = int(digits, 16)
        if size == 0:
            break
        if len(data) - following < size:
            raise _fault(data, at, f"the content ends inside a chunk of {size:,} bytes")
        parts.append(data[following : following + size])
        text, after = _line(data, following + size)
        if text:
            raise _fault(data, following + size, "a chunk is longer than its size")
        at = after
    while following < len(data):
        text, following = _line(data, following)
        if not text:
            break
    return b"".join(parts), following


def _public(data: bytes, head: _Head) -> tuple[str, bytes]:
    """Give what stands before the target in the URL, and the target in origin form."""
    if not head.target.startswith(b"/"):
        try:
            parts = split_url(head.target)
        except ValueError as error:
            raise _fault(data, 0, f"the target is neither a path nor a URL: {error}") from error
        return parts.base, parts.target
    host = first(head.fields, b"host") or b"localhost"
    scheme = (first(head.fields, b"x-forwarded-proto") or b"https").lower()
    scheme = scheme if scheme in (b"http", b"https") else b"https"
    return f"{scheme.decode()}://{host.decode('latin-1')}", head.target
