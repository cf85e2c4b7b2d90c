"""Reads the signature's own text: prefixes, `t=…,v1=…`, lists, pairs."""

from collections.abc import Callable

from client.signatures.algorithms import decoded
from client.signatures.reading import Reading
from client.signatures.scheme import Place
from client.signatures.sources import Source
from client.signatures.verdict import Finding, Reason

MOST_SIGNATURES = 64
"""In one request. Providers send one or two while a secret is being changed; more only costs us time."""


class SignatureText:
    """The place of a scheme's signature, made ready to be read."""

    __slots__ = ("_cut", "_prefix", "_separator", "place", "select", "sources")

    def __init__(self, place: Place) -> None:
        """Prepare the place.

        Raises:
            ValueError: a source does not fit.
        """
        self.place = place
        self.sources = tuple(Source(text) for text in place.sources)
        self.select = Source(place.select) if place.select else None
        self._prefix = place.prefix.encode()
        self._separator = place.separator.strip().encode() or b" "
        cuts: dict[str, Callable[[bytes, Reading], list[bytes]]] = {
            "kv": self._key_values,
            "list": self._list,
            "pairs": self._pairs,
        }
        self._cut = cuts.get(place.format)

    def find(self, reading: Reading) -> tuple[list[bytes], Finding | None]:
        """Give the texts that stand where signatures stand, or what is wrong there."""
        found: list[bytes] = []
        for source in self.sources:
            value = source.read(reading)
            if value is None:
                continue
            if source.field in reading.repeated:
                return [], Finding(Reason.DUPLICATE_HEADER, source.name)
            if value or source.kind not in {"json", "form"}:
                found.append(value)
                if not self.place.any_of:
                    break
        if not found:
            return [], Finding(Reason.MISSING_SIGNATURE, self.sources[0].said())
        return found, None

    def signatures(self, text: bytes, reading: Reading) -> tuple[list[bytes], Finding | None]:
        """Give the decoded signatures of a text, or why there is none.

        Pieces that cannot be decoded are passed over while another one can: providers send such beside a good one.
        """
        if self._cut is None:
            if not text.startswith(self._prefix):
                return [], Finding(Reason.SIGNATURE_PREFIX, self.place.prefix)
            pieces = [text[len(self._prefix) :]]
        else:
            pieces = self._cut(text, reading)
            if not pieces:
                return [], self._no_piece(reading)
        signatures = [raw for piece in pieces[:MOST_SIGNATURES] if (raw := decoded(piece, self.place.encoding))]
        if signatures:
            return signatures, None
        if self._joined(pieces[0]):
            return [], Finding(Reason.DUPLICATE_HEADER, self.sources[0].name)
        return [], Finding(Reason.SIGNATURE_UNDECODABLE, self.place.encoding)

    def _no_piece(self, reading: Reading) -> Finding:
        if self.place.format == "pairs" and reading.parts:
            return Finding(Reason.KEY_ID_MISMATCH, "public_key")
        wanted = " or ".join(f"{key}=" for key in self.place.keys) or self.place.prefix
        return Finding(Reason.SIGNATURE_MALFORMED, wanted)

    def _joined(self, piece: bytes) -> bool:
        """Tell whether a proxy has joined two fields with a comma."""
        parts = piece.split(b",")
        bare = [part.strip().removeprefix(self._prefix) for part in parts]
        return len(parts) > 1 and all(decoded(part, self.place.encoding) for part in bare)

    def _key_values(self, text: bytes, reading: Reading) -> list[bytes]:
        pieces = []
        for item in text.split(self._separator, MOST_SIGNATURES):
            key, equals, value = item.strip().partition(b"=")
            name = key.decode("latin-1")
            if equals and name in self.place.keys:
                pieces.append(value)
            elif equals:
                reading.parts.setdefault(name, value)
        return pieces

    def _list(self, text: bytes, _reading: Reading) -> list[bytes]:
        items = text.split(self._separator, MOST_SIGNATURES)
        return [item[len(self._prefix) :] for item in items if item.startswith(self._prefix)]

    def _pairs(self, text: bytes, reading: Reading) -> list[bytes]:
        wanted = self.select.read(reading) if self.select else None
        pieces = []
        for item in text.split(self._separator, MOST_SIGNATURES):
            key, found, value = item.partition(self.place.pair.encode())
            if not found:
                continue
            reading.parts.setdefault("key_id", key)
            if wanted is None or key == wanted:
                pieces.append(value)
        return pieces
