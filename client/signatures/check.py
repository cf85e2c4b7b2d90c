"""Checks one request against one scheme: strictly, with the configured keys and nothing else.

What fails here stays failed: `explain` looks for the cause and has no way back to this verdict.
"""

import hmac
from collections.abc import Sequence
from typing import Any

from client.signatures.algorithms import VERIFY
from client.signatures.jwt import TokenCheck
from client.signatures.keys import Key
from client.signatures.moments import moment, window
from client.signatures.reading import Reading
from client.signatures.scheme import Scheme
from client.signatures.sources import Source, pick
from client.signatures.templates import FieldAbsent, Template
from client.signatures.text import SignatureText
from client.signatures.verdict import Finding, Reason


class Check:
    """A scheme made ready: all that does not depend on the request is done once."""

    __slots__ = (
        "_algorithms",
        "_body_hash",
        "_needs_body",
        "_require",
        "fields",
        "scheme",
        "templates",
        "text",
        "token",
    )

    def __init__(self, scheme: Scheme) -> None:
        """Prepare the scheme.

        Raises:
            ValueError: a source or a template does not fit; says what would.
        """
        self.scheme = scheme
        self.text = SignatureText(scheme.signature)
        self.fields = tuple(
            (name, tuple(Source(text) for text in field.sources), field.unit) for name, field in scheme.fields.items()
        )
        self.templates = tuple(Template(text, absent=scheme.missing) for text in scheme.signed)
        self._require = tuple((Source(text), value.encode()) for text, value in scheme.require.items())
        self._algorithms = tuple((Source(text), choices) for text, choices in scheme.algorithm_from.items())
        self._body_hash = Template(scheme.body_hash.value) if scheme.body_hash else None
        self._needs_body = scheme.binds != "nothing" or any(s.kind in {"json", "form"} for s in self.text.sources)
        self.token = TokenCheck(scheme) if scheme.kind == "jwt" else None
        if scheme.kind in {"mac", "digest", "sign"} and not (self.templates and scheme.algorithm):
            raise ValueError(f"a scheme of kind {scheme.kind} needs the keys 'algorithm' and 'signed'")

    def run(self, reading: Reading, keys: Sequence[Key], now: float | None) -> Finding:
        """Check a request.

        Args:
            reading: the request.
            keys: any of them may have signed it; none: nothing can be valid.
            now: Unix seconds of its receipt; None: the time window is not judged.
        """
        if not keys:
            return Finding(Reason.SECRET_EMPTY)
        if reading.content is None and self._needs_body:
            return Finding(Reason.CONTENT_INCOMPLETE)
        for source, value in self._require:
            found = source.read(reading)
            if found != value:
                reason = Reason.MISSING_FIELD if found is None else Reason.VERSION_MISMATCH
                return Finding(reason, source.name)
        texts, problem = self.text.find(reading)
        if problem is not None:
            return problem
        if self.token is not None:
            return self.token.run(texts[0], reading, keys, now)
        if self.scheme.kind == "token":
            return self._equal(texts[0], keys)
        return self._signed(texts, reading, keys, now)

    def _equal(self, text: bytes, keys: Sequence[Key]) -> Finding:
        for key in keys:
            if hmac.compare_digest(text, key.material):
                return Finding(None, secret=key.name)
        return Finding(Reason.SIGNATURE_MISMATCH)

    def _signed(self, texts: list[bytes], reading: Reading, keys: Sequence[Key], now: float | None) -> Finding:
        signatures: list[bytes] = []
        problem: Finding | None = None
        for text in texts:
            some, trouble = self.text.signatures(text, reading)
            signatures += some
            problem = problem or trouble
        if not signatures:
            return problem or Finding(Reason.SIGNATURE_MALFORMED)
        stamp, problem = self.bind(reading)
        if problem is not None:
            return problem
        algorithm = self.algorithm(reading)
        if algorithm is None:
            return Finding(Reason.ALGORITHM_UNSUPPORTED, self._algorithms[0][0].said())
        try:
            match = self.match(signatures, reading, keys, algorithm)
        except FieldAbsent as absent:
            return Finding(Reason.MISSING_FIELD, absent.name)
        age = None if now is None or stamp is None else now - stamp
        if match is None:
            return Finding(Reason.SIGNATURE_MISMATCH, age_seconds=age)
        return self._after(reading, Finding(None, "", match[0].name, age, match[1].text), stamp)

    def _after(self, reading: Reading, valid: Finding, stamp: float | None) -> Finding:
        """Judge what only a signature that holds makes worth judging: the body's hash, then the time."""
        if self._body_hash is not None and self.scheme.body_hash is not None:
            sent = pick(reading.query, self.scheme.body_hash.query.encode())
            if sent is not None and sent.lower() != self._body_hash.render(reading):
                return valid._replace(reason=Reason.BODY_HASH_MISMATCH, about=self.scheme.body_hash.query)
        if valid.age_seconds is not None and stamp is not None:
            unit = next(unit for _, _, unit in self.fields if unit != "text")
            return valid._replace(reason=window(valid.age_seconds, self.scheme.tolerance_seconds, unit, stamp))
        return valid

    def bind(self, reading: Reading) -> tuple[float | None, Finding | None]:
        """Find the scheme's own fields; give the timestamp in Unix seconds, or what is wrong with one of them."""
        stamp: float | None = None
        for name, sources, unit in self.fields:
            for source in sources:
                value = source.read(reading)
                if value is not None:
                    break
            else:
                return None, Finding(Reason.MISSING_FIELD, sources[0].said())
            if source.field in reading.repeated:
                return None, Finding(Reason.DUPLICATE_HEADER, source.name)
            reading.bound[name] = value
            if unit != "text":
                stamp = moment(value, unit)
                if stamp is None:
                    return None, Finding(Reason.TIMESTAMP_MALFORMED, source.said())
        return stamp, None

    def algorithm(self, reading: Reading) -> str | None:
        """Give the algorithm that the request asks for, or None: it asks for one that the scheme does not have."""
        for source, choices in self._algorithms:
            value = source.read(reading)
            if value is not None:
                return choices.get(value.decode("latin-1"))
        return self.scheme.algorithm

    def match(
        self, signatures: list[bytes], reading: Reading, keys: Sequence[Key], algorithm: str
    ) -> tuple[Key, Template] | None:
        """Give the key and the form of the signed text under which one of the signatures holds.

        Raises:
            FieldAbsent: a part of the signed text is not in the request.
        """
        verify = VERIFY[algorithm]
        for template in self.templates:
            for key in keys:
                try:
                    signed = template.render(reading, _bytes(key.material))
                except FieldAbsent:
                    if template is self.templates[0]:
                        raise
                    continue
                for signature in signatures:
                    if verify(key.material, signed, signature):
                        return key, template
        return None


def _bytes(material: Any) -> bytes:
    return material if isinstance(material, bytes) else b""
