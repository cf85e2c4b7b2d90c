"""Puts values where the catalogue's sources read them: into fields, query, form or JSON of a request."""

import base64
from typing import Any
from urllib.parse import quote, quote_from_bytes, urlencode

import msgspec
from msgspec.structs import replace

from client.signatures.reading import JsonPath
from client.signatures.signers import CannotSign
from client.signatures.sources import Source
from client.signatures.subject import Subject
from shared.http.heads import Fields


def with_field(fields: Fields, name: str, value: bytes) -> Fields:
    """Give the fields with `name` set once: at its first place if it is there, else at the end."""
    lower = name.lower().encode()
    out: list[tuple[bytes, bytes]] = []
    placed = False
    for key, old in fields:
        if key.lower() != lower:
            out.append((key, old))
        elif not placed:
            out.append((key, value))
            placed = True
    if not placed:
        out.append((name.encode(), value))
    return tuple(out)


def put(subject: Subject, source: Source, value: bytes) -> Subject:
    """Give the request with `value` where `source` reads.

    Raises:
        CannotSign: the place is in a body that is not JSON.
    """
    if source.kind == "header":
        return replace(subject, fields=with_field(subject.fields, source.name, value))
    if source.kind == "basic":
        credentials = b"Basic " + base64.b64encode(value)
        return replace(subject, fields=with_field(subject.fields, "Authorization", credentials))
    if source.kind == "query":
        return replace(
            subject, url=_with_parameter(subject.url, source.name, value), target=_target(subject, source, value)
        )
    if source.kind == "form":
        return replace(subject, content=_with_pair(subject.content or b"", source.name.encode(), value))
    if source.kind == "json":
        return replace(subject, content=_with_member(subject.content or b"{}", source, value))
    return subject


def _target(subject: Subject, source: Source, value: bytes) -> str:
    return _with_parameter(subject.target, source.name, value) if subject.target else ""


def _with_parameter(url: str, name: str, value: bytes) -> str:
    before, _, query = url.partition("?")
    kept = [piece for piece in query.split("&") if piece and piece.partition("=")[0] != name]
    return before + "?" + "&".join([*kept, f"{quote(name)}={quote_from_bytes(value)}"])


def _with_pair(form: bytes, name: bytes, value: bytes) -> bytes:
    """Set a form field at its place, or at the end."""
    written = urlencode({name: value}).encode()
    pieces = form.split(b"&") if form else []
    places = [place for place, piece in enumerate(pieces) if piece.partition(b"=")[0] == name]
    if not places:
        return b"&".join([*pieces, written])
    pieces[places[0]] = written
    return b"&".join(piece for place, piece in enumerate(pieces) if place not in places[1:])


def _with_member(content: bytes, source: Source, value: bytes) -> bytes:
    """Set a string in a JSON text.

    Where it stood already and can be found by its bytes, all else stays byte for byte; otherwise members keep their
    order, and white space between them does not stay.
    """
    old = JsonPath(source.name).read(content)
    if old and content.count(b'"%s"' % old) == 1:
        return content.replace(b'"%s"' % old, b'"%s"' % value)
    try:
        document = msgspec.json.decode(content)
        place: Any = document
        *way, last = source.name.split(".")
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
        place[last] = value.decode()
    except (msgspec.MsgspecError, ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:
        raise CannotSign(f"a JSON body with {source.name} is needed: the signature stands in there") from error
    return msgspec.json.encode(document)
