"""Checks a JSON web token (RFC 7519) that stands in for a signature, and what its claims say of the body."""

from collections.abc import Sequence

import msgspec

from client.signatures.algorithms import VERIFY
from client.signatures.keys import Key, base64url
from client.signatures.moments import moment, window
from client.signatures.reading import Reading, scalar
from client.signatures.scheme import Scheme
from client.signatures.sources import Source
from client.signatures.templates import FieldAbsent, Template
from client.signatures.verdict import Finding, Reason

LARGEST_BYTES = 16 * 1024
"""Of a token's text; providers' are below 1 KiB."""

_PARTS = 3


class TokenUnreadable(ValueError):  # noqa: N818 - reads as the sentence it is
    """A text that is not a token; says which reason code that is."""

    def __init__(self, reason: Reason, about: str) -> None:
        super().__init__(about)
        self.reason = reason
        self.about = about


class _Header(msgspec.Struct):
    alg: str = ""
    kid: str = ""


class Token:
    """A token taken apart, not yet believed."""

    __slots__ = ("algorithm", "claims", "key_id", "signature", "signed")

    def __init__(self, text: bytes) -> None:
        """Take `text` apart.

        Raises:
            TokenUnreadable: it is not three parts of base64url with two JSON objects.
        """
        pieces = text.split(b".", _PARTS)
        if len(pieces) != _PARTS or len(text) > LARGEST_BYTES:
            raise TokenUnreadable(Reason.SIGNATURE_MALFORMED, "a token of three parts")
        try:
            header, payload, self.signature = (base64url(piece) for piece in pieces)
        except ValueError:
            raise TokenUnreadable(Reason.SIGNATURE_UNDECODABLE, "base64url") from None
        try:
            head = msgspec.json.decode(header, type=_Header)
            claims = msgspec.json.decode(payload, type=dict[str, msgspec.Raw])
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise TokenUnreadable(Reason.SIGNATURE_MALFORMED, "a token of JSON objects") from None
        self.algorithm = head.alg
        self.key_id = head.kid
        self.claims = {name: value for name, raw in claims.items() if (value := scalar(bytes(raw))) is not None}
        self.signed = pieces[0] + b"." + pieces[1]


class TokenCheck:
    """A scheme of kind `jwt` made ready."""

    __slots__ = ("_claims", "_prefix", "_scheme", "_stamp")

    def __init__(self, scheme: Scheme) -> None:
        """Prepare the scheme.

        Raises:
            ValueError: a claim's template does not fit.
        """
        self._scheme = scheme
        self._prefix = scheme.signature.prefix.encode()
        self._claims = tuple(
            (name, Template(text.removesuffix("?")), text.endswith("?")) for name, text in scheme.claims.items()
        )
        self._stamp = tuple((Source(field.sources[0]), field.unit) for field in scheme.fields.values())

    def read(self, text: bytes, reading: Reading) -> Token:
        """Take the token apart and put its claims where the `claim:` sources look.

        Raises:
            TokenUnreadable: it is none.
        """
        if text[: len(self._prefix)].lower() != self._prefix.lower():
            raise TokenUnreadable(Reason.SIGNATURE_PREFIX, self._scheme.signature.prefix)
        token = Token(text[len(self._prefix) :])
        reading.parts.update(token.claims)
        return token

    def run(self, text: bytes, reading: Reading, keys: Sequence[Key], now: float | None) -> Finding:
        """Check the token, then what it says; see `Check.run`."""
        try:
            token = self.read(text, reading)
        except TokenUnreadable as problem:
            return Finding(problem.reason, problem.about)
        if token.algorithm not in (self._scheme.algorithm, *self._scheme.algorithms):
            return Finding(Reason.ALGORITHM_UNSUPPORTED, token.algorithm[:20] or "none")
        verify = VERIFY[token.algorithm]
        key = next((key for key in keys if verify(key.material, token.signed, token.signature)), None)
        if key is None:
            return Finding(Reason.SIGNATURE_MISMATCH)
        valid = Finding(None, secret=key.name)
        return self._times(token, valid, now) or self._bound(token, reading, valid)

    def _times(self, token: Token, valid: Finding, now: float | None) -> Finding | None:
        scheme = self._scheme
        if now is None:
            return None
        if scheme.time_claims:
            expires = moment(token.claims.get("exp", b""), "s")
            begins = moment(token.claims.get("nbf", b""), "s")
            if expires is not None and now > expires + scheme.leeway_seconds:
                return valid._replace(reason=Reason.TIMESTAMP_TOO_OLD, about="exp", age_seconds=now - expires)
            if begins is not None and now < begins - scheme.leeway_seconds:
                return valid._replace(reason=Reason.TIMESTAMP_IN_FUTURE, about="nbf", age_seconds=now - begins)
        for source, unit in self._stamp:
            value = token.claims.get(source.name)
            if value is None:
                return valid._replace(reason=Reason.CLAIM_MISSING, about=source.name)
            stamp = moment(value, unit)
            if stamp is None:
                return valid._replace(reason=Reason.TIMESTAMP_MALFORMED, about=source.said())
            reason = window(now - stamp, scheme.tolerance_seconds, unit, stamp)
            if reason is not None:
                return valid._replace(reason=reason, age_seconds=now - stamp)
        return None

    def _bound(self, token: Token, reading: Reading, valid: Finding) -> Finding:
        """Compare the claims with what the request is."""
        for name, template, only_with_body in self._claims:
            claimed = token.claims.get(name)
            if only_with_body and not reading.content and claimed is None:
                continue
            if claimed is None:
                return valid._replace(reason=Reason.CLAIM_MISSING, about=name)
            try:
                actual = template.render(reading)
            except FieldAbsent as absent:
                return valid._replace(reason=Reason.MISSING_FIELD, about=absent.name)
            if claimed != actual:
                return valid._replace(reason=_mismatch(template), about=name)
        return valid


def _mismatch(template: Template) -> Reason:
    names = template.names
    if "body" in names:
        return Reason.BODY_HASH_MISMATCH
    return Reason.URL_MISMATCH if "url" in names else Reason.CLAIM_MISMATCH
