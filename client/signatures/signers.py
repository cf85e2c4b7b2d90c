"""Makes signatures: the algorithms of a check, run the other way.

For public-key schemes the provider's private key is nobody's but its own, so such a request is signed with a key made
for the purpose; an app that is given that key's public half accepts it.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any

from client.signatures.algorithms import DIGESTS, MACS
from client.signatures.keys import KeyUnusable, key_material
from client.signatures.scheme import Encoding, Scheme
from client.signatures.secret import Secret
from shared.errors import TunnelError

_ED25519_BYTES = 32


class CannotSign(TunnelError):  # noqa: N818 - reads as the sentence it is
    """A request that cannot be signed with what the user has; says why and what would be needed."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """What signs: a secret's bytes, or a private key."""

    material: Any = field(repr=False)
    algorithm: str

    @classmethod
    def of(cls, scheme: Scheme, secret: Secret) -> "SigningKey":
        """Make the signing key of a secret: what checks a MAC makes it too, else a private key in PEM.

        Raises:
            CannotSign: the secret is not of that form.
        """
        if not secret.value.strip():
            raise CannotSign(f"{secret.name} is empty: there is nothing to sign with")
        if scheme.kind == "sign" or scheme.algorithm == "ES256":
            return cls(_private(secret), scheme.algorithm)
        try:
            return cls(key_material(secret.value, scheme.key), scheme.algorithm)
        except KeyUnusable as error:
            raise CannotSign(f"{secret.name} cannot sign for {scheme.name}: {error}") from error

    def sign(self, data: bytes, algorithm: str = "") -> bytes:
        """Give the signature of `data`, undecorated.

        Args:
            data: the signed text.
            algorithm: where it is not the scheme's usual one.
        """
        name = algorithm or self.algorithm
        if name in MACS:
            return hmac.digest(self.material, data, MACS[name])
        if name in DIGESTS:
            return hashlib.new(DIGESTS[name], data, usedforsecurity=False).digest()
        return _sign_publicly(self.material, data, name)


def _private(secret: Secret) -> Any:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - 40 ms to import, for few schemes
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    try:
        if b"-----BEGIN" in secret.value:
            return serialization.load_pem_private_key(secret.value, password=None)
        raw = base64.b64decode(secret.value.removeprefix(b"whsk_"), validate=True)
        return Ed25519PrivateKey.from_private_bytes(raw[:_ED25519_BYTES])
    except (ValueError, TypeError) as error:
        raise CannotSign(f"{secret.name} is no private key in PEM without a passphrase") from error


def _sign_publicly(key: Any, data: bytes, algorithm: str) -> bytes:
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec, padding  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature  # noqa: PLC0415

    try:
        if algorithm == "ed25519":
            return bytes(key.sign(data))
        if algorithm in {"ecdsa-p256-sha256-der", "ES256"}:
            der = key.sign(data, ec.ECDSA(hashes.SHA256()))
            if algorithm == "ES256":
                r, s = decode_dss_signature(der)
                return r.to_bytes(32) + s.to_bytes(32)
            return bytes(der)
        sha = hashes.SHA1() if algorithm == "rsa-pkcs1-sha1" else hashes.SHA256()  # noqa: S303 - SNS's version 1
        return bytes(key.sign(data, padding.PKCS1v15(), sha))
    except (AttributeError, TypeError) as error:
        raise CannotSign(f"the key is of another kind than {algorithm} takes") from error


def encoded(signature: bytes, encoding: Encoding) -> bytes:
    """Give a signature as text."""
    if encoding == "hex":
        return signature.hex().encode()
    if encoding == "base64":
        return base64.b64encode(signature)
    if encoding == "base64url":
        return base64.urlsafe_b64encode(signature).rstrip(b"=")
    return signature


def make_key_pair(scheme: Scheme) -> tuple[Secret, bytes]:
    """Make a key for a public-key scheme: the private one to sign with, and the public one as its key is written.

    Raises:
        CannotSign: the scheme has no such keys.
    """
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # noqa: PLC0415

    private: Any
    if scheme.algorithm == "ed25519":
        private = ed25519.Ed25519PrivateKey.generate()
    elif scheme.algorithm in {"ecdsa-p256-sha256-der", "ES256"}:
        private = ec.generate_private_key(ec.SECP256R1())
    elif scheme.algorithm.startswith("rsa"):
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    else:
        raise CannotSign(f"{scheme.name} signs with a shared secret: give it with --secret-env VARIABLE")
    pem = private.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    return Secret("a key made for this", pem), _public_text(scheme, private.public_key())


def _public_text(scheme: Scheme, public: Any) -> bytes:
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415

    if scheme.key == "jwk":
        numbers = public.public_numbers()
        x, y = (encoded(value.to_bytes(32), "base64url").decode() for value in (numbers.x, numbers.y))
        return f'{{"kty":"EC","crv":"P-256","kid":"hookline","x":"{x}","y":"{y}"}}'.encode()
    if scheme.key in {"hex", "base64", "whpk"}:
        raw = public.public_bytes(form.Encoding.Raw, form.PublicFormat.Raw)
        return (
            encoded(raw, "hex")
            if scheme.key == "hex"
            else (b"whpk_" if scheme.key == "whpk" else b"") + encoded(raw, "base64")
        )
    if scheme.key == "spki-base64":
        return encoded(public.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo), "base64")
    return bytes(public.public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo))
