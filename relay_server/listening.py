"""Why an address cannot be listened on, in a sentence; and a free port where any will do."""

import errno
import socket
from collections.abc import Awaitable, Callable

from relay_server.addresses import ListenAddress, bracketed
from relay_server.errors import CannotListen

Listen = Callable[[str, int], Awaitable[int]]
"""Listens on a host and port and gives the bound port."""

_FIRST_FREE_PORT = 1024
_NO_SUCH_FAMILY = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)


async def listen_on(address: ListenAddress, listen: Listen) -> int:
    """Listen on every host of `address`, on one port; give it.

    On all addresses of a machine without IPv6, IPv4 alone will do.

    Raises:
        CannotListen: says why, and what to do.
    """
    port = address.port
    for count, host in enumerate(address.hosts):
        try:
            port = await listen(host, port)
        except OSError as error:
            if count and error.errno in _NO_SUCH_FAMILY:
                continue
            raise _explained(f"{bracketed(host)}:{port}", port, error) from error
    return port


def free_port(host: str) -> int:
    """Give a port that is free on `host` at this moment.

    For URLs that must be known before the listener is: nothing but chance takes the port in between.

    Raises:
        CannotListen: the host is none of this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or "0.0.0.0", 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.bind(address)
            port: int = probe.getsockname()[1]
    except OSError as error:
        raise _explained(f"{bracketed(host)}:0", 0, error) from error
    return port


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
