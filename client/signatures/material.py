"""Key material that has been fetched: kept on disk, and judged before it is used."""

import hashlib
import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import urlsplit

from client.signatures.jwt import Token, TokenUnreadable
from client.signatures.reading import Reading
from client.signatures.scheme import Scheme
from client.signatures.secret import Secret
from client.signatures.sources import Source
from shared.errors import TunnelError

LARGEST_BYTES = 64 * 1024
"""Of a certificate chain or key set; real ones have some KiB."""


MOST_KEYS = 256
"""Providers change theirs a few times a year."""


class KeyUnavailable(TunnelError):  # noqa: N818 - reads as the sentence it is
    """A key that cannot be had or must not be used; says why. Nothing is thereby said against the sender."""


def allowed(url: str, hosts: Sequence[str], shape: str = "") -> str:
    """Give the URL if keys may be fetched from it.

    Args:
        url: as the request names it: an attacker's, for all we know.
        hosts: the scheme's allow-list; a `*` stands for one label.
        shape: a regular expression that all of it must match; empty: any.

    Raises:
        KeyUnavailable: it is not https, its host is not in the list, or its shape is another.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise KeyUnavailable("the address of the key is no URL") from None
    host = (parts.hostname or "").lower()
    if parts.scheme != "https" or port not in {None, 443} or parts.username is not None:
        raise KeyUnavailable("the address of the key is not a plain https:// URL")
    if shape and re.fullmatch(shape, url) is None:
        raise KeyUnavailable("the address of the key is none of the provider's: it is not fetched")
    for pattern in hosts:
        if fnmatchcase(host, pattern) and host.count(".") == pattern.count("."):
            return url
    raise KeyUnavailable(f"the key is said to be at {host[:100]}, which is not the provider's: it is not fetched")


def usable_certificate(pem: bytes, now: float | None) -> bytes:
    """Give the certificate if it was valid at a time.

    Args:
        pem: one or more certificates; the first is the signer's.
        now: Unix seconds; None: its time is not judged.

    Raises:
        KeyUnavailable: it is none, or it had not begun or had ended by then.
    """
    from cryptography import x509  # noqa: PLC0415 - 40 ms to import, for two schemes

    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise KeyUnavailable("what was fetched is no certificate") from None
    begins, ends = certificate.not_valid_before_utc.timestamp(), certificate.not_valid_after_utc.timestamp()
    if now is not None and not begins <= now <= ends:
        raise KeyUnavailable("the provider's certificate was not valid at the time of receipt")
    return pem


class KeyFiles:
    """Fetched keys by the address or id that names them: in memory, and in a directory of the user's own."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._known: dict[str, bytes] = {}

    def load(self) -> None:
        """Read what earlier runs have stored; what cannot be read is fetched again."""
        try:
            paths = sorted(self._directory.glob("*.key"))[:MOST_KEYS]
            for path in paths:
                name, _, material = path.read_bytes()[: 2 * LARGEST_BYTES].partition(b"\n")
                self._known[name.decode("latin-1")] = material
        except OSError:
            return

    def get(self, name: str) -> bytes | None:
        """Give the key called `name`, or None."""
        return self._known.get(name)

    def put(self, name: str, material: bytes) -> None:
        """Keep a key for this run; the oldest goes when there are too many."""
        while len(self._known) >= MOST_KEYS:
            del self._known[next(iter(self._known))]
        self._known[name] = material

    def save(self, name: str) -> None:
        """Store a key that is still here for later runs; a disk that takes nothing is no failure."""
        material = self._known.get(name)
        if material is None:
            return
        path = self._directory / f"{hashlib.sha256(name.encode()).hexdigest()}.key"
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary = path.with_suffix(".new")
            temporary.write_bytes(name.encode("latin-1", "replace") + b"\n" + material)
            temporary.replace(path)
        except OSError:
            return


def key_name(scheme: Scheme, reading: Reading) -> str:
    """Give the address or id under which a request's key is known.

    Raises:
        KeyUnavailable: the request names none, or one that is not the provider's.
    """
    if scheme.key_from == "api":
        try:
            token = Token(Source(scheme.signature.sources[0]).read(reading) or b"")
        except TokenUnreadable as problem:
            raise KeyUnavailable(f"the request has no {problem.about}, so it names no key") from problem
        return f"{scheme.id}:{token.key_id[:100]}"
    url = Source(scheme.key_from).read(reading)
    if url is None:
        raise KeyUnavailable("the request does not say where its certificate is")
    return allowed(url.decode("latin-1"), scheme.key_hosts, scheme.key_url)


def stored_key(scheme: Scheme, reading: Reading, files: KeyFiles | None, now: float | None) -> Secret:
    """Give a request's key from among the fetched ones.

    Raises:
        KeyUnavailable: it is not there, or must not be used.
    """
    name = key_name(scheme, reading)
    material = files.get(name) if files is not None else None
    if material is None:
        raise KeyUnavailable(f"the key of {scheme.name} is not on this machine yet")
    return Secret(f"key {name}", usable_certificate(material, now) if scheme.key == "x509-pem" else material)
