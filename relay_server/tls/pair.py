"""A certificate with its key, read and checked before anything is served with it."""

import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from relay_server.errors import CertificateUnusable
from relay_server.tls.context import make_context


@dataclass(frozen=True, slots=True)
class Pair:
    """What a checked certificate is for, and the context that serves it."""

    context: ssl.SSLContext
    names: tuple[str, ...]
    """The host names it is for, in lower case; `*.example.com` stands for one label."""
    ends_at: datetime
    """In UTC."""

    def covers(self, host: str) -> bool:
        """Say whether a client that asks for `host` accepts it (RFC 9525 section 6.3)."""
        return host in self.names or f"*.{host.partition('.')[2]}" in self.names


def load_pair(certificate: Path, key: Path, *, now: datetime) -> Pair:
    """Read and check a certificate chain and its key, both PEM.

    Args:
        certificate: the server's certificate first, then those between it and the authority.
        key: its private key, without a passphrase.
        now: an aware time; the certificate must be valid then.

    Raises:
        CertificateUnusable: a file cannot be read, they do not belong together, or it is out of its time.
    """
    leaf = _leaf(certificate)
    secret = _key(key)
    if _public(leaf.public_key()) != _public(secret.public_key()):
        raise CertificateUnusable(
            f"the key {key} does not belong to the certificate {certificate}: give the two files of the same renewal"
        )
    ends_at = leaf.not_valid_after_utc
    if now >= ends_at:
        raise CertificateUnusable(
            f"the certificate {certificate} expired on {ends_at:%Y-%m-%d %H:%M} UTC: renew it, "
            "and check this machine's clock if that is wrong"
        )
    if now < leaf.not_valid_before_utc:
        raise CertificateUnusable(
            f"the certificate {certificate} is not valid before {leaf.not_valid_before_utc:%Y-%m-%d %H:%M} UTC: "
            "check this machine's clock"
        )
    try:
        context = make_context(certificate, key)
    except (OSError, ValueError) as error:
        raise CertificateUnusable(
            f"OpenSSL refuses {certificate} with {key} ({error}): renew the certificate"
        ) from error
    return Pair(context, _names(leaf), ends_at)


def _read(path: Path, what: str, option: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise CertificateUnusable(f"there is no {what} at {path}: give its path with {option}") from error
    except OSError as error:
        raise CertificateUnusable(
            f"the {what} {path} cannot be read ({error.strerror}): let this user read it, or copy it to where it can"
        ) from error


def _leaf(path: Path) -> x509.Certificate:
    data = _read(path, "certificate", "--cert")
    try:
        return x509.load_pem_x509_certificate(data)
    except ValueError as error:
        raise CertificateUnusable(
            f"{path} holds no certificate in PEM form: it should begin with -----BEGIN CERTIFICATE-----"
        ) from error


def _key(path: Path) -> PrivateKeyTypes:
    data = _read(path, "key", "--key")
    try:
        return load_pem_private_key(data, password=None)
    except TypeError as error:
        raise CertificateUnusable(
            f"the key {path} has a passphrase, which nobody can type at a server's start: "
            f"write it out without one with: openssl pkey -in {path} -out NEW"
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise CertificateUnusable(
            f"{path} holds no private key in PEM form: it should begin with -----BEGIN PRIVATE KEY-----"
        ) from error


def _public(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _names(leaf: x509.Certificate) -> tuple[str, ...]:
    try:
        alternatives = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    names = [name.lower() for name in alternatives.get_values_for_type(x509.DNSName)]
    return (*names, *(str(address) for address in alternatives.get_values_for_type(x509.IPAddress)))
