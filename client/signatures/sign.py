"""Signs a request as its provider would: the catalogue's entries, run backwards."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
from msgspec.structs import replace

from client.signatures.check import Check
from client.signatures.moments import moment
from client.signatures.reading import Reading
from client.signatures.scheme import Place, Scheme
from client.signatures.secret import Secret
from client.signatures.signers import CannotSign, SigningKey, encoded
from client.signatures.sources import Source
from client.signatures.subject import Subject
from client.signatures.templates import FieldAbsent, Template
from client.signatures.writing import put
from shared.http.heads import Fields

__all__ = ["CannotSign", "sign", "signed"]

_TOKEN_SECONDS = 300


def sign(scheme: Scheme, secret: Secret, subject: Subject, *, now: float, message_id: str | None = None) -> Fields:
    """Give the request's fields with its signature made afresh.

    Args:
        scheme: as which provider.
        secret: what to sign with; for a public-key scheme a private key in PEM.
        subject: the request; fields that sign it already are replaced at their places, missing ones appended.
        now: Unix seconds that the signature is to name.
        message_id: where the scheme has one; None: the one that is there, else a new one.

    Raises:
        CannotSign: the secret does not fit, or this scheme's signature does not stand in a field: see `signed`.
    """
    done = signed(scheme, secret, subject, now=now, message_id=message_id)
    if done.content != subject.content or done.url != subject.url:
        raise CannotSign(f"{scheme.name} signs inside the body or the URL, which must then be replaced too")
    return done.fields


def signed(
    scheme: Scheme,
    secret: Secret,
    subject: Subject,
    *,
    now: float,
    message_id: str | None = None,
    params: Mapping[str, str] | None = None,
) -> Subject:
    """Give the request signed afresh, with body and URL changed where the scheme signs in there; see `sign`.

    Args:
        scheme: as which provider.
        secret: what to sign with.
        subject: the request.
        now: Unix seconds that the signature is to name.
        message_id: the message's id; None: the one that is there, else a new one.
        params: settings that the scheme needs beside the secret.

    Raises:
        CannotSign: the secret does not fit, or the request lacks what the scheme signs.
    """
    if subject.content is None:
        raise CannotSign("the body was not captured whole, and a signature over a part of it would be false")
    key = SigningKey.of(scheme, secret) if scheme.kind != "token" else None
    check = Check(scheme)
    subject = _require(scheme, subject)
    bound, subject = _bind(check, subject, now, message_id)
    subject = _hash_body(scheme, subject)
    reading = Reading(subject, params)
    reading.bound.update(bound)
    if key is None:
        text = scheme.signature.prefix.encode() + secret.value
    elif scheme.kind == "jwt":
        text = _token(scheme, key, reading, now)
    else:
        text = _text(check, key, reading)
    return _place(check, subject, text)


def _require(scheme: Scheme, subject: Subject) -> Subject:
    for text, value in scheme.require.items():
        subject = put(subject, Source(text), value.encode())
    return subject


def _bind(check: Check, subject: Subject, now: float, message_id: str | None) -> tuple[dict[str, bytes], Subject]:
    """Choose the scheme's own fields and put them where they stand."""
    old = Reading(subject)
    text = check.text.sources[0].read(old)
    if text and check.token is None:
        check.text.signatures(text, old)  # fills in what an earlier signature's text names, as `env=`
    bound: dict[str, bytes] = {}
    for name, sources, unit in check.fields:
        present = next((source for source in sources if source.read(old) is not None), sources[0])
        if unit != "text":
            value = _stamp(now, unit, present.read(old))
        elif message_id is not None and name == "id":
            value = message_id.encode()
        else:
            value = present.read(old) or _fresh(name)
        bound[name] = value
        if check.token is None:
            subject = put(subject, present, value)
    return bound, subject


def _fresh(name: str) -> bytes:
    if name == "env":
        return b"master"
    return f"msg_{secrets.token_hex(12)}".encode() if name in {"id", "nonce"} else b""


def _stamp(now: float, unit: str, present: bytes | None) -> bytes:
    if present is not None and moment(present, unit) == now:
        return present
    if unit == "iso8601":
        return datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return str(int(now * 1000) if unit == "ms" else int(now)).encode()


def _hash_body(scheme: Scheme, subject: Subject) -> Subject:
    """Put the body's hash into the signed URL, for a body that is not a form."""
    if scheme.body_hash is None or not subject.content or Reading(subject).form:
        return subject
    value = Template(scheme.body_hash.value).render(Reading(subject))
    return put(subject, Source(f"query:{scheme.body_hash.query}"), value)


def _text(check: Check, key: SigningKey, reading: Reading) -> bytes:
    algorithm = check.algorithm(reading)
    if algorithm is None:
        raise CannotSign("the request asks for an algorithm that the scheme does not have")
    material = key.material if isinstance(key.material, bytes) else b""
    try:
        data = check.templates[0].render(reading, material)
    except FieldAbsent as absent:
        raise CannotSign(f"{check.scheme.name} signs {absent.name}, which the request does not have") from absent
    place = check.scheme.signature
    return _emit(place, encoded(key.sign(data, algorithm), place.encoding), reading, check)


def _emit(place: Place, signature: bytes, reading: Reading, check: Check) -> bytes:
    """Write the whole text that stands in the signature's place."""
    if place.emit:
        reading.bound["sig"] = signature
        try:
            return Template(place.emit).render(reading)
        except FieldAbsent as absent:
            raise CannotSign(f"{check.scheme.name} needs the setting {absent.name.partition(':')[2]}") from absent
    if place.format != "kv":
        return place.prefix.encode() + signature
    parts = [
        f"{sources[0].name}=".encode() + reading.bound[name]
        for name, sources, _ in check.fields
        if sources[0].kind == "kv"
    ]
    return place.separator.encode().join([*parts, place.keys[0].encode() + b"=" + signature])


def _token(scheme: Scheme, key: SigningKey, reading: Reading, now: float) -> bytes:
    """Write a JSON web token whose claims bind the request as the scheme says."""
    claims: dict[str, object] = {}
    for name, text in scheme.claims.items():
        if text.endswith("?") and not reading.content:
            continue
        claims[name] = Template(text.removesuffix("?")).render(reading).decode()
    claims["iat"] = int(now)
    if scheme.time_claims:
        claims |= {"nbf": int(now), "exp": int(now) + _TOKEN_SECONDS}
    if scheme.event.id == "claim:jti":
        claims["jti"] = secrets.token_hex(16)
    header = {"alg": scheme.algorithm, "typ": "JWT"} | ({"kid": "hookline"} if scheme.key == "jwk" else {})
    pieces = [encoded(msgspec.json.encode(piece), "base64url") for piece in (header, claims)]
    data = b".".join(pieces)
    return scheme.signature.prefix.encode() + data + b"." + encoded(key.sign(data), "base64url")


def _place(check: Check, subject: Subject, text: bytes) -> Subject:
    """Put the signature where it stands: where one stood before, else in its first place; other old ones go."""
    reading = Reading(subject)
    present = [source for source in check.text.sources if source.read(reading) is not None]
    chosen = present[0] if present else _first_fitting(check, subject)
    stale = {source.field for source in present if source is not chosen and source.kind == "header"}
    kept = tuple(field for field in subject.fields if field[0].lower() not in stale)
    return put(replace(subject, fields=kept), chosen, text)


def _first_fitting(check: Check, subject: Subject) -> Source:
    """Choose between a place in JSON and one in a form by the body that is there."""
    reading = Reading(subject)
    if reading.form:
        return next((source for source in check.text.sources if source.kind == "form"), check.text.sources[0])
    return check.text.sources[0]
