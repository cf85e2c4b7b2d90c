"""The SSLContext of the public door."""

import ssl
from collections.abc import Callable

import pytest

from relay_server.tls.context import make_context
from tests.authority import Authority


def handshake(server: ssl.SSLContext, client: ssl.SSLContext) -> ssl.SSLObject:
    """Let a client and a server shake hands in memory; give the client's side."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    serving = server.wrap_bio(to_server, to_client, server_side=True)
    asking = client.wrap_bio(to_client, to_server, server_hostname="example.test")
    sides, done = (asking, serving), set[ssl.SSLObject]()
    while len(done) < len(sides):
        for side in sides:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            done.add(side)
    return asking


@pytest.fixture
def client(authority: Authority) -> ssl.SSLContext:
    """Give a client that trusts the run's authority and speaks what its OpenSSL can."""
    context = ssl.create_default_context(cafile=authority.certificate)
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def only(version: ssl.TLSVersion) -> Callable[[ssl.SSLContext], None]:
    """Have a client speak one version."""

    def set_version(context: ssl.SSLContext) -> None:
        context.minimum_version = context.maximum_version = version

    return set_version


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_modern_versions_are_spoken(authority: Authority, client: ssl.SSLContext, version: ssl.TLSVersion) -> None:
    """TLS 1.2 and 1.3 are spoken, and HTTP/1.1 is agreed on."""
    only(version)(client)
    client.set_alpn_protocols(["h2", "http/1.1"])
    agreed = handshake(make_context(*authority.issue("example.test")), client)
    assert (agreed.version(), agreed.selected_alpn_protocol()) == (version.name.replace("_", "."), "http/1.1")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_are_refused(authority: Authority, client: ssl.SSLContext, version: ssl.TLSVersion) -> None:
    """TLS 1.0 and 1.1 are refused."""
    only(version)(client)
    with pytest.raises(ssl.SSLError):
        handshake(make_context(*authority.issue("example.test")), client)


def test_only_ciphers_that_authenticate_with_forward_secrecy(authority: Authority) -> None:
    """No CBC, no static RSA, no anonymous cipher is offered."""
    ciphers = [one["name"] for one in make_context(*authority.issue("example.test")).get_ciphers()]
    assert ciphers
    assert [one for one in ciphers if not one.startswith(("TLS_", "ECDHE-"))] == []
    assert [one for one in ciphers if "GCM" not in one and "CHACHA20" not in one] == []
