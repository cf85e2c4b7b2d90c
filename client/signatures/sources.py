"""Where in a request something stands: the `header:X`, `json:a.0.b`, `form:x` … of the catalogue."""

import base64
import binascii
import re
from collections.abc import Callable

from client.signatures.reading import JsonPath, Pairs, Reading

Read = Callable[[Reading], bytes | None]

_XML_LARGEST = 256 * 1024


class Source:
    """One place in a request, made ready to be read."""

    __slots__ = ("field", "kind", "name", "read", "text")

    def __init__(self, text: str) -> None:
        """Prepare the source.

        Args:
            text: `kind:name`, as `header:X-Hub-Signature-256`.

        Raises:
            ValueError: no such kind, or a name that does not fit it; says what would fit.
        """
        kind, colon, name = text.partition(":")
        maker = _MAKERS.get(kind)
        if not colon or maker is None or not (name or kind == "basic"):
            raise ValueError(f"{text!r} is not a source: write one of {', '.join(f'{kind}:…' for kind in _MAKERS)}")
        self.text = text
        self.kind = kind
        self.name = name
        self.read: Read = maker(name)
        """Gives the value there, or None where it is absent."""
        self.field = _field(kind, name)
        """The lower-case name of the header field it reads, or empty."""

    def said(self) -> str:
        """Give the place in words."""
        if self.kind == "basic":
            return "the Authorization field (Basic)"
        return _SAID.get(self.kind, "{}").format(self.name)


def _field(kind: str, name: str) -> bytes:
    if kind in {"header", "headerkv"}:
        return name.partition(":")[0].lower().encode()
    return b"authorization" if kind == "basic" else b""


_SAID = {
    "header": "the {} field",
    "headerkv": "the {} field",
    "json": "{} in the JSON body",
    "form": "the form field {}",
    "query": "the query parameter {}",
    "kv": "{}= of the signature",
    "claim": "the claim {}",
    "param": "the setting {}",
    "xml": "<{}> in the XML body",
}


def _header(name: str) -> Read:
    lower = name.lower().encode()
    return lambda reading: reading.header(lower)


def _header_part(name: str) -> Read:
    field, _, key = name.partition(":")
    lower, wanted = field.lower().encode(), key.encode()

    def read(reading: Reading) -> bytes | None:
        for piece in (reading.header(lower) or b"").split(b","):
            part, _, value = piece.strip().partition(b"=")
            if part == wanted:
                return value
        return None

    return read


def _json(name: str) -> Read:
    read = JsonPath(name).read
    return lambda reading: read(reading.content) if reading.content else None


def pick(pairs: Pairs, name: bytes) -> bytes | None:
    """Give the first value called `name`."""
    return next((value for key, value in pairs if key == name), None)


def _form(name: str) -> Read:
    wanted = name.encode()
    return lambda reading: pick(reading.form, wanted)


def _query(name: str) -> Read:
    wanted = name.encode()
    return lambda reading: pick(reading.query, wanted)


def _part(name: str) -> Read:
    return lambda reading: reading.parts.get(name)


def _basic(_: str) -> Read:
    return Reading.basic


def _param(name: str) -> Read:
    def read(reading: Reading) -> bytes | None:
        value = reading.params.get(name)
        return None if value is None else value.encode()

    return read


def _xml(name: str) -> Read:
    """Read an element of Braintree's payload: XML in base64 in a form field. A look, not a parser: no entity lives."""
    pattern = re.compile(rb"<%s>([^<>&]{1,200})</%s>" % (re.escape(name.encode()), re.escape(name.encode())))

    def read(reading: Reading) -> bytes | None:
        payload = pick(reading.form, b"bt_payload")
        if payload is None or len(payload) > _XML_LARGEST:
            return None
        try:
            found = pattern.search(base64.b64decode(payload))
        except (binascii.Error, ValueError):
            return None
        return found.group(1) if found else None

    return read


_MAKERS: dict[str, Callable[[str], Read]] = {
    "header": _header,
    "headerkv": _header_part,
    "json": _json,
    "form": _form,
    "query": _query,
    "kv": _part,
    "claim": _part,
    "basic": _basic,
    "param": _param,
    "xml": _xml,
}
