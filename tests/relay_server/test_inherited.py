"""Sockets that a service manager opened."""

import os
import socket
import subprocess
import sys
from contextlib import ExitStack

import pytest

from relay_server.addresses import ListenAddress
from relay_server.errors import CannotListen
from relay_server.inherited import Inherited
from relay_server.listening import listening_sockets


def listening(host: str = "127.0.0.1") -> tuple[socket.socket, int]:
    """Give a socket that listens, and its port."""
    (sock,) = listening_sockets(ListenAddress(host, 0))
    return sock, sock.getsockname()[1]


def test_listener_takes_the_socket_with_its_address() -> None:
    """What is listened on already is not bound again; other addresses are."""
    with ExitStack() as stack:
        (one, port), (two, other) = listening(), listening()
        stack.enter_context(one)
        stack.enter_context(two)
        inherited = Inherited([one, two])
        assert inherited.take(ListenAddress("localhost", port)) == [one]
        assert inherited.take(ListenAddress("127.0.0.1", port)) == []
        assert inherited.take(ListenAddress("", other)) == []
        assert inherited.take(ListenAddress("127.0.0.1", other)) == [two]
        inherited.check_empty()


def test_listener_on_all_addresses_takes_both_families() -> None:
    """`--listen 443` is served by what the service manager opened for IPv4 and for IPv6."""
    with ExitStack() as stack:
        both = [stack.enter_context(sock) for sock in listening_sockets(ListenAddress("", 0))]
        assert Inherited(both).take(ListenAddress("", both[0].getsockname()[1])) == both


def test_socket_that_nobody_takes_is_told() -> None:
    """Connections to it would wait for ever."""
    sock, port = listening()
    with pytest.raises(CannotListen, match=f"127.0.0.1:{port}.*ListenStream="):
        Inherited([sock]).check_empty()
    assert sock.fileno() == -1


@pytest.mark.parametrize(
    "environ",
    [{}, {"LISTEN_FDS": "1"}, {"LISTEN_FDS": "1", "LISTEN_PID": "1"}, {"LISTEN_FDS": "x", "LISTEN_PID": "77"}],
)
def test_what_is_meant_for_another_process_is_left_alone(environ: dict[str, str]) -> None:
    """Descriptors are taken over only by the process that is named; nobody after us is told of them."""
    given = dict(environ)
    Inherited.of(given, 77).check_empty()
    assert given == {}


PROGRAM = """
import os
from relay_server.addresses import ListenAddress
from relay_server.errors import CannotListen
from relay_server.inherited import Inherited
os.environ["LISTEN_PID"] = str(os.getpid())
try:
    found = Inherited.of(os.environ, os.getpid()).take(ListenAddress("127.0.0.1", int(os.environ["PORT"])))
    print([sock.getsockname()[1] for sock in found], os.get_inheritable(3))
except CannotListen as error:
    print(error)
"""


def run(descriptor: int, port: int) -> str:
    """Run the program with a socket as its descriptor 3."""
    script = f'exec {sys.executable} -c "$0" 3<&{descriptor}'
    env = {**os.environ, "LISTEN_FDS": "1", "PORT": str(port)}
    done = subprocess.run(
        ["bash", "-c", script, PROGRAM], env=env, pass_fds=[descriptor], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_descriptors_begin_with_three() -> None:
    """As systemd passes them."""
    sock, port = listening()
    with sock:
        assert run(sock.fileno(), port) == f"[{port}] False"


def test_descriptor_that_does_not_listen_is_told() -> None:
    """A socket unit with Accept=yes passes connections, which is not what a relay can use."""
    with socket.socket() as sock:
        assert "no listening socket" in run(sock.fileno(), 1)
