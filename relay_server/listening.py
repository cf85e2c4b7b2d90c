"""Sockets of the public door; why an address cannot be listened on is told in a sentence."""

import errno
import socket

from relay_server.addresses import ListenAddress, bracketed
from relay_server.errors import CannotListen

BACKLOG = 1024
"""Connections that the kernel keeps until they are accepted."""

_OPTIONS = (
    (socket.SOL_SOCKET, "SO_REUSEADDR", 1),
    (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
    (socket.IPPROTO_TCP, "TCP_KEEPIDLE", 30),
    (socket.IPPROTO_TCP, "TCP_KEEPINTVL", 15),
    (socket.IPPROTO_TCP, "TCP_KEEPCNT", 4),
)
"""What is accepted inherits them: a peer that vanished is given up after 90 s at the latest."""
_FIRST_FREE_PORT = 1024
_NO_SUCH_FAMILY = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)


def listening_sockets(address: ListenAddress) -> list[socket.socket]:
    """Listen on every host of `address`, on one port.

    On all addresses of a machine without IPv6, IPv4 alone will do.

    Raises:
        CannotListen: says why, and what to do.
    """
    found: list[socket.socket] = []
    port = address.port
    for host in address.hosts:
        try:
            found.append(_listening(host, port))
        except OSError as error:
            if found and error.errno in _NO_SUCH_FAMILY:
                continue
            for sock in found:
                sock.close()
            raise _explained(f"{bracketed(host)}:{port}", port, error) from error
        port = found[0].getsockname()[1]
    return found


def shown(sock: socket.socket) -> str:
    """Give a socket's address as it is written."""
    host, port = sock.getsockname()[:2]
    return f"{bracketed(host)}:{port}"


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except UnicodeError as error:
        raise socket.gaierror(socket.EAI_NONAME, "no host name") from error
    sock = socket.socket(family, kind, protocol)
    try:
        for level, name, value in _OPTIONS:
            if hasattr(socket, name):
                sock.setsockopt(level, getattr(socket, name), value)
        if family == socket.AF_INET6:
            # IPv4 has a socket of its own; through this one its addresses would look like ::ffff:192.0.2.1.
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.setblocking(False)
        sock.bind(address)
        sock.listen(BACKLOG)
    except BaseException:
        sock.close()
        raise
    return sock


def _explained(address: str, port: int, error: OSError) -> CannotListen:
    if isinstance(error, socket.gaierror):
        return CannotListen(address, "this host name is unknown", "write an address of this machine, or a port alone")
    if error.errno == errno.EADDRINUSE:
        return CannotListen(
            address,
            "another program listens there",
            f"end it (ss -ltnp 'sport = :{port}' shows it), or choose another port with --listen",
        )
    if error.errno in (errno.EACCES, errno.EPERM) and port < _FIRST_FREE_PORT:
        return CannotListen(
            address,
            f"this user may not use ports below {_FIRST_FREE_PORT}",
            "run it as the systemd service of docs/relay.md, which may, or choose another port with --listen 8443",
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return CannotListen(address, "this machine has no such address", "ip addr lists those it has")
    return CannotListen(address, error.strerror or str(error), "choose another address with --listen")
