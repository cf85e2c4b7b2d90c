"""A certificate authority of one's own, for trials and tests; it can sign for one domain and this machine only."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS = 3650
LEAF_DAYS = 397
"""The longest that browsers accept (CA/Browser Forum ballot SC31; Apple's limit for own authorities is 825)."""
CLOCK_SKEW = timedelta(hours=1)
"""So much a client's clock may be behind: certificates begin in the past."""

LOOPBACK = (ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1"))


@dataclass(frozen=True, slots=True)
class Signed:
    """A certificate and its key, both PEM."""

    certificate: bytes
    key: bytes

    def __repr__(self) -> str:
        return "Signed(…)"


def make_authority(domain: str, *, now: datetime) -> Signed:
    """Make an authority that may vouch for `domain`, what is below it, `localhost` and loopback alone.

    The limits are name constraints (RFC 5280 section 4.2.1.10): who trusts it trusts it for nothing else.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Hookline"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Hookline local CA for {domain}"[:64]),
        ]
    )
    permitted = [*(x509.DNSName(name) for name in _unique(domain, "localhost")), *(_network(one) for one in LOOPBACK)]
    builder = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Signed(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM), _pem(key))


def make_leaf(authority: Signed, domain: str, *, now: datetime) -> Signed:
    """Make a server's certificate for `domain`, one label below it, `localhost` and loopback.

    Raises:
        ValueError: the authority's files are damaged.
    """
    issuer = x509.load_pem_x509_certificate(authority.certificate)
    signer = load_pem_private_key(authority.key, password=None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey) or signer.public_key() != issuer.public_key():
        raise ValueError("the key is not this authority's")
    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.DNSName(name) for name in _unique(domain, f"*.{domain}", "localhost", "*.localhost")]
    builder = (
        x509.CertificateBuilder(
            issuer.subject,
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, domain[:64])]),
            key.public_key(),
            x509.random_serial_number(),
        )
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(min(now + timedelta(days=LEAF_DAYS), issuer.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([*names, *(x509.IPAddress(one) for one in LOOPBACK)]), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), critical=False)  # type: ignore[arg-type]
    )
    return Signed(builder.sign(signer, hashes.SHA256()).public_bytes(Encoding.PEM), _pem(key))


def _unique(*names: str) -> Sequence[str]:
    return list(dict.fromkeys(names))


def _network(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> x509.IPAddress:
    return x509.IPAddress(ipaddress.ip_network(address))


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
