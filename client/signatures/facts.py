"""Says what a request is, from its fields and a glance at its body: provider, event type, event id.

Nothing here is believed: a forged request says what it likes. The verdict stands beside it.
"""

import contextlib
from collections.abc import Iterable
from typing import NamedTuple

from client.signatures.jwt import TokenCheck, TokenUnreadable
from client.signatures.reading import Reading
from client.signatures.scheme import Scheme
from client.signatures.sources import Source
from shared.http.heads import Fields

LONGEST = 200
"""Characters of a type or id that are kept: providers' are below 100."""

LARGEST_GLANCE_BYTES = 4 * 1024 * 1024
"""Bodies beyond it are not looked into: 4 MiB take 3 ms."""


_MOST_OTHERS = 3
"""So many schemes that were not taken are named."""


class EventFacts(NamedTuple):
    """What a request says of itself; empty where it says nothing."""

    type: str = ""
    id: str = ""


class Facts:
    """Where one scheme's requests say what they are, made ready."""

    __slots__ = ("_id", "_token", "_type", "scheme")

    def __init__(self, scheme: Scheme) -> None:
        """Prepare the scheme.

        Raises:
            ValueError: a source does not fit.
        """
        self.scheme = scheme
        self._type = Source(scheme.event.type) if scheme.event.type else None
        self._id = Source(scheme.event.id) if scheme.event.id else None
        reads_claim = any(source and source.kind == "claim" for source in (self._type, self._id))
        self._token = (TokenCheck(scheme), Source(scheme.signature.sources[0])) if reads_claim else None

    def read(self, reading: Reading) -> EventFacts:
        """Give the event's type and id."""
        if self._token is not None and not reading.parts:
            check, source = self._token
            with contextlib.suppress(TokenUnreadable):
                check.read(source.read(reading) or b"", reading)
        return EventFacts(_text(self._type, reading), _text(self._id, reading))


def _text(source: Source | None, reading: Reading) -> str:
    if source is None:
        return ""
    if source.kind not in {"header", "claim"} and len(reading.content or b"") > LARGEST_GLANCE_BYTES:
        return ""
    value = source.read(reading)
    return "" if value is None else value[: LONGEST * 4].decode("utf-8", "replace")[:LONGEST]


class Recogniser:
    """Tells by its fields which provider sent a request."""

    __slots__ = ("_by_field",)

    def __init__(self, schemes: Iterable[Scheme]) -> None:
        """Index the schemes by the fields that only their requests carry."""
        self._by_field: dict[bytes, list[_Mark]] = {}
        for scheme in schemes:
            mark = _Mark(scheme)
            for field in mark.distinctive:
                self._by_field.setdefault(field, []).append(mark)

    def recognise(self, fields: Fields) -> Scheme | None:
        """Give the scheme that the request's fields point to, the likeliest of several; None: none.

        Providers that share a signature field are told apart by its prefix and by their other fields; what is alike in
        all of that goes by the catalogue's order.
        """
        best: Scheme | None = None
        best_score = 0
        values: dict[bytes, bytes] | None = None
        for name, _ in fields:
            marks = self._by_field.get(name.lower())
            if marks is None:
                continue
            if values is None:
                values = {key.lower(): value for key, value in fields}
            for mark in marks:
                score = mark.score(values)
                if score > best_score:
                    best, best_score = mark.scheme, score
        return best

    def why(self, fields: Fields) -> str:
        """Say by what `recognise` goes, and why the others that have the same field were not taken."""
        values = {key.lower(): value for key, value in fields}
        found = {id(mark): mark for name in values for mark in self._by_field.get(name, ())}
        marks = sorted(found.values(), key=lambda mark: -mark.score(values))
        if not marks or not marks[0].score(values):
            return ""
        best, *others = marks
        said = f"{best.scheme.id}, by {' and '.join(best.carried(fields))}"
        not_taken = "; ".join(f"not {other.scheme.id}: {other.against(values)}" for other in others[:_MOST_OTHERS])
        return f"{said}; {not_taken}" if not_taken else said


class _Mark:
    """What a scheme's requests look like from outside."""

    __slots__ = ("_others", "_place", "_signs", "distinctive", "scheme")

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self._place = scheme.signature
        places = [Source(text) for text in scheme.signature.sources]
        self._signs = frozenset(place.field for place in places if place.kind == "header")
        texts = [*scheme.require, scheme.event.type, scheme.event.id]
        texts += [text for field in scheme.fields.values() for text in field.sources]
        self._others = {Source(text).field for text in texts if text.startswith("header:")} - self._signs
        only_here = self._signs - {b"authorization"}
        if b"authorization" in self._signs and scheme.kind == "mac":
            only_here = self._signs
        self.distinctive = only_here or (self._others if scheme.kind == "sign" else frozenset())

    def score(self, values: dict[bytes, bytes]) -> int:
        """Give a number that grows with what fits; 0: it cannot be this scheme's."""
        score = 1
        for name in self._signs:
            value = values.get(name)
            if value is None:
                continue
            fits = self._fits(value)
            if not fits:
                return 0
            score += 20 * fits
        return score + sum(4 for name in self._others if name in values)

    def carried(self, fields: Fields) -> list[str]:
        """Give the names of the request's fields that mark it, as they were written."""
        marks = self._signs | self._others
        return list(dict.fromkeys(name.decode("latin-1") for name, _ in fields if name.lower() in marks))

    def against(self, values: dict[bytes, bytes]) -> str:
        """Say what speaks against this scheme."""
        if not self.score(values):
            return "the signature's text has another form"
        missing = sorted(name.decode("latin-1") for name in self._others if name not in values)
        return f"there is no {missing[0]}" if missing else "it is alike, and stands later in the catalogue"

    def _fits(self, value: bytes) -> int:
        """Tell how well a signature's text has this scheme's form: 0 not, 1 plainly, 2 with a mark of its own."""
        place = self._place
        if place.format == "kv":
            return 2 * any(f"{key}=".encode() in value for key in place.keys)
        if place.prefix:
            return 2 * value.startswith(place.prefix.encode())
        return 1
