"""W6 and W11: what many tunnels, and many slow senders, cost the relay."""

import resource
import sys
import time
from pathlib import Path

from benchmarks.bounds import SIZES
from benchmarks.hookline import DOMAIN, Hookline
from benchmarks.links import names
from benchmarks.machine import LOOPBACK
from benchmarks.stage import wait_until_answering
from benchmarks.tunnel import Place
from benchmarks.workloads import Bench, Figures

TUNNELS = 1000
CONNECTIONS = 10_000
SPARE_FILES = 500
"""File descriptors that a program needs beside the connections."""
LINK_SECONDS = 60.0
CONNECT_SECONDS = 60.0
REST_SECONDS = 1.0
"""Until what was needed to open them is given back."""


class HooklineMany(Hookline):
    """A relay with many tunnels, held by one program that answers each delivery itself."""

    name = "hookline with many tunnels"
    relay_options = ("--trusted-proxy", LOOPBACK)
    """Of a proxy's connections any number may be open; of one sender's or client's address, 1,000."""

    def __init__(self, place: Place, count: int, *, label: str) -> None:
        super().__init__(place)
        self.directory = self.directory.with_name(label)
        self.host = f"t0000.{DOMAIN}"
        self.hosts = [f"{name}.{DOMAIN}" for name in names(count)]

    def start(self) -> None:
        """Start the relay and hold the tunnels."""
        self.start_relay()
        self.hold_tunnels()

    def hold_tunnels(self) -> None:
        """Open them and wait until all are there."""
        count = str(len(self.hosts))
        words: list[str | Path] = [str(self.relay_port), self.place.certificate, count, self.relay_directory]
        self.group("client").start([sys.executable, "-m", "benchmarks.links", *words])
        self.group("client").wait_for_line("ready", seconds=LINK_SECONDS)


def memory(place: Place, bench: Bench) -> Figures:
    """W6: resident memory of the relay, for each idle tunnel and for each slow connection."""
    return _of_tunnels(place, bench.scaled(TUNNELS)) | _of_connections(place, bench.scaled(CONNECTIONS))


def _of_tunnels(place: Place, count: int) -> Figures:
    tunnel = HooklineMany(place, count, label="idle")
    try:
        tunnel.start_relay()
        time.sleep(REST_SECONDS)
        before = tunnel.group("relay").memory_mib()
        tunnel.hold_tunnels()
        time.sleep(REST_SECONDS)
        return {"w6_tunnel_kib": (tunnel.group("relay").memory_mib() - before) * 1024 / count, "w6_tunnels": count}
    finally:
        tunnel.stop()


def _of_connections(place: Place, count: int) -> Figures:
    count = min(count, allow_files(count + SPARE_FILES) - SPARE_FILES)
    tunnel = Hookline(place)
    tunnel.directory = tunnel.directory.with_name("slow")
    try:
        tunnel.start()
        wait_until_answering(tunnel)
        time.sleep(REST_SECONDS)
        relay, senders = tunnel.group("relay"), tunnel.group("senders")
        before, files = relay.memory_mib(), relay.files()
        senders.start([sys.executable, "-m", "benchmarks.slow", str(tunnel.relay_port), tunnel.host, str(count)])
        senders.wait_for_line("ready", seconds=CONNECT_SECONDS)
        time.sleep(REST_SECONDS)
        held = relay.files() - files
        if held < count * 0.99:
            raise RuntimeError(f"the relay holds {held} of {count} slow connections")
        return {"w6_connection_kib": (relay.memory_mib() - before) * 1024 / held, "w6_connections": held}
    finally:
        tunnel.stop()


def allow_files(wanted: int) -> int:
    """Have this process and its children open so many files; give how many they may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        return most
    return soft


def growth(place: Place, bench: Bench) -> Figures:
    """W11: W2 through 1, 10, 100 and 1,000 tunnels in turn, on one relay."""
    figures: Figures = {}
    for size in SIZES:
        tunnel = HooklineMany(place, bench.scaled(size), label=f"many-{size}")
        try:
            tunnel.start()
            wait_until_answering(tunnel)
            small = bench.load.small(tunnel, tunnel.url, connections=32, seconds=bench.seconds)
            relay = tunnel.group("relay").memory_mib()
        finally:
            tunnel.stop()
        if small.refused > small.deliveries * 0.001:
            raise RuntimeError(f"{small.refused} of {small.deliveries} deliveries through {size} tunnels were refused")
        figures |= {
            f"w11_{size}_per_second": small.per_second,
            f"w11_{size}_p99_us": small.p99_us,
            f"w11_{size}_cpu_us": small.cpu_us["relay"],
            f"w11_{size}_memory_mib": relay,
        }
    return figures | {"w11_ratio": figures["w11_1000_per_second"] / figures["w11_1_per_second"]}
