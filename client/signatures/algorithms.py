"""The cryptography of a check: does this signature belong to these bytes under this key?"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from client.signatures.keys import base64url
from client.signatures.scheme import Encoding

Verify = Callable[[Any, bytes, bytes], bool]
"""Takes key material, the signed bytes and a decoded signature; compares in constant time; never raises."""

MACS = {
    "hmac-sha1": "sha1",
    "hmac-sha256": "sha256",
    "hmac-sha512": "sha512",
    "HS256": "sha256",
    "HS384": "sha384",
    "HS512": "sha512",
}
DIGESTS = {"sha1": "sha1", "sha256": "sha256"}

SAID = {
    "hmac-sha1": "HMAC-SHA-1",
    "hmac-sha256": "HMAC-SHA-256",
    "hmac-sha512": "HMAC-SHA-512",
    "sha1": "SHA-1",
    "sha256": "SHA-256",
    "ed25519": "Ed25519",
    "ecdsa-p256-sha256-der": "ECDSA P-256 with SHA-256",
    "rsa-pkcs1-sha256": "RSA PKCS #1 with SHA-256",
    "rsa-pkcs1-sha1": "RSA PKCS #1 with SHA-1",
}


def _mac(name: str) -> Verify:
    def verify(key: Any, signed: bytes, signature: bytes) -> bool:
        return isinstance(key, bytes) and hmac.compare_digest(hmac.digest(key, signed, name), signature)

    return verify


def _digest(name: str) -> Verify:
    def verify(_: Any, signed: bytes, signature: bytes) -> bool:
        return hmac.compare_digest(hashlib.new(name, signed, usedforsecurity=False).digest(), signature)

    return verify


def _ed25519(key: Any, signed: bytes, signature: bytes) -> bool:
    return _holds(lambda: key.verify(signature, signed))


def _ecdsa(key: Any, signed: bytes, signature: bytes) -> bool:
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - 40 ms to import, for few schemes
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    return _holds(lambda: key.verify(signature, signed, ec.ECDSA(hashes.SHA256())))


def _es256(key: Any, signed: bytes, signature: bytes) -> bool:
    """Verify a JWT's ECDSA signature: two numbers of 32 bytes (RFC 7518 section 3.4)."""
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature  # noqa: PLC0415

    if len(signature) != _ES256_BYTES:
        return False
    half = _ES256_BYTES // 2
    return _ecdsa(key, signed, encode_dss_signature(int.from_bytes(signature[:half]), int.from_bytes(signature[half:])))


_ES256_BYTES = 64


def _rsa(hash_name: str) -> Verify:
    def verify(key: Any, signed: bytes, signature: bytes) -> bool:
        from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415

        digest = hashes.SHA256() if hash_name == "sha256" else hashes.SHA1()  # noqa: S303 - SNS's version 1 is SHA-1
        return _holds(lambda: key.verify(signature, signed, padding.PKCS1v15(), digest))

    return verify


def _holds(check: Callable[[], object]) -> bool:
    """Run a verification of `cryptography`, which raises where it fails."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415

    try:
        check()
    except (InvalidSignature, UnsupportedAlgorithm, AttributeError, TypeError, ValueError):
        return False  # AttributeError and TypeError: a key of another kind than the algorithm's
    return True


VERIFY: dict[str, Verify] = {
    **{name: _mac(digest) for name, digest in MACS.items()},
    **{name: _digest(digest) for name, digest in DIGESTS.items()},
    "ed25519": _ed25519,
    "ecdsa-p256-sha256-der": _ecdsa,
    "rsa-pkcs1-sha256": _rsa("sha256"),
    "rsa-pkcs1-sha1": _rsa("sha1"),
    "ES256": _es256,
}


def _base64(text: bytes) -> bytes:
    return base64.b64decode(text, validate=True)


DECODE: dict[Encoding, Callable[[bytes], bytes]] = {
    "hex": binascii.unhexlify,
    "base64": _base64,
    "base64url": base64url,
    "text": bytes,
}
"""Signature text to bytes. Raises ValueError (binascii.Error is one) where the text is not so encoded."""


def decoded(text: bytes, encoding: Encoding) -> bytes | None:
    """Decode signature text, or give None where it is empty or not so encoded."""
    try:
        return DECODE[encoding](text) or None
    except ValueError:
        return None
