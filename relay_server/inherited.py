"""Listening sockets that the service manager opened: they stay open while one relay replaces another."""

import errno
import os
import socket
from collections.abc import MutableMapping, Sequence

from relay_server.addresses import ListenAddress
from relay_server.errors import CannotListen
from relay_server.listening import shown

_FIRST = 3
"""The first descriptor that systemd passes: sd_listen_fds(3)."""
_VARIABLES = ("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES")
_EVERYWHERE = {socket.AF_INET: "0.0.0.0", socket.AF_INET6: "::"}


class Inherited:
    """Sockets that listen already, each to be taken by the listener that has its address."""

    def __init__(self, sockets: Sequence[socket.socket] = ()) -> None:
        self._left = list(sockets)

    @classmethod
    def of(cls, environ: MutableMapping[str, str], pid: int) -> "Inherited":
        """Take over what `environ` announces to the process `pid`; what that process starts is told nothing of it.

        Raises:
            CannotListen: a descriptor is no socket that listens.
        """
        given = {name: environ.pop(name, "") for name in _VARIABLES}
        if given["LISTEN_PID"] != str(pid) or not given["LISTEN_FDS"].isdecimal():
            return cls()
        return cls([_adopted(number) for number in range(_FIRST, _FIRST + int(given["LISTEN_FDS"]))])

    def take(self, address: ListenAddress) -> list[socket.socket]:
        """Give the sockets that listen where `address` says; empty: there are none, it has to be bound."""
        found = [sock for sock in self._left if _listens_at(sock, address)]
        self._left = [sock for sock in self._left if sock not in found]
        return found

    def check_empty(self) -> None:
        """Make sure that every socket was taken; connections to one that was not would wait for ever.

        Raises:
            CannotListen: one was not.
        """
        if self._left:
            where = shown(self._left[0])
            self.close()
            raise CannotListen(
                where,
                "the service manager opened it, and no --listen or --listen-http names it",
                "make ListenStream= of the socket unit and --listen the same",
            )

    def close(self) -> None:
        """Let go of what was not taken."""
        for sock in self._left:
            sock.close()
        self._left = []


def _adopted(number: int) -> socket.socket:
    try:
        os.set_inheritable(number, False)
        sock = socket.socket(fileno=number)
        if not sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            raise OSError(errno.EINVAL, "it does not listen")  # noqa: TRY301 - told with the others
        sock.setblocking(False)
    except OSError as error:
        raise CannotListen(
            f"descriptor {number}",
            f"the service manager passed it, and it is no listening socket ({error.strerror})",
            "use ListenStream= with addresses and ports in the socket unit, with Accept=no",
        ) from error
    return sock


def _listens_at(sock: socket.socket, address: ListenAddress) -> bool:
    if sock.family not in _EVERYWHERE:
        return False
    host, port = sock.getsockname()[:2]
    if port != address.port:
        return False
    if not address.host:
        return bool(host == _EVERYWHERE[sock.family])
    return any(
        (family, where[0]) == (sock.family, host)
        for family, _, _, _, where in socket.getaddrinfo(address.host, port, type=socket.SOCK_STREAM)
    )
