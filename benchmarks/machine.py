"""What this machine gives a measurement: its tools, its ports, its description."""

import os
import platform
import shutil
import socket
import time
from pathlib import Path
from typing import NamedTuple

LOOPBACK = "127.0.0.1"
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
PORTS = 4000
"""So many are used, below those of outgoing connections: none of these ever sits on a listener's."""
TIME_WAIT_LIMIT = 20000
"""Connections in TIME_WAIT above which the next load would run out of local ports (28,232 by default)."""


class MissingTool(Exception):  # noqa: N818 - reads as the sentence it is
    """A program that the measurement stands on is not installed."""


class Tool(NamedTuple):
    """A program of Debian's that is needed, with where it comes from."""

    command: str
    package: str
    purpose: str


LOAD = Tool("wrk", "wrk", "makes the load")
NGINX = Tool("nginx", "nginx-light", "is the local app, and the proxy that is compared with")
CURL = Tool("curl", "curl", "moves the large bodies")
SSHD = Tool("sshd", "openssh-server", "is the relay side of `ssh -R`, the peer of the ratios")
SSH = Tool("ssh", "openssh-client", "is the client side of `ssh -R`, the peer of the ratios")


def find(command: str) -> str | None:
    """Give the path of a program on PATH or in the system's directories, or None."""
    return shutil.which(command, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def require(*tools: Tool) -> None:
    """See that the programs are here.

    Raises:
        MissingTool: names each that is not, what it is for, and how to get it.
    """
    missing = [tool for tool in tools if find(tool.command) is None]
    if missing:
        reasons = "; ".join(f"{tool.command} {tool.purpose}" for tool in missing)
        packages = " ".join(tool.package for tool in missing)
        raise MissingTool(f"Not installed: {reasons}. On Debian: apt-get install {packages}")


def first_ephemeral() -> int:
    """Give the lowest port that an outgoing connection may have."""
    return max(int(EPHEMERAL.read_text(encoding="ascii").split()[0]), 2 * PORTS + 1025)


class Ports:
    """Gives ports of the loopback address, each once."""

    def __init__(self) -> None:
        self._last = first_ephemeral() - PORTS - 1
        self._first = self._last - PORTS + 1
        self._next = self._first + os.getpid() % PORTS

    def take(self) -> int:
        """Give a port that nothing listens on."""
        for _ in range(PORTS):
            port = self._next
            self._next = self._first if port == self._last else port + 1
            with socket.socket() as probe:
                try:
                    probe.bind((LOOPBACK, port))
                except OSError:
                    continue
            return port
        raise MissingTool(f"No free port between {self._first} and {self._last} on {LOOPBACK}.")


def wait_for_port(port: int, *, seconds: float = 15.0) -> None:
    """Wait until something accepts connections on the port.

    Raises:
        TimeoutError: nothing did in time.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection((LOOPBACK, port), 0.3).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise TimeoutError(f"nothing listens on {LOOPBACK}:{port} after {seconds:.0f} s")


def wait_for_local_ports(*, seconds: float = 70.0) -> None:
    """Wait until closed connections no longer hold the local ports that the next load needs.

    Linux reuses them on loopback by itself, unless tcp_tw_reuse is 0 (ip-sysctl).
    """
    setting = Path("/proc/sys/net/ipv4/tcp_tw_reuse")
    if setting.exists() and setting.read_text(encoding="ascii").strip() != "0":
        return
    end = time.monotonic() + seconds
    while _time_wait() > TIME_WAIT_LIMIT and time.monotonic() < end:
        time.sleep(0.5)


def _time_wait() -> int:
    try:
        lines = Path("/proc/net/sockstat").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    for line in lines:
        if line.startswith("TCP:"):
            words = line.split()
            return int(words[words.index("tw") + 1])
    return 0


def describe() -> str:
    """Give the machine in a line: processor, cores, kernel, Python."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    return (
        f"{model}, {cores} cores, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, load {load:.1f} at the start"
    )
