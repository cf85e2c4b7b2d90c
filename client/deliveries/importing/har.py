"""Reads HAR files, single HAR entries, and this product's own JSON export."""

import base64
import binascii
import re
from datetime import datetime
from urllib.parse import urlencode

import msgspec

from client.deliveries.export.har_model import Marks, Pair, ReadEntry, ReadFile, ReadPostData, ReadRequest, ReadResponse
from client.deliveries.export.json_model import JsonFile
from client.deliveries.export.model import CapturedExchange, CapturedResponse
from client.deliveries.importing.errors import RequestUnreadable, place
from client.deliveries.importing.urls import split_url
from shared.http import Fields

_BYTE = re.compile(r"byte (\d+)")


class _Kind(msgspec.Struct):
    """The members by which the kinds of JSON file are told apart."""

    log: msgspec.Raw = msgspec.Raw()
    request: msgspec.Raw = msgspec.Raw()
    hookline: int | None = None


def read_json(data: bytes) -> list[CapturedExchange]:
    """Read a HAR file, an entry of one, a list of entries, or an exported JSON file.

    Raises:
        RequestUnreadable: not JSON, nested too deeply, or a member is missing or of the wrong kind.
    """
    try:
        if data.lstrip().startswith(b"["):
            return [
                _exchange(entry, where) for where, entry in _numbered(msgspec.json.decode(data, type=list[ReadEntry]))
            ]
        kind = msgspec.json.decode(data, type=_Kind)
        if kind.hookline is not None:
            return msgspec.json.decode(data, type=JsonFile).to_exchanges()
        if bytes(kind.log):
            entries = msgspec.json.decode(data, type=ReadFile).log.entries
            return [_exchange(entry, f"log.{where}") for where, entry in _numbered(entries)]
        if bytes(kind.request):
            return [_exchange(msgspec.json.decode(data, type=ReadEntry), "entry")]
    except msgspec.ValidationError as error:
        raise RequestUnreadable(f"this is no HAR: {error}") from error
    except msgspec.DecodeError as error:
        raise _broken(data, str(error)) from error
    except ValueError as error:
        raise RequestUnreadable(f"this export was changed: {error}") from error
    except RecursionError as error:
        raise RequestUnreadable("the JSON is nested too deeply to be a HAR") from error
    raise RequestUnreadable("this JSON is no HAR: it has neither `log` nor `request`")


def _numbered(entries: list[ReadEntry]) -> list[tuple[str, ReadEntry]]:
    return [(f"entries[{number}]", entry) for number, entry in enumerate(entries)]


def _broken(data: bytes, why: str) -> RequestUnreadable:
    """Say at which line JSON is broken; the decoder names the byte."""
    found = _BYTE.search(why)
    offset = int(found[1]) if found else len(data)
    line, column = place(data, min(offset, len(data)))
    return RequestUnreadable(f"this is no JSON: {why}", line=line, column=column)


def _exchange(entry: ReadEntry, where: str) -> CapturedExchange:
    request = entry.request
    marks = entry.marks or Marks()
    try:
        base, target = _address(request.url, marks)
        fields = _fields(request.headers)
        content = _request_content(request)
        started = _started(entry.started, marks)
        response = _response(entry.response)
    except (ValueError, binascii.Error) as error:
        raise RequestUnreadable(f"{where}: {error}") from error
    return CapturedExchange(
        method=_bytes(request.method),
        base=base,
        target=target,
        fields=fields,
        content=content,
        content_bytes=int(request.body_size) if content is None else len(content),
        version=_version(request.http_version, marks),
        started_at=started,
        duration_seconds=_duration(entry.time, marks),
        response=response,
        delivery_id=marks.delivery,
        attempt=marks.attempt,
        signature_fields=frozenset(name.encode("latin-1", "replace") for name in marks.signature_fields),
    )


def _bytes(text: str) -> bytes:
    """Give the octets that a tool showed as text: latin-1 where it fits, as HTTP/1.1 has it, else UTF-8."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _address(url: str, marks: Marks) -> tuple[str, bytes]:
    if marks.target and marks.base + marks.target == url:
        return marks.base, _bytes(marks.target)
    parts = split_url(_bytes(url))
    return parts.base, parts.target


def _fields(pairs: list[Pair]) -> Fields:
    """Give the fields as HTTP/1.1 has them: a browser's `:authority` is `Host`, its other `:names` go."""
    sent = [(_bytes(pair.name), _bytes(pair.value)) for pair in pairs]
    for name, value in sent:
        if b"\n" in name + value or b"\r" in name + value or not name:
            raise ValueError(f"the field {name[:60].decode('latin-1')!r} holds a line break or has no name")
    plain = [(name, value) for name, value in sent if not name.startswith(b":")]
    if not any(name.lower() == b"host" for name, _ in plain):
        plain[:0] = [(b"Host", value) for name, value in sent if name == b":authority"]
    return tuple(plain)


def _request_content(request: ReadRequest) -> bytes | None:
    posted = request.post_data
    if posted is None:
        return None if request.body_size > 0 else b""
    return _posted(posted)


def _posted(posted: ReadPostData) -> bytes:
    if posted.base64 is not None:
        return base64.b64decode(posted.base64, validate=True)
    if posted.text is not None and (posted.text or not posted.params):
        return posted.text.encode("utf-8", "surrogatepass")
    return urlencode([(part.name, part.value) for part in posted.params]).encode()


def _response(response: ReadResponse | None) -> CapturedResponse | None:
    if response is None or response.status <= 0:
        return None
    held = response.content
    content: bytes | None
    if held.text is None:
        content = None if held.size > 0 else b""
    elif held.encoding == "base64":
        content = base64.b64decode(held.text, validate=True)
    else:
        content = held.text.encode("utf-8", "surrogatepass")
    return CapturedResponse(
        status=response.status,
        reason=_bytes(response.status_text or ""),
        fields=_fields(response.headers),
        content=content,
        content_bytes=int(held.size) if content is None else len(content),
    )


def _started(text: str, marks: Marks) -> float:
    if marks.started_at:
        return marks.started_at
    if not text:
        return 0.0
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"startedDateTime {text[:60]!r} is no ISO 8601 time") from None


def _duration(milliseconds: float | None, marks: Marks) -> float | None:
    if marks.duration_seconds is not None:
        return marks.duration_seconds
    return milliseconds / 1000 if milliseconds and milliseconds > 0 else None


def _version(text: str, marks: Marks) -> bytes:
    if marks.version != "1.1":
        return _bytes(marks.version)
    return b"1.0" if text.upper() == "HTTP/1.0" else b"1.1"
