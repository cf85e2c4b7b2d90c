"""Names below a domain of one label, for which no client takes a wildcard."""

import socket
import ssl
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from relay_server.tls.certificates import Certificates
from relay_server.tls.local_ca import MOST_SINGLES, LocalAuthority
from shared.logs import Log


def now() -> datetime:
    """Give the time."""
    return datetime.now(UTC)


def shake_hands(context: ssl.SSLContext, trusted: Path, name: str) -> None:
    """Have a client that asks for `name`, and trusts one authority, accept the server's certificate.

    Raises:
        SSLCertVerificationError: it does not.
    """
    ours, theirs = socket.socketpair()
    server = threading.Thread(target=_serve, args=(context, ours))
    server.start()
    try:
        with ssl.create_default_context(cafile=trusted).wrap_socket(theirs, server_hostname=name):
            pass
    finally:
        theirs.close()
        server.join(5)


def _serve(context: ssl.SSLContext, end: socket.socket) -> None:
    try:
        context.wrap_socket(end, server_side=True).close()
    except OSError:
        end.close()


@pytest.mark.parametrize("name", ["localhost", "demo.localhost", "other.localhost"])
def test_names_below_localhost_are_accepted(tmp_path: Path, name: str) -> None:
    """Each is served with a certificate of its own, as clients refuse `*.localhost`."""
    authority = LocalAuthority(tmp_path, "localhost", now=now)
    certificates = Certificates(authority, now=now, log=Log("test"))
    assert authority.authority is not None
    for _ in range(2):
        shake_hands(certificates.context, authority.authority, name)


@pytest.mark.parametrize(
    "name", ["a.b.localhost", "-x.localhost", "..localhost", "localhost.evil", "../x.localhost", ""]
)
def test_other_names_have_no_certificate_of_their_own(tmp_path: Path, name: str) -> None:
    """Nothing is made, let alone written, for what is no label below the domain."""
    authority = LocalAuthority(tmp_path, "localhost", now=now)
    authority.load()
    before = sorted(tmp_path.rglob("*"))
    assert authority.context_for(name) is None
    assert before == sorted(tmp_path.rglob("*"))


def test_number_of_names_is_bounded(tmp_path: Path) -> None:
    """Whoever asks for name after name does not fill memory or disk."""
    authority = LocalAuthority(tmp_path, "localhost", now=now)
    authority.load()
    made = [authority.context_for(f"n{number}.localhost") for number in range(MOST_SINGLES + 5)]
    assert sum(context is not None for context in made) == MOST_SINGLES


def test_certificates_of_an_earlier_run_are_kept(tmp_path: Path) -> None:
    """A name's certificate is made once, not at each start."""
    for _ in range(2):
        authority = LocalAuthority(tmp_path, "localhost", now=now)
        authority.load()
        authority.context_for("demo.localhost")
    (file,) = tmp_path.rglob("demo.localhost.pem")
    written = file.read_bytes()
    again = LocalAuthority(tmp_path, "localhost", now=now)
    again.load()
    again.context_for("demo.localhost")
    assert written == file.read_bytes()


def test_a_domain_of_two_labels_needs_none(tmp_path: Path) -> None:
    """There the wildcard does."""
    authority = LocalAuthority(tmp_path, "relay.test", now=now)
    authority.load()
    assert authority.context_for("demo.relay.test") is None
