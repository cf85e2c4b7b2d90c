"""A certificate from an authority of one's own, kept in the data directory."""

import os
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from relay_server.errors import CertificateUnusable
from relay_server.labels import is_label
from relay_server.tls.authority import Signed, make_authority, make_leaf
from relay_server.tls.pair import Pair, load_pair

RENEW_BEFORE = timedelta(days=30)
MOST_SINGLES = 64
"""Names are the clients' to choose: a trial has a few, an attack many."""


class LocalAuthority:
    """A `Source` that signs its own certificate, and signs another before that one ends."""

    def __init__(self, data_directory: Path, domain: str, *, now: Callable[[], datetime]) -> None:
        """Begin; `load` makes what is missing.

        Args:
            data_directory: the relay's; each domain has an authority of its own in it.
            domain: the relay's host name.
            now: aware times.
        """
        self._directory = data_directory / "local-ca" / domain
        self._domain = domain
        self._now = now
        self._current: Pair | None = None
        self._singles: dict[str, Pair] = {}
        """By name: what `context_for` gave."""

    @property
    def authority(self) -> Path | None:
        """As `Source.authority`: always a file."""
        return self._directory / "ca.pem"

    def load(self) -> Pair | None:
        """As `Source.load`."""
        now = self._now()
        if self._current is not None and self._current.ends_at - now > RENEW_BEFORE:
            return None
        pair = self._kept(now) if self._current is None else None
        self._current = pair or self._renewed(now)
        return self._current

    def context_for(self, name: str) -> ssl.SSLContext | None:
        """As `Source.context_for`: names below a domain of one label have certificates of their own.

        No client takes `*.localhost`: OpenSSL and browsers want two labels after the star.
        """
        label, _, rest = name.partition(".")
        if rest != self._domain or "." in rest or not is_label(label):
            return None
        found, now = self._singles.get(name), self._now()
        if found is not None and found.ends_at - now > RENEW_BEFORE:
            return found.context
        if found is None and len(self._singles) >= MOST_SINGLES:
            return None
        # A disk that is full now fails this handshake alone: its client does not accept the one certificate.
        with suppress(CertificateUnusable):
            found = self._singles[name] = self._kept(now, name) or self._renewed(now, name)
        return None if found is None else found.context

    def _kept(self, now: datetime, name: str = "") -> Pair | None:
        """Give the certificate of an earlier run, if it is good for a while and this authority's."""
        if not (self._directory / "ca.pem").exists() or not (self._directory / "ca.key").exists():
            return None
        try:
            pair = load_pair(*self._files(name), now=now)
        except CertificateUnusable:
            return None
        return pair if pair.ends_at - now > RENEW_BEFORE and pair.covers(name or self._domain) else None

    def _files(self, name: str) -> tuple[Path, Path]:
        stem = name or "server"
        return self._directory / f"{stem}.pem", self._directory / f"{stem}.key"

    def _renewed(self, now: datetime, name: str = "") -> Pair:
        certificate, key = self._files(name)
        try:
            leaf = make_leaf(self._authority(now), name or self._domain, now=now)
            _write(key, leaf.key, mode=0o600)
            _write(certificate, leaf.certificate, mode=0o644)
        except OSError as error:
            raise CertificateUnusable(
                f"the local CA cannot be kept in {self._directory} ({error.strerror}): give another --data-dir"
            ) from error
        except ValueError as error:
            raise CertificateUnusable(
                f"the local CA in {self._directory} is damaged ({error}): remove that directory to have a new one "
                "made, then let clients trust it again"
            ) from error
        return load_pair(certificate, key, now=now)

    def _authority(self, now: datetime) -> Signed:
        certificate, key = self._directory / "ca.pem", self._directory / "ca.key"
        if certificate.exists():
            if not key.exists():
                raise ValueError(f"{key.name} is missing")
            return Signed(certificate.read_bytes(), key.read_bytes())
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = make_authority(self._domain, now=now)
        _write(key, made.key, mode=0o600)
        _write(certificate, made.certificate, mode=0o644)
        return made


def _write(path: Path, data: bytes, *, mode: int) -> None:
    """Put a file there whole or not at all, never readable by more than `mode` says."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)
