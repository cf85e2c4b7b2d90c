"""A certificate from an authority of one's own."""

import stat
import subprocess
from pathlib import Path

import pytest

from relay_server.errors import CertificateUnusable
from relay_server.tls.authority import Signed, make_leaf
from relay_server.tls.local_ca import LocalAuthority
from relay_server.tls.sni import remember_names
from tests.relay_server.tls.conftest import Clock, ask, serving, trusting

DOMAIN = "demo.localhost"


@pytest.fixture
def local(tmp_path: Path, clock: Clock) -> LocalAuthority:
    """Give a source in an empty data directory."""
    return LocalAuthority(tmp_path, DOMAIN, now=clock)


def directory(local: LocalAuthority) -> Path:
    """Give where an authority keeps its files."""
    assert local.authority is not None
    return local.authority.parent


def verify(leaf: Path, authority: Path, host: str) -> str:
    """Have OpenSSL verify a certificate for a host, as strictly as it can."""
    command: list[str | Path] = [
        "openssl",
        "verify",
        "-x509_strict",
        "-CAfile",
        authority,
        "-verify_hostname",
        host,
        leaf,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "ok" if done.returncode == 0 else done.stderr


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("host", [DOMAIN, f"billing.{DOMAIN}", "localhost"])
def test_openssl_accepts_the_certificate(local: LocalAuthority, host: str) -> None:
    """The certificate is good for the domain, what is one label below it, and this machine."""
    local.load()
    assert verify(directory(local) / "server.pem", directory(local) / "ca.pem", host) == "ok"


@pytest.mark.needs("openssl")
def test_authority_is_worth_nothing_for_other_names(local: LocalAuthority, tmp_path: Path, clock: Clock) -> None:
    """Whoever steals the authority's key cannot be the user's bank with it."""
    local.load()
    ca, key = directory(local) / "ca.pem", directory(local) / "ca.key"
    stolen = make_leaf(Signed(ca.read_bytes(), key.read_bytes()), "bank.example", now=clock.now)
    (tmp_path / "stolen.pem").write_bytes(stolen.certificate)
    assert "permitted subtree violation" in verify(tmp_path / "stolen.pem", ca, "bank.example")


async def test_strict_client_accepts_it(local: LocalAuthority) -> None:
    """A client that trusts the authority alone connects by name and by address."""
    pair = local.load()
    assert pair is not None
    assert local.authority is not None
    remember_names(pair.context, lambda *_: None)
    async with serving(pair.context) as port:
        answers = [(await ask(port, host, trusting(local.authority)))[0] for host in (f"x.{DOMAIN}", "127.0.0.1")]
    assert answers == [f"x.{DOMAIN}", "None"]


def test_keys_are_their_owners_alone(local: LocalAuthority) -> None:
    """Nobody else can read a key, nor list the directory."""
    local.load()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory(local).iterdir()}
    assert modes == {"ca.key": 0o600, "ca.pem": 0o644, "server.key": 0o600, "server.pem": 0o644}
    assert stat.S_IMODE(directory(local).stat().st_mode) == 0o700


def test_next_run_serves_the_same(local: LocalAuthority, tmp_path: Path, clock: Clock) -> None:
    """A restart makes no new authority and no new certificate: clients go on trusting."""
    local.load()
    before = {path.name: path.read_bytes() for path in directory(local).iterdir()}
    again = LocalAuthority(tmp_path, DOMAIN, now=clock)
    assert again.load() is not None
    assert again.load() is None
    assert {path.name: path.read_bytes() for path in directory(local).iterdir()} == before


def test_certificate_is_renewed_before_it_ends(local: LocalAuthority, clock: Clock) -> None:
    """Thirty days before its end another certificate is signed by the same authority."""
    first = local.load()
    authority = (directory(local) / "ca.pem").read_bytes()
    clock.pass_days(360)
    assert local.load() is None
    clock.pass_days(10)
    second = local.load()
    assert first is not None
    assert second is not None
    assert second.ends_at > first.ends_at
    assert (directory(local) / "ca.pem").read_bytes() == authority


def test_damaged_certificate_is_made_anew(local: LocalAuthority, tmp_path: Path, clock: Clock) -> None:
    """What can be made again without anybody's help is made again."""
    local.load()
    (directory(local) / "server.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    assert LocalAuthority(tmp_path, DOMAIN, now=clock).load() is not None


@pytest.mark.parametrize("name", ["ca.pem", "ca.key"])
def test_damaged_authority_is_told(local: LocalAuthority, tmp_path: Path, clock: Clock, name: str) -> None:
    """An authority is not replaced behind its clients' backs: the operator is told what to do."""
    local.load()
    (directory(local) / name).write_text("nonsense")
    (directory(local) / "server.pem").unlink()
    with pytest.raises(CertificateUnusable, match="remove that directory to have a new one made"):
        LocalAuthority(tmp_path, DOMAIN, now=clock).load()


def test_authority_without_its_key_is_told(local: LocalAuthority, tmp_path: Path, clock: Clock) -> None:
    """An authority whose key is gone signs nothing."""
    local.load()
    (directory(local) / "ca.key").unlink()
    with pytest.raises(CertificateUnusable, match=r"ca\.key is missing"):
        LocalAuthority(tmp_path, DOMAIN, now=clock).load()


def test_directory_that_cannot_be_written(tmp_path: Path, clock: Clock) -> None:
    """A data directory in which nothing can be kept is named."""
    (tmp_path / "local-ca").write_text("")
    with pytest.raises(CertificateUnusable, match="give another --data-dir"):
        LocalAuthority(tmp_path, DOMAIN, now=clock).load()


def test_each_domain_has_its_own_authority(local: LocalAuthority, tmp_path: Path, clock: Clock) -> None:
    """Trusting one trial does not mean trusting the next."""
    other = LocalAuthority(tmp_path, "other.localhost", now=clock)
    local.load()
    other.load()
    assert local.authority != other.authority


def test_key_is_not_shown() -> None:
    """A signed pair that is printed for debugging shows no key."""
    assert repr(Signed(b"certificate", b"key")) == "Signed(…)"
