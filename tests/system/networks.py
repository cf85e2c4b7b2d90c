"""Hosts of their own for clients: network namespaces, each joined to the test's by a wire that nftables damages."""

import asyncio
import contextlib
import ctypes
import os
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence

from tests.conftest import find
from tests.system.listening import listening

_CLONE_NEWNET = 0x40000000
_HELD_SECONDS = "600"
"""What holds a namespace ends by itself, should the test not."""
_OURS = "/proc/thread-self/ns/net"

_libc = ctypes.CDLL(None, use_errno=True)


class Host:
    """A namespace with one interface, `far`; ours has the other end."""

    def __init__(self, number: int, here: int) -> None:
        self._here = here
        self._near = f"near{number}"
        self.gateway = f"10.77.{number}.1"
        """Our end's address."""
        self.address = f"10.77.{number}.2"
        _leave_for_a_new_one()
        try:
            self._holder = subprocess.Popen([_tool("sleep"), _HELD_SECONDS], stdin=subprocess.DEVNULL)
            self._there = os.open(_OURS, os.O_RDONLY)
        finally:
            _go(here)
        self.enter: Sequence[str] = (_tool("nsenter"), f"--net=/proc/{self._holder.pid}/ns/net", "--")
        """Before a command: it runs on this host."""
        _run("ip", "link", "add", self._near, "type", "veth", "peer", "name", "far", "netns", str(self._holder.pid))
        _run("ip", "address", "add", f"{self.gateway}/24", "dev", self._near)
        _run("ip", "link", "set", self._near, "up")
        for words in (("link", "set", "lo", "up"), ("link", "set", "far", "up")):
            self.run("ip", *words)
        self.run("ip", "address", "add", f"{self.address}/24", "dev", "far")
        self.run("nft", "add table inet t")
        for hook in ("input", "output"):
            self.run("nft", f"add chain inet t {hook} {{ type filter hook {hook} priority 0; }}")

    def run(self, tool: str, *words: str) -> None:
        """Run one of the network's tools on this host."""
        subprocess.run([*self.enter, _tool(tool), *words], check=True, stdin=subprocess.DEVNULL)

    def damage(self, hook: str, rule: str) -> None:
        """Add a rule for what comes in (`input`) or goes out (`output`)."""
        self.run("nft", f"add rule inet t {hook} {rule}")

    def heal(self) -> None:
        """Take all rules away."""
        self.run("nft", "flush table inet t")

    def move(self) -> None:
        """Give it another address instead; connections from the old one hear nothing any more."""
        network, _, last = self.address.rpartition(".")
        address = f"{network}.{int(last) + 1}"
        self.run("ip", "address", "del", f"{self.address}/24", "dev", "far")
        self.run("ip", "address", "add", f"{address}/24", "dev", "far")
        self.address = address

    @contextlib.asynccontextmanager
    async def lending(self, port: int) -> AsyncIterator[None]:
        """Make its 127.0.0.1:`port` reachable as ours, for as long as the block runs."""

        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            """Carry one connection."""
            _go(self._there)
            try:
                inner = socket.socket()
            finally:
                _go(self._here)
            inner.setblocking(False)
            try:
                await asyncio.get_running_loop().sock_connect(inner, ("127.0.0.1", port))
            except OSError:
                inner.close()
                raise
            theirs, there = await asyncio.open_connection(sock=inner)
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(_pass_on(reader, there))
                    tasks.create_task(_pass_on(theirs, writer))
            finally:
                there.close()

        async with listening(carry, port=port):
            yield

    def end(self) -> None:
        """Let go of it; the wire goes with it."""
        self._holder.kill()
        self._holder.wait()
        os.close(self._there)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()


@contextlib.contextmanager
def hosts(count: int) -> Iterator[list[Host]]:
    """Give hosts, with this thread in a namespace of its own beside them; afterwards it is back where it was.

    Raises:
        AssertionError: this user may make no namespaces; says what to do.
    """
    before = os.open(_OURS, os.O_RDONLY)
    made: list[Host] = []
    try:
        _leave_for_a_new_one()
        here = os.open(_OURS, os.O_RDONLY)
        try:
            _run("ip", "link", "set", "lo", "up")
            made.extend(Host(number, here) for number in range(1, count + 1))
            yield made
        finally:
            for host in made:
                host.end()
            _go(before)
            os.close(here)
    finally:
        os.close(before)


def _leave_for_a_new_one() -> None:
    if _libc.unshare(_CLONE_NEWNET):
        raise AssertionError(
            f"this test makes network namespaces, and may not ({os.strerror(ctypes.get_errno())}): "
            "run it as root, or in a container with CAP_SYS_ADMIN and CAP_NET_ADMIN"
        )


def _go(namespace: int) -> None:
    if _libc.setns(namespace, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def _run(tool: str, *words: str) -> None:
    subprocess.run([_tool(tool), *words], check=True, stdin=subprocess.DEVNULL)


def _tool(name: str) -> str:
    path = find(name)
    assert path, f"this test needs `{name}`: apt-get install iproute2 nftables util-linux"
    return path
