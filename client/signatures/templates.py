"""Makes up the signed text from a template such as `v0:{ts}:{body}`."""

import hashlib
import json
import re
import zlib
from collections.abc import Callable
from urllib.parse import unquote_to_bytes, urlsplit

from client.signatures.hooks import HOOKS, contentful_path
from client.signatures.reading import Reading
from client.signatures.sources import Source

_PART = re.compile(r"\{([a-z0-9_]+(?::[^{}|]+)?)(?:\|([a-z0-9_]+))?\}")

Render = Callable[[Reading, bytes], bytes | None]
"""Takes the request and the key's bytes, gives a part of the signed text; None: it is absent."""


class FieldAbsent(Exception):  # noqa: N818 - reads as the sentence it is
    """A part of the signed text is not in the request."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Template:
    """A template made ready."""

    __slots__ = ("_absent", "_parts", "_sole", "text")

    def __init__(self, text: str, *, absent: str | None = None) -> None:
        """Parse `text`.

        Args:
            text: literal text with `{part}` and `{part|filter}`.
            absent: what an absent part counts as; None: its absence is a failure.

        Raises:
            ValueError: no such filter or source; says what would fit.
        """
        self.text = text
        self._absent = None if absent is None else absent.encode()
        self._parts: list[tuple[str, Render]] = []
        end = 0
        for found in _PART.finditer(text):
            if found.start() > end:
                self._parts.append(("", _literal(text[end : found.start()])))
            self._parts.append((found.group(1), _part(found.group(1), found.group(2))))
            end = found.end()
        if end < len(text):
            self._parts.append(("", _literal(text[end:])))
        self._sole = self._parts[0] if len(self._parts) == 1 else None

    @property
    def names(self) -> tuple[str, ...]:
        """The parts it is made of, as they are written."""
        return tuple(name for name, _ in self._parts if name)

    def render(self, reading: Reading, key: bytes = b"") -> bytes:
        """Make up the text for a request.

        Raises:
            FieldAbsent: a part is absent.
        """
        if self._sole is not None:
            name, render = self._sole
            value = render(reading, key)
            return self._instead(name) if value is None else value
        values = [(name, render(reading, key)) for name, render in self._parts]
        return b"".join([self._instead(name) if value is None else value for name, value in values])

    def _instead(self, name: str) -> bytes:
        if self._absent is None:
            raise FieldAbsent(name)
        return self._absent


def _literal(text: str) -> Render:
    data = text.encode()
    return lambda _reading, _key: data


def _part(name: str, filter_name: str | None) -> Render:
    if name == "form":
        return _sorted_form
    read = _plain(name)
    if filter_name is None:
        return read
    change = FILTERS.get(filter_name)
    if change is None:
        raise ValueError(f"{{{name}|{filter_name}}}: no such filter; known: {', '.join(('sorted', *FILTERS))}")

    def filtered(reading: Reading, key: bytes) -> bytes | None:
        value = read(reading, key)
        return None if value is None else change(value)

    return filtered


def _plain(name: str) -> Render:
    kind, colon, argument = name.partition(":")
    if kind in HOOKS:
        return HOOKS[kind](argument)
    if colon:
        source = Source(name)
        return lambda reading, _key: source.read(reading)
    return _NAMED.get(name) or (lambda reading, _key: reading.bound.get(name))


def _sorted_form(reading: Reading, _key: bytes) -> bytes:
    return b"".join([name + value for name, value in sorted(set(reading.form))])


def url_bytes(reading: Reading) -> bytes:
    """Give the public URL as bytes, as it was received."""
    return reading.url.encode("latin-1", "replace")


def _path(reading: Reading, _key: bytes) -> bytes:
    rest = url_bytes(reading).partition(b"://")[2]
    return b"/" + rest.partition(b"/")[2]


_NAMED: dict[str, Render] = {
    "body": lambda reading, _key: reading.content,
    "method": lambda reading, _key: reading.method,
    "url": lambda reading, _key: url_bytes(reading),
    "path": _path,
    "secret": lambda _reading, key: key,
}


def _with_port(url: bytes, *, port: bool) -> bytes:
    """Give a URL with its port written out, or without it."""
    try:
        parts = urlsplit(url.decode("latin-1"))
        number = parts.port
    except ValueError:
        return url
    authority = parts.netloc
    if number is not None and not port:
        authority = authority.rpartition(":")[0]
    elif number is None and port and parts.scheme in {"http", "https"}:
        authority += ":443" if parts.scheme == "https" else ":80"
    return url.replace(parts.netloc.encode("latin-1"), authority.encode("latin-1"), 1)


def _escape_unicode(body: bytes) -> bytes:
    """Write every character outside ASCII as JSON does with `ensure_ascii`, other bytes left alone."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return body
    if text.isascii():
        return body
    return b"".join([char.encode() if char.isascii() else json.dumps(char)[1:-1].encode() for char in text])


def _json_string(value: bytes) -> bytes:
    return json.dumps(value.decode("utf-8", "replace"), ensure_ascii=False).encode()


FILTERS: dict[str, Callable[[bytes], bytes]] = {
    "port": lambda url: _with_port(url, port=True),
    "noport": lambda url: _with_port(url, port=False),
    "noquery": lambda url: url.partition(b"?")[0],
    "decoded": unquote_to_bytes,
    "escape_unicode": _escape_unicode,
    "sha256hex": lambda value: hashlib.sha256(value).hexdigest().encode(),
    "crc32": lambda value: str(zlib.crc32(value)).encode(),
    "jsonstr": _json_string,
    "contentful": contentful_path,
}
