"""A certificate that changes under load."""

import asyncio
import io
import ssl
from pathlib import Path
from typing import Any

import pytest
import uvloop
from cryptography import x509

from relay_server.errors import CertificateUnusable
from relay_server.tls.certificates import Certificates
from relay_server.tls.files import CertificateFiles
from shared import logs
from shared.logs import Log
from tests.authority import Authority, Issued
from tests.relay_server.tls.conftest import Clock, ask, serving, trusting
from tests.relay_server.tls.test_files import put
from tests.shared.test_logs import _root_as_it_was

__all__ = ["_root_as_it_was"]

ASKERS = 4
RENEWALS = 5


@pytest.fixture
def told(_root_as_it_was: None) -> io.StringIO:
    """Give what is logged."""
    stream = io.StringIO()
    logs.configure(level="info", stream=stream)
    return stream


@pytest.fixture
def certificates(authority: Authority, tmp_path: Path, clock: Clock, told: io.StringIO) -> Certificates:
    """Give certificates over two files."""
    put(authority.issue("localhost"), tmp_path)
    files = CertificateFiles(tmp_path / "cert.pem", tmp_path / "key.pem", now=clock)
    return Certificates(files, now=clock, log=Log("hookline.test"))


def serial(issued: Issued) -> int:
    """Give a certificate's serial number."""
    return x509.load_pem_x509_certificate(issued.certificate.read_bytes()).serial_number


async def renew_under_load(certificates: Certificates, authority: Authority, directory: Path) -> list[set[int]]:
    """Renew several times while clients connect without pause; give the serial numbers seen after each renewal."""
    client = trusting(authority.certificate)
    seen: list[set[int]] = []
    running = True

    async def keep_asking(port: int) -> None:
        """Connect again and again, each time anew."""
        while running:
            answer, number = await ask(port, "localhost", client)
            assert answer == "localhost"
            seen[-1].add(number)

    async with serving(certificates.context) as port:
        seen.append({(await ask(port, "localhost", client))[1]})
        async with asyncio.TaskGroup() as tasks:
            for _ in range(ASKERS):
                tasks.create_task(keep_asking(port))
            for _ in range(RENEWALS):
                issued = authority.issue("localhost")
                put(issued, directory)
                assert certificates.refresh() is True
                # Handshakes that run now may still have either; those that begin now have the new one.
                while (await ask(port, "localhost", client))[1] != serial(issued):
                    pass
                seen.append(set())
                for _ in range(3):
                    seen[-1].add((await ask(port, "localhost", client))[1])
                assert serial(issued) in seen[-1]
            running = False
    return seen


@pytest.mark.parametrize("factory", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_renewal_under_load(certificates: Certificates, authority: Authority, tmp_path: Path, factory: Any) -> None:
    """While clients connect without pause the certificate is renewed, and no handshake fails."""
    with asyncio.Runner(loop_factory=factory) as runner:
        seen = runner.run(renew_under_load(certificates, authority, tmp_path))
    assert len(set.union(*seen)) == RENEWALS + 1


async def test_open_connection_outlives_the_renewal(
    certificates: Certificates, authority: Authority, tmp_path: Path
) -> None:
    """A connection made before a renewal goes on after it."""
    client = trusting(authority.certificate)
    async with serving(certificates.context) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client, server_hostname="localhost")
        put(authority.issue("localhost"), tmp_path)
        certificates.refresh()
        writer.write(b"?\n")
        assert await reader.readline() == b"localhost\n"
        writer.transport.abort()


async def test_client_without_a_name_gets_the_renewed_certificate(
    certificates: Certificates, authority: Authority, tmp_path: Path
) -> None:
    """A client that sends no server name is served the newest certificate too."""
    client = trusting(authority.certificate)
    client.check_hostname = False
    issued = authority.issue("localhost")
    put(issued, tmp_path)
    certificates.refresh()
    async with serving(certificates.context) as port:
        assert await ask(port, None, client) == ("None", serial(issued))


async def test_broken_renewal_keeps_the_old_certificate(
    certificates: Certificates, authority: Authority, tmp_path: Path, told: io.StringIO
) -> None:
    """A renewal that cannot be served changes nothing, is told once, and is taken when it is mended."""
    client = trusting(authority.certificate)
    (tmp_path / "key.pem").write_bytes(authority.issue("localhost").key.read_bytes())
    assert [certificates.refresh() for _ in range(3)] == [False] * 3
    async with serving(certificates.context) as port:
        assert (await ask(port, "localhost", client))[0] == "localhost"
        assert told.getvalue().count("certificate.kept") == 1
        assert "does not belong to the certificate" in told.getvalue()
        mended = authority.issue("localhost")
        put(mended, tmp_path)
        assert certificates.refresh() is True
        assert await ask(port, "localhost", client) == ("localhost", serial(mended))


def test_expired_renewal_keeps_the_old_certificate(
    certificates: Certificates, authority: Authority, tmp_path: Path
) -> None:
    """A renewal with an expired certificate is not taken."""
    before = certificates.pair
    put(authority.issue("localhost", expired=True), tmp_path)
    assert (certificates.refresh(), certificates.pair) == (False, before)


def test_first_certificate_must_be_good(tmp_path: Path, clock: Clock) -> None:
    """Without any good certificate there is nothing to serve."""
    files = CertificateFiles(tmp_path / "cert.pem", tmp_path / "key.pem", now=clock)
    with pytest.raises(CertificateUnusable, match="there is no certificate"):
        Certificates(files, now=clock, log=Log("hookline.test"))


def test_certificate_that_ends_soon_is_told_once(certificates: Certificates, told: io.StringIO) -> None:
    """An operator is warned of the end, but not at every look."""
    for _ in range(3):
        certificates.refresh()
    assert told.getvalue().count("certificate.ends_soon") == 1


def test_authority_is_the_sources(certificates: Certificates) -> None:
    """Clients of an ordered certificate need to be told of no authority."""
    assert certificates.authority is None


async def test_renewals_are_looked_for(certificates: Certificates, authority: Authority, tmp_path: Path) -> None:
    """A renewal is found without anybody asking."""
    issued = authority.issue("localhost")
    put(issued, tmp_path)
    async with serving(certificates.context) as port, asyncio.TaskGroup() as tasks:
        looking = tasks.create_task(certificates.run(every_seconds=0.01))
        client: ssl.SSLContext = trusting(authority.certificate)
        while (await ask(port, "localhost", client))[1] != serial(issued):
            pass
        looking.cancel()
