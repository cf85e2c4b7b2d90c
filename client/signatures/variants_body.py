"""What the body may have been where it was signed, if something on the way has rewritten it."""

import gzip
import json
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from client.signatures.layouts import layouts
from client.signatures.reading import parse_pairs
from client.signatures.templates import FILTERS
from client.signatures.verdict import Reason

LARGEST_BYTES = 1024 * 1024
"""Bodies beyond it are not searched: each variant is a copy and a hash of all of it."""

_THOROUGH_BYTES = 128 * 1024
"""JSON up to this size is written in every layout; beyond it in the commonest ones."""

_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"


_COMPRESSED_BYTES = 64 * 1024
"""Bodies beyond it are not compressed again: each level takes milliseconds."""

_LEVELS = (6, 9, 1)
_SYSTEMS = (b"\x03", b"\xff", b"\x00", b"\x13")
"""The system byte of gzip's header (RFC 1952 section 2.3.1) as zlib, Go, Java and macOS write it."""

_SYSTEM_AT = 9


class BodyVariant(NamedTuple):
    """A body that may have been signed."""

    reason: Reason
    content: bytes
    said: str


def body_variants(content: bytes, *, is_form: bool = False) -> Iterator[BodyVariant]:
    """Yield what may have been signed in place of `content`: cheap inverses first, then the layouts of its JSON.

    Args:
        content: as it arrived.
        is_form: it is form-encoded.
    """
    if not content or len(content) > LARGEST_BYTES:
        return
    seen = {content}
    for variant in _all(content, is_form=is_form):
        if variant.content not in seen:
            seen.add(variant.content)
            yield variant


def _all(content: bytes, *, is_form: bool) -> Iterator[BodyVariant]:
    yield from _edges(content)
    yield from _compressed(content)
    yield from _charsets(content)
    escaped = FILTERS["escape_unicode"](content)
    yield BodyVariant(Reason.BODY_UNICODE_ESCAPES_DECODED, escaped, "with its characters outside ASCII as \\uXXXX")
    if is_form:
        yield from _forms(content)
    yield from _json(content.removeprefix(_BOM))
    yield from _decompressed(content)


def _edges(content: bytes) -> Iterator[BodyVariant]:
    if content.startswith(_BOM):
        yield BodyVariant(Reason.BODY_BOM_ADDED, content[len(_BOM) :], "without the byte order mark before it")
    for end in (b"\r\n", b"\n"):
        if content.endswith(end):
            said = "without the line end after it"
            yield BodyVariant(Reason.BODY_TRAILING_NEWLINE, content[: -len(end)], said)
    for end in (b"\n", b"\r\n"):
        yield BodyVariant(Reason.BODY_TRAILING_NEWLINE, content + end, "with a line end after it")
    unix = content.replace(b"\r\n", b"\n")
    for changed in (unix, unix.replace(b"\n", b"\r\n")):
        yield BodyVariant(Reason.BODY_NEWLINES_CONVERTED, changed, "with its line ends converted")
    for changed in (content.strip(), content.rstrip(), content.lstrip()):
        yield BodyVariant(Reason.BODY_WHITESPACE, changed, "without white space around it")
    yield BodyVariant(Reason.BODY_BOM_ADDED, _BOM + content, "with a byte order mark before it")


def _compressed(content: bytes) -> Iterator[BodyVariant]:
    if content[:2] != _GZIP and content[:1] != b"\x78":
        return
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)  # 32: gzip or zlib, as its first bytes say
    try:
        plain = inflate.decompress(content, LARGEST_BYTES)
    except zlib.error:
        return
    if inflate.eof:
        yield BodyVariant(Reason.BODY_STILL_COMPRESSED, plain, "decompressed")


def _decompressed(content: bytes) -> Iterator[BodyVariant]:
    """Yield the body compressed as the common tools do, which all use zlib: what they sent may have been that."""
    if len(content) > _COMPRESSED_BYTES:
        return
    said = "compressed with {} as it was sent"
    for level in _LEVELS:
        packed = gzip.compress(content, level, mtime=0)
        for system in _SYSTEMS:
            text = packed[:_SYSTEM_AT] + system + packed[_SYSTEM_AT + 1 :]
            yield BodyVariant(Reason.BODY_DECOMPRESSED, text, said.format("gzip"))
        yield BodyVariant(Reason.BODY_DECOMPRESSED, zlib.compress(content, level), said.format("deflate"))


def _charsets(content: bytes) -> Iterator[BodyVariant]:
    for charset in ("latin-1", "cp1252"):
        try:
            narrowed = content.decode().encode(charset)
        except UnicodeError:
            pass
        else:
            yield BodyVariant(Reason.BODY_CHARSET_CHANGED, narrowed, f"with UTF-8 read as {charset} undone")
        try:
            widened = content.decode(charset).encode()
        except UnicodeError:
            continue
        yield BodyVariant(Reason.BODY_CHARSET_CHANGED, widened, f"with {charset} turned into UTF-8")


def _forms(content: bytes) -> Iterator[BodyVariant]:
    said = "with its form encoded otherwise"
    for changed in (content.replace(b"+", b"%20"), content.replace(b"%20", b"+")):
        yield BodyVariant(Reason.BODY_FORM_REENCODED, changed, said)
    pairs = parse_pairs(content)
    for text in (urlencode(pairs), urlencode(pairs, quote_via=quote), urlencode(sorted(pairs))):
        yield BodyVariant(Reason.BODY_FORM_REENCODED, text.encode(), said)
    for name, value in pairs:
        if name == b"payload":
            yield BodyVariant(Reason.BODY_FORM_FIELD_PAYLOAD_SIGNED, value, "taken from its form field payload")


def parsed(content: bytes) -> Any:
    """Give a JSON body as `json.loads` does, or None: it is none, or made to be expensive."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _json(content: bytes) -> Iterator[BodyVariant]:
    document = parsed(content)
    if isinstance(document, str):
        inner = document.encode("utf-8", "surrogatepass")
        yield BodyVariant(Reason.BODY_JSON_DOUBLE_ENCODED, inner, "taken out of the JSON string that holds it")
    if not isinstance(document, dict | list):
        return
    every = len(content) <= _THOROUGH_BYTES
    for layout in layouts(document, every=every):
        reason = Reason.BODY_KEY_ORDER if layout.reordered else Reason.BODY_RESERIALISED
        yield BodyVariant(reason, layout.text, f"written as JSON {layout.said}")
    for layout in layouts(document) if every else ():
        reason = Reason.BODY_KEY_ORDER if layout.reordered else Reason.BODY_RESERIALISED
        yield BodyVariant(reason, layout.text + b"\n", f"written as JSON {layout.said} with a line end")
