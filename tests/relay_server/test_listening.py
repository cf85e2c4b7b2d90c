"""Sockets of the public door."""

import errno
import os
import socket

import pytest

from relay_server import listening
from relay_server.addresses import ListenAddress
from relay_server.errors import CannotListen
from relay_server.listening import listening_sockets, shown


def close(sockets: list[socket.socket]) -> None:
    """Close them all."""
    for sock in sockets:
        sock.close()


def test_any_free_port_is_one_port_of_all_addresses() -> None:
    """A port alone means IPv4 and IPv6, on the same port; each socket listens."""
    sockets = listening_sockets(ListenAddress("", 0))
    try:
        assert len({sock.getsockname()[1] for sock in sockets}) == 1
        assert shown(sockets[0]).startswith("0.0.0.0:")
        assert all(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) for sock in sockets)
    finally:
        close(sockets)


def test_taken_port_is_told() -> None:
    """A port that another program has is named, with how to find that program."""
    sockets = listening_sockets(ListenAddress("127.0.0.1", 0))
    port = sockets[0].getsockname()[1]
    try:
        with pytest.raises(CannotListen, match=rf"127\.0\.0\.1:{port}: another program listens there: end it \(ss"):
            listening_sockets(ListenAddress("127.0.0.1", port))
    finally:
        close(sockets)


def test_address_of_another_machine_is_told() -> None:
    """An address that this machine does not have is named."""
    with pytest.raises(CannotListen, match="this machine has no such address"):
        listening_sockets(ListenAddress("192.0.2.1", 0))


@pytest.mark.parametrize("host", ["a..b", "x" * 64])
def test_unknown_host_is_told(host: str) -> None:
    """A name that leads nowhere, because none can be like that, is named."""
    with pytest.raises(CannotListen, match="this host name is unknown"):
        listening_sockets(ListenAddress(host, 0))


@pytest.mark.parametrize(
    ("number", "port", "sentence"),
    [
        (errno.EACCES, 443, "this user may not use ports below 1024"),
        (errno.EACCES, 8443, "Permission denied"),
        (errno.ENOBUFS, 443, "No buffer space available"),
    ],
)
def test_refusals_of_the_system(monkeypatch: pytest.MonkeyPatch, number: int, port: int, sentence: str) -> None:
    """What the system refuses is told in a sentence; for a low port it says who may use it."""

    def refuse(host: str, port: int) -> socket.socket:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(listening, "_listening", refuse)
    with pytest.raises(CannotListen, match=sentence):
        listening_sockets(ListenAddress("127.0.0.1", port))


def test_machine_without_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no IPv6, IPv4 alone will do for all addresses."""
    listen = listening._listening

    def without_ipv6(host: str, port: int) -> socket.socket:
        if ":" in host:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        return listen(host, port)

    monkeypatch.setattr(listening, "_listening", without_ipv6)
    sockets = listening_sockets(ListenAddress("", 0))
    close(sockets)
    assert len(sockets) == 1
