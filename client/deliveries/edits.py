"""Applies a user's edits to a request, and refuses what no request may be."""

import re

from client.inspector import ReplayRefused
from client.views import Edits
from shared.http import first
from shared.http.heads import Fields, RequestHead

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""RFC 9110 section 5.6.2."""

_TARGET = re.compile(rb"/[\x21-\x7e\x80-\xff]*")
_VALUE = re.compile(rb"[^\x00\r\n]*")

CONTENT_LENGTH = b"content-length"


def edited(head: RequestHead, edits: Edits) -> RequestHead:
    """Give the head with the edits applied; the content's length is put right by `framed`.

    Raises:
        ReplayRefused: a method, target or field that cannot be sent; says which.
    """
    return RequestHead(
        _method(edits.method) if edits.method is not None else head.method,
        _target(edits.target) if edits.target is not None else head.target,
        _fields(edits.fields) if edits.fields is not None else head.fields,
        head.version,
    )


def sendable(head: RequestHead) -> bool:
    """True when method, target and fields can stand in a request."""
    fields = all(_TOKEN.fullmatch(name) and _VALUE.fullmatch(value) for name, value in head.fields)
    target = head.target == b"*" or _TARGET.fullmatch(head.target)
    return bool(fields and target and _TOKEN.fullmatch(head.method))


def changes(edits: Edits) -> bool:
    """True when the edits make another request of it."""
    return any(value is not None for value in (edits.method, edits.target, edits.fields, edits.content))


def framed(fields: Fields, size_bytes: int, *, chunked: bool = False) -> Fields:
    """Give the fields with the length of a content of `size_bytes`, at the place where one is declared.

    Args:
        fields: of a request.
        size_bytes: its content's length.
        chunked: True: where none is declared, none is added.
    """
    if first(fields, CONTENT_LENGTH) is None:
        declared = not chunked and size_bytes
        return (*fields, (b"Content-Length", b"%d" % size_bytes)) if declared else fields
    out: list[tuple[bytes, bytes]] = []
    placed = False
    for name, value in fields:
        if name.lower() != CONTENT_LENGTH:
            out.append((name, value))
        elif not placed:
            out.append((name, b"%d" % size_bytes))
            placed = True
    return tuple(out)


def _method(text: str) -> bytes:
    method = _bytes(text, "method")
    if not _TOKEN.fullmatch(method):
        raise ReplayRefused(f"{text!a} is no HTTP method: letters only, such as POST")
    return method


def _target(text: str) -> bytes:
    target = _bytes(text, "target")
    if not _TARGET.fullmatch(target):
        raise ReplayRefused(f"{text!a} is no path: it begins with / and has no spaces (write %20)")
    return target


def _fields(pairs: tuple[tuple[str, str], ...]) -> Fields:
    out: list[tuple[bytes, bytes]] = []
    for name, value in pairs:
        raw, content = _bytes(name, "field name"), _bytes(value, f"value of {name}")
        if not _TOKEN.fullmatch(raw):
            raise ReplayRefused(f"{name!a} is no field name: letters, digits and hyphens, such as Content-Type")
        if not _VALUE.fullmatch(content):
            raise ReplayRefused(f"the value of {name} holds a line break or NUL, which no field may: take it out")
        out.append((raw, content))
    return tuple(out)


def _bytes(text: str, what: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise ReplayRefused(f"the {what} {text!a} cannot be sent: only Latin-1 characters can") from None
