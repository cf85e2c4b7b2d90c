"""A request as the catalogue's sources see it: each part is parsed when it is asked for, at most once.

Everything in here takes hostile bytes: what cannot be parsed is absent, never an exception.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import unquote_to_bytes

import msgspec

from client.signatures.subject import Subject

MOST_PAIRS = 10_000
"""Form fields and query parameters: beyond it a body is not a form that any provider sends."""

LARGEST_FORM_BYTES = 8 * 1024 * 1024
"""Parsing a form copies it."""

Pairs = tuple[tuple[bytes, bytes], ...]

_NO_PARAMS: Mapping[str, str] = MappingProxyType({})


def parse_pairs(data: bytes) -> Pairs:
    """Give the names and values of form data or a query, decoded, in order; empty when it is none."""
    if not data or len(data) > LARGEST_FORM_BYTES or data.count(b"&") >= MOST_PAIRS:
        return ()
    pairs = []
    for piece in data.split(b"&"):
        name, _, value = piece.partition(b"=")
        if name or value:
            pairs.append((unquote_to_bytes(name.replace(b"+", b" ")), unquote_to_bytes(value.replace(b"+", b" "))))
    return tuple(pairs)


def scalar(raw: bytes) -> bytes | None:
    """Give a JSON scalar as text: a string's characters, a number or boolean as it was written; else None."""
    if raw[:1] == b'"':
        try:
            return msgspec.json.decode(raw, type=str).encode("utf-8", "surrogatepass")
        except (msgspec.MsgspecError, ValueError):
            return None
    if raw[:1] in b"{[" or raw == b"null":
        return None
    return raw


class Reading:
    """One request, being read for one scheme."""

    __slots__ = (
        "_form",
        "_query",
        "bound",
        "content",
        "fields",
        "header",
        "method",
        "params",
        "parts",
        "repeated",
        "url",
    )

    def __init__(self, subject: Subject, params: Mapping[str, str] | None = None) -> None:
        self.method = subject.method
        self.url = subject.url
        self.fields = subject.fields
        self.content = subject.content
        self.params = params or _NO_PARAMS
        """Configuration that a scheme needs beside the secret, as PayPal's `webhook_id`."""
        self.parts: dict[str, bytes] = {}
        """Named pieces of the signature's text: `kv:` and, of a token, `claim:`."""
        self.bound: dict[str, bytes] = {}
        """The scheme's own fields (`ts`, `id`, …) once they are found."""
        self._form: Pairs | None = None
        self._query: Pairs | None = None
        values: dict[bytes, bytes] = {}
        repeated: list[bytes] = []
        for key, value in subject.fields:
            name = key.lower()
            if name not in values:
                values[name] = value
            elif name:
                repeated.append(name)
        self.header = values.get
        """Gives the value of the first field with a name (lower case), or None."""
        self.repeated = repeated
        """The names (lower case) of fields that are there more than once."""

    def json(self, path: "JsonPath") -> bytes | None:
        """Give the scalar at `path` of a JSON body."""
        return path.read(self.content) if self.content else None

    @property
    def form(self) -> Pairs:
        """The fields of a form-encoded body; empty when it is none."""
        if self._form is None:
            kind = (self.header(b"content-type") or b"").lower()
            is_form = self.content is not None and (not kind or b"x-www-form-urlencoded" in kind)
            self._form = parse_pairs(self.content) if is_form and self.content else ()
        return self._form

    @property
    def query(self) -> Pairs:
        """The parameters of the URL's query."""
        if self._query is None:
            text = self.url.partition("#")[0].partition("?")[2]
            self._query = parse_pairs(text.encode("utf-8", "surrogatepass"))
        return self._query

    def basic(self) -> bytes | None:
        """Give `user:password` of HTTP basic authentication (RFC 7617)."""
        value = self.header(b"authorization") or b""
        scheme, _, credentials = value.partition(b" ")
        if scheme.lower() != b"basic":
            return None
        try:
            return base64.b64decode(credentials.strip(), validate=True)
        except (binascii.Error, ValueError):
            return None


_Step = Callable[[bytes], bytes]


class JsonPath:
    """The way to one value of a JSON text, as `data.0.id`: all beside it is skipped without being built."""

    __slots__ = ("_steps", "text")

    _MOST_INDEX = 16

    def __init__(self, text: str) -> None:
        """Prepare the path.

        Raises:
            ValueError: a step is empty, or an index larger than any catalogue needs.
        """
        self.text = text
        self._steps: list[tuple[bool, _Step]] = []
        for step in text.split("."):
            if not step:
                raise ValueError("an empty step in a path")
            self._steps.append((step.isdigit(), _into_array(int(step)) if step.isdigit() else _into_object(step)))

    def read(self, data: bytes) -> bytes | None:
        """Give the scalar there, or None: no such place, not JSON, not a scalar."""
        try:
            for is_index, step in self._steps:
                if data.lstrip()[:1] != (b"[" if is_index else b"{"):
                    return None
                data = step(data)
                if not data:
                    return None
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None
        return scalar(data)


_ABSENT = msgspec.Raw(b"")


def _into_object(key: str) -> _Step:
    kind = msgspec.defstruct("Member", [("value", msgspec.Raw, _ABSENT)], rename={"value": key})
    decoder = msgspec.json.Decoder(kind)
    return lambda data: bytes(decoder.decode(data).value)  # type: ignore[attr-defined]


def _into_array(index: int) -> _Step:
    if index >= JsonPath._MOST_INDEX:  # noqa: SLF001 - the bound of this module's own class
        raise ValueError("an index of 16 or more")
    names = [f"item_{number}" for number in range(index + 1)]
    kind = msgspec.defstruct("Items", [(name, msgspec.Raw, _ABSENT) for name in names], array_like=True)
    decoder = msgspec.json.Decoder(kind)
    return lambda data: bytes(getattr(decoder.decode(data), names[-1]))
