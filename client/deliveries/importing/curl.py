"""Reads cURL lines: the request that curl would send, without sending it. Source: curl's manual page, curl(1)."""

import base64
import difflib
import re
from dataclasses import dataclass, field
from urllib.parse import quote

from client.deliveries.export.model import CapturedExchange
from client.deliveries.importing.errors import RequestUnreadable
from client.deliveries.importing.options import KNOWN, SHORT, Option
from client.deliveries.importing.shell import split_line
from client.deliveries.importing.urls import split_url
from shared.http import Fields, first

_PROMPT = re.compile(rb"\A((?:[^\S\n]*+(?:#[^\n]*+)?\n)*+[^\S\n]*+)\$ ")
"""Before it stand blank lines and comments; nothing is tried twice, however many there are."""
_METHOD = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_FORM = b"application/x-www-form-urlencoded"


@dataclass
class _Line:
    """What the options add up to."""

    piped: bytes | None
    url: bytes | None = None
    method: bytes | None = None
    target: bytes | None = None
    fields: list[tuple[bytes, bytes]] = field(default_factory=list)
    removed: set[bytes] = field(default_factory=set)
    pieces: list[bytes] = field(default_factory=list)
    json: bool = False
    in_query: bool = False
    head: bool = False
    version: bytes = b"1.1"


def read_curl(data: bytes) -> CapturedExchange:
    """Give the request that a cURL line describes.

    Raises:
        RequestUnreadable: the line is broken, or an option needs what is not in it; names the option.
    """
    words, piped = split_line(_PROMPT.sub(rb"\1  ", data))
    if not words or words[0] != b"curl":
        raise RequestUnreadable("the command is not curl")
    line = _Line(piped=piped)
    _read_words(line, words[1:])
    if line.url is None:
        raise RequestUnreadable("the cURL line names no URL")
    return _exchange(line, line.url)


def _read_words(line: _Line, words: list[bytes]) -> None:
    waiting = list(reversed(words))
    only_urls = False
    while waiting:
        word = waiting.pop()
        if only_urls or not word.startswith(b"-") or word == b"-":
            if line.url is not None:
                raise RequestUnreadable(f"the cURL line names two URLs, the second is {_shown(word)}; give one request")
            line.url = word
        elif word == b"--":
            only_urls = True
        elif word.startswith(b"--"):
            _long(line, word, waiting)
        else:
            _short(line, word, waiting)


def _shown(word: bytes) -> str:
    return repr(word[:80].decode("utf-8", "replace"))


def _long(line: _Line, word: bytes, waiting: list[bytes]) -> None:
    name = word[2:].decode("latin-1")
    option = KNOWN.get(name)
    if option is None and name.startswith("no-") and name[3:] in KNOWN:
        return
    if option is None:
        near = difflib.get_close_matches(name, KNOWN, n=1)
        hint = f"; did you mean --{near[0]}?" if near else ""
        raise RequestUnreadable(f"curl's option {_shown(word)} is not known here{hint}")
    value = b""
    if option.takes_value:
        if not waiting:
            raise RequestUnreadable(f"curl's option {_shown(word)} needs a value")
        value = waiting.pop()
    _apply(line, option, value)


def _short(line: _Line, word: bytes, waiting: list[bytes]) -> None:
    """Read bundled letters, as `-sSLX POST` and `-XPOST`."""
    at = 1
    while at < len(word):
        name = SHORT.get(word[at : at + 1].decode("latin-1"))
        if name is None:
            raise RequestUnreadable(f"curl's option {_shown(b'-' + word[at : at + 1])} is not known here")
        at += 1
        option = KNOWN[name]
        value = b""
        if option.takes_value:
            value, at = word[at:], len(word)
            if not value:
                if not waiting:
                    raise RequestUnreadable(f"curl's option --{name} needs a value")
                value = waiting.pop()
        _apply(line, option, value)


def _apply(line: _Line, option: Option, value: bytes) -> None:  # noqa: C901, PLR0912 - a table of options, one line each
    match option.name:
        case "url":
            line.url = value
        case "request":
            if _METHOD.fullmatch(value) is None:
                raise RequestUnreadable(f"{_shown(value)} is no method")
            line.method = value
        case "request-target":
            line.target = value
        case "header":
            _header(line, value)
        case "user-agent" | "referer" | "cookie":
            _shorthand(line, option.name, value)
        case "user":
            line.fields.append((b"Authorization", b"Basic " + base64.b64encode(value)))
        case "oauth2-bearer":
            line.fields.append((b"Authorization", b"Bearer " + value))
        case "compressed":
            line.fields.append((b"Accept-Encoding", b"deflate, gzip, br, zstd"))
        case "range":
            line.fields.append((b"Range", b"bytes=" + value))
        case "data" | "data-raw" | "data-binary" | "data-urlencode" | "json":
            line.json = line.json or option.name == "json"
            line.pieces.append(_data(line, option.name, value))
        case "get":
            line.in_query = True
        case "head":
            line.head = True
        case "http1.0":
            line.version = b"1.0"
        case _ if option.unreadable:
            raise RequestUnreadable(f"curl's option --{option.name} {option.unreadable}")
        case _:
            pass


def _header(line: _Line, value: bytes) -> None:
    if value.startswith(b"@"):
        raise RequestUnreadable("curl's option -H @FILE reads a file, which is not in the line: write the fields out")
    name, colon, text = value.partition(b":")
    if colon:
        text = text.strip(b" \t")
        if text:
            line.fields.append((name, text))
        else:
            line.removed.add(name.strip().lower())
    elif value.endswith(b";"):
        line.fields.append((value[:-1], b""))
    else:
        raise RequestUnreadable(f"curl's option -H was given {_shown(value)}; `Name: value` was expected")
    if _METHOD.fullmatch(name.removesuffix(b";")) is None or any(byte in text for byte in b"\r\n\0"):
        raise RequestUnreadable(f"curl's option -H was given {_shown(value)}, which cannot be sent as one field")


def _shorthand(line: _Line, option: str, value: bytes) -> None:
    if option == "cookie" and b"=" not in value:
        raise RequestUnreadable("curl's option -b FILE reads a file, which is not in the line: write the cookies out")
    name = {"user-agent": b"User-Agent", "referer": b"Referer", "cookie": b"Cookie"}[option]
    if value:
        line.fields.append((name, value))
    else:
        line.removed.add(name.lower())


def _data(line: _Line, option: str, value: bytes) -> bytes:
    if option == "data-raw":
        return value
    if option == "data-urlencode":
        return _url_encoded(value)
    if not value.startswith(b"@"):
        return value
    if value == b"@-" and line.piped is not None:
        return line.piped if option != "data" else re.sub(rb"[\r\n\0]", b"", line.piped)
    raise RequestUnreadable(
        f"curl's option --{option} {_shown(value)} reads a file, which is not in the line: write the content out"
    )


def _url_encoded(value: bytes) -> bytes:
    name, equals, text = value.partition(b"=")
    if b"@" in name or (not equals and b"@" in value):
        raise RequestUnreadable("curl's option --data-urlencode @FILE reads a file, which is not in the line")
    encoded = quote(text if equals else value, safe="").encode()
    return name + b"=" + encoded if equals and name else encoded


def _exchange(line: _Line, url: bytes) -> CapturedExchange:
    try:
        parts = split_url(url)
    except ValueError as error:
        raise RequestUnreadable(str(error)) from error
    joined = (b"" if line.json else b"&").join(line.pieces)
    target = line.target or parts.target
    sends = bool(line.pieces) and not line.in_query
    if line.pieces and line.in_query:
        target += (b"&" if b"?" in target else b"?") + joined
    if line.target is None and not target.startswith(b"/"):
        raise RequestUnreadable(f"{_shown(target)} is no path")
    if parts.userinfo is not None and first(tuple(line.fields), b"authorization") is None:
        line.fields.append((b"Authorization", b"Basic " + base64.b64encode(parts.userinfo)))
    content = joined if sends else b""
    method = line.method or (b"HEAD" if line.head else b"POST" if sends else b"GET")
    return CapturedExchange(
        method=method,
        base=parts.base,
        target=target,
        fields=_sent_fields(line, parts.base.partition("://")[2].encode("latin-1"), content if sends else None),
        content=content,
        content_bytes=len(content),
        version=line.version,
    )


def _sent_fields(line: _Line, authority: bytes, content: bytes | None) -> Fields:
    """Give the fields in curl's order; without its `User-Agent`, which names a version that the line does not."""
    own: Fields = tuple(line.fields)
    before: list[tuple[bytes, bytes]] = []
    after: list[tuple[bytes, bytes]] = []

    def default(fields: list[tuple[bytes, bytes]], name: bytes, value: bytes) -> None:
        if first(own, name.lower()) is None and name.lower() not in line.removed:
            fields.append((name, value))

    default(before, b"Host", authority)
    default(before, b"Accept", b"application/json" if line.json else b"*/*")
    if content is not None:
        if first(own, b"transfer-encoding") is None:
            default(after, b"Content-Length", str(len(content)).encode())
        default(after, b"Content-Type", b"application/json" if line.json else _FORM)
    return (*before, *(one for one in own if one[0].lower() != b"transfer-encoding"), *after)
