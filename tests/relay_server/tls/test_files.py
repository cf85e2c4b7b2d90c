"""Certificate files that somebody else renews."""

from pathlib import Path

import pytest

from relay_server.errors import CertificateUnusable
from relay_server.tls.files import CertificateFiles
from tests.authority import Authority, Issued
from tests.relay_server.tls.conftest import Clock


def put(issued: Issued, directory: Path) -> None:
    """Replace the files of a directory, as a renewal does."""
    for path, name in ((issued.certificate, "cert.pem"), (issued.key, "key.pem")):
        new = directory / f"{name}.new"
        new.write_bytes(path.read_bytes())
        new.rename(directory / name)


@pytest.fixture
def files(authority: Authority, tmp_path: Path, clock: Clock) -> CertificateFiles:
    """Give a source over two files."""
    put(authority.issue("one.test"), tmp_path)
    return CertificateFiles(tmp_path / "cert.pem", tmp_path / "key.pem", now=clock)


def test_unchanged_files_are_read_once(files: CertificateFiles) -> None:
    """After the first look there is nothing new until the files change."""
    first = files.load()
    assert first is not None
    assert first.names == ("one.test",)
    assert files.load() is None


def test_renewed_files_are_read_again(files: CertificateFiles, authority: Authority, tmp_path: Path) -> None:
    """A renewal is noticed, and gets a context of its own."""
    first = files.load()
    put(authority.issue("two.test"), tmp_path)
    second = files.load()
    assert first is not None
    assert second is not None
    assert second.names == ("two.test",)
    assert second.context is not first.context


def test_renewal_through_links_is_noticed(
    files: CertificateFiles, authority: Authority, tmp_path: Path, clock: Clock
) -> None:
    """The files may be links that are turned to others, as certbot does it."""
    for number, name in enumerate(("one.test", "two.test")):
        (tmp_path / str(number)).mkdir()
        put(authority.issue(name), tmp_path / str(number))
    (tmp_path / "live").symlink_to("0")
    files = CertificateFiles(tmp_path / "live" / "cert.pem", tmp_path / "live" / "key.pem", now=clock)
    files.load()
    (tmp_path / "new").symlink_to("1")
    (tmp_path / "new").rename(tmp_path / "live")
    renewed = files.load()
    assert renewed is not None
    assert renewed.names == ("two.test",)


def test_half_a_renewal_is_tried_again(files: CertificateFiles, authority: Authority, tmp_path: Path) -> None:
    """When one file is renewed before the other, the pair is refused, and taken when both are there."""
    files.load()
    issued = authority.issue("two.test")
    (tmp_path / "cert.pem").write_bytes(issued.certificate.read_bytes())
    for _ in range(2):
        with pytest.raises(CertificateUnusable, match="does not belong"):
            files.load()
    (tmp_path / "key.pem").write_bytes(issued.key.read_bytes())
    renewed = files.load()
    assert renewed is not None
    assert renewed.names == ("two.test",)


def test_files_that_vanish_are_told(files: CertificateFiles, tmp_path: Path) -> None:
    """A removed file is an error, not a renewal."""
    files.load()
    (tmp_path / "key.pem").unlink()
    with pytest.raises(CertificateUnusable, match="there is no key"):
        files.load()
