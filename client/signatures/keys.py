"""Turns a secret's text into the key that an algorithm takes."""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from typing import Any

import msgspec

from client.signatures.scheme import KeyForm
from client.signatures.secret import Secret


class KeyUnusable(ValueError):  # noqa: N818 - reads as the sentence it is
    """A secret that is not of the form its scheme's keys have; says which form that is, never what it is."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key made ready, with the name that may be shown for it."""

    name: str
    material: Any = field(repr=False)
    """Bytes for HMAC, hash and token; a public key object of `cryptography` otherwise."""


def make_key(secret: Secret, form: KeyForm, algorithm: str) -> Key:
    """Make the key of `secret`.

    Args:
        secret: as the user gave it.
        form: how the scheme writes its keys.
        algorithm: decides what the bytes of a public key are.

    Raises:
        KeyUnusable: the text does not have that form.
    """
    return Key(secret.name, key_material(secret.value, form, algorithm))


def key_material(value: bytes, form: KeyForm, algorithm: str = "") -> Any:
    """Decode a key's text; see `make_key`.

    Raises:
        KeyUnusable: the text does not have that form.
    """
    if form in {"pem", "x509-pem", "spki-base64", "jwk"}:
        return _public_key(value, form)
    raw = _decode(value, form)
    if not raw:
        raise KeyUnusable("nothing is left of it once it is decoded")
    return _ed25519(raw) if algorithm == "ed25519" else raw


def _decode(value: bytes, form: KeyForm) -> bytes:
    if form == "utf8":
        return value
    if form == "sha1":
        return hashlib.sha1(value, usedforsecurity=False).digest()
    if form == "hex":
        try:
            return binascii.unhexlify(value)
        except (binascii.Error, ValueError):
            raise KeyUnusable("it is not hexadecimal, as this provider's keys are") from None
    if form in {"whsec", "whpk"}:
        value = value.removeprefix(f"{form}_".encode())
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise KeyUnusable("it is not base64, as this provider's keys are") from None


def _ed25519(raw: bytes) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - 40 ms to import

    try:
        return Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:
        raise KeyUnusable(f"it has {len(raw)} bytes once it is decoded, an Ed25519 public key has 32") from None


def _public_key(value: bytes, form: KeyForm) -> Any:
    from cryptography import x509  # noqa: PLC0415 - 40 ms to import, for the few schemes that need it
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    try:
        if form == "pem":
            return serialization.load_pem_public_key(value)
        if form == "x509-pem":
            return x509.load_pem_x509_certificate(value).public_key()
        if form == "jwk":
            return _jwk(value)
        return serialization.load_der_public_key(base64.b64decode(value, validate=True))
    except (ValueError, TypeError, OverflowError, msgspec.MsgspecError):
        raise KeyUnusable(f"it is not {_FORM_SAID[form]}, which this provider's signatures are checked with") from None
    except Exception:  # noqa: BLE001 - cryptography's own exceptions have no common root
        raise KeyUnusable(f"it is {_FORM_SAID[form]} of a kind that is not supported") from None


_FORM_SAID = {
    "pem": "a public key in PEM",
    "x509-pem": "a certificate in PEM",
    "spki-base64": "a public key in base64",
    "jwk": "a JSON web key",
}


class Jwk(msgspec.Struct):
    """A JSON web key on the curve P-256 (RFC 7517, RFC 7518 section 6.2)."""

    kty: str
    crv: str = ""
    x: str = ""
    y: str = ""
    kid: str = ""


def _jwk(value: bytes) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = msgspec.json.decode(value, type=Jwk)
    if key.kty != "EC" or key.crv != "P-256":
        raise ValueError(key.kty)
    x, y = (int.from_bytes(base64url(text.encode())) for text in (key.x, key.y))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def base64url(text: bytes) -> bytes:
    """Decode base64 in its URL form, with or without padding, strictly.

    Raises:
        ValueError: a character outside the alphabet, or an impossible length.
    """
    if b"+" in text or b"/" in text:
        raise ValueError("not base64url")
    bare = text.rstrip(b"=")
    return base64.b64decode(bare.translate(_TO_STANDARD) + b"=" * (-len(bare) % 4), validate=True)


_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
