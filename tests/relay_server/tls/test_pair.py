"""Certificates and keys, checked before they are served."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from relay_server.errors import CertificateUnusable
from relay_server.tls.pair import load_pair
from tests.authority import Authority


def now() -> datetime:
    """Give the time as a relay has it."""
    return datetime.now(UTC)


def test_pair_says_what_it_is_for(authority: Authority) -> None:
    """A good pair has names and an end, and a wildcard stands for one label."""
    pair = load_pair(*authority.issue("Relay.example.test", "*.relay.example.test", "127.0.0.1"), now=now())
    assert pair.names == ("relay.example.test", "*.relay.example.test", "127.0.0.1")
    assert now() < pair.ends_at < now() + timedelta(days=3)
    hosts = ("relay.example.test", "a.relay.example.test", "a.b.relay.example.test", "example.test")
    assert [pair.covers(host) for host in hosts] == [True, True, False, False]


def test_missing_files_are_named(authority: Authority, tmp_path: Path) -> None:
    """A file that is not there is named, with the option that gives it."""
    certificate, key = authority.issue("example.test")
    with pytest.raises(CertificateUnusable, match=r"no certificate at .*/nope\.pem: give its path with --cert"):
        load_pair(tmp_path / "nope.pem", key, now=now())
    with pytest.raises(CertificateUnusable, match=r"no key at .*/nope\.key: give its path with --key"):
        load_pair(certificate, tmp_path / "nope.key", now=now())


def test_file_that_cannot_be_read(authority: Authority, tmp_path: Path) -> None:
    """A file that cannot be read is named, with the reason."""
    with pytest.raises(CertificateUnusable, match="cannot be read"):
        load_pair(tmp_path, authority.issue("example.test").key, now=now())


def test_files_of_two_renewals(authority: Authority) -> None:
    """A key that is another certificate's is recognised."""
    with pytest.raises(CertificateUnusable, match="does not belong to the certificate"):
        load_pair(authority.issue("example.test").certificate, authority.issue("example.test").key, now=now())


def test_swapped_and_senseless_files(authority: Authority, tmp_path: Path) -> None:
    """Files that are no PEM of the wanted kind are named."""
    certificate, key = authority.issue("example.test")
    with pytest.raises(CertificateUnusable, match="holds no certificate in PEM form"):
        load_pair(key, certificate, now=now())
    with pytest.raises(CertificateUnusable, match="holds no private key in PEM form"):
        load_pair(certificate, certificate, now=now())


def test_damaged_certificate(authority: Authority, tmp_path: Path) -> None:
    """A certificate that was cut off is no certificate."""
    certificate, key = authority.issue("example.test")
    cut = tmp_path / "cut.pem"
    cut.write_bytes(certificate.read_bytes()[:200])
    with pytest.raises(CertificateUnusable, match="holds no certificate"):
        load_pair(cut, key, now=now())


@pytest.mark.needs("openssl")
def test_key_with_a_passphrase(authority: Authority, tmp_path: Path) -> None:
    """A key with a passphrase is refused with the command that takes it off; nobody is asked for it."""
    certificate, key = authority.issue("example.test")
    locked = tmp_path / "locked.key"
    command: list[str | Path] = ["openssl", "pkey", "-in", key, "-aes256", "-passout", "pass:secret", "-out", locked]
    subprocess.run(command, check=True, capture_output=True)
    with pytest.raises(CertificateUnusable, match="has a passphrase"):
        load_pair(certificate, locked, now=now())


def test_expired_certificate(authority: Authority) -> None:
    """An expired certificate is refused with its date."""
    with pytest.raises(CertificateUnusable, match=r"expired on \d{4}-\d\d-\d\d"):
        load_pair(*authority.issue("example.test", expired=True), now=now())


def test_certificate_of_the_future(authority: Authority) -> None:
    """A certificate that is not valid yet points at the clock."""
    with pytest.raises(CertificateUnusable, match="check this machine's clock"):
        load_pair(*authority.issue("example.test"), now=now() - timedelta(days=400))
