"""The workloads that every tunnel can be put through, each a function from a running tunnel to figures.

Keys of the figures: `w1_p50_us`, `w2_per_second`, `w2_p99_us`, `w2_cpu_us` and one per role, `w3_per_second`,
`w3_tls_per_second`, `w3_cpu_us`, `w3_tls_cpu_us`, `w4_down_mb_s`, `w4_up_mb_s`, `w4_growth_mib` and one per role,
`w5_p99_us`, `w5_ratio`, `memory_mib`.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import Load, Small
from benchmarks.machine import wait_for_local_ports
from benchmarks.tunnel import Tunnel

Figures = dict[str, float]
TOLERATED = 0.001
"""The share of a load that may end otherwise than 2xx, such as connections that were open when it ended."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a workload works with."""

    load: Load
    big: Path
    """The large body."""
    seconds: int
    """How long each load lasts."""
    scale: float = 1.0
    """What part of the workloads' sizes is measured; less than 1 for a quick look."""

    def scaled(self, size: int) -> int:
        """Give the size that is measured for a size of the workload's."""
        return max(1, round(size * self.scale))


def one_connection(tunnel: Tunnel, bench: Bench) -> Figures:
    """W1: latency of one sender with one connection."""
    small = bench.load.small(tunnel, tunnel.url, connections=1, seconds=bench.seconds)
    return {"w1_p50_us": small.p50_us, "w1_p99_us": small.p99_us, **_told(small)}


def many_connections(tunnel: Tunnel, bench: Bench) -> Figures:
    """W2: 32 connections that stay open."""
    small = bench.load.small(tunnel, tunnel.url, connections=32, seconds=bench.seconds)
    figures = {"w2_per_second": small.per_second, "w2_p99_us": small.p99_us, **_told(small)}
    return figures | _cpu("w2", small)


def new_connections(tunnel: Tunnel, bench: Bench) -> Figures:
    """W3: a new connection for each delivery, 16 at a time, plain."""
    wait_for_local_ports()
    small = bench.load.small(tunnel, tunnel.url, connections=16, seconds=bench.seconds, close=True)
    return {"w3_per_second": small.per_second, **_told(small)} | _cpu("w3", small)


def new_secure_connections(tunnel: Tunnel, bench: Bench) -> Figures:
    """W3: the same over TLS 1.3, where the tunnel terminates it."""
    if tunnel.tls_url is None:
        return {}
    wait_for_local_ports()
    small = bench.load.small(tunnel, tunnel.tls_url, connections=16, seconds=bench.seconds, close=True)
    return {"w3_tls_per_second": small.per_second, **_told(small)} | _cpu("w3_tls", small)


def large_bodies(tunnel: Tunnel, bench: Bench) -> Figures:
    """W4: one large body down, one up, with what they cost in memory."""
    before = tunnel.memory_mib()
    tunnel.forget_peak()
    figures = {"w4_down_mb_s": bench.load.down(tunnel), "w4_up_mb_s": bench.load.up(tunnel, bench.big)}
    if tunnel.groups:
        grown = {role: peak - before[role] for role, peak in tunnel.memory_mib("VmHWM").items()}
        figures["w4_growth_mib"] = sum(grown.values())
        figures |= {f"w4_growth_{role}_mib": growth for role, growth in grown.items()}
    return figures


def small_beside_large(tunnel: Tunnel, bench: Bench) -> Figures:
    """W5: p99 of one sender while large bodies flow down and up through the same tunnel, against its p99 alone."""
    alone = bench.load.small(tunnel, tunnel.url, connections=1, seconds=bench.seconds)
    with bench.load.begin_small(tunnel, tunnel.url, connections=1, seconds=bench.seconds) as running:
        end = time.monotonic() + bench.seconds
        while time.monotonic() < end:
            bench.load.down(tunnel)
            bench.load.up(tunnel, bench.big)
        beside = bench.load.finish_small(running, bench.seconds)
    figures = {"w5_alone_p99_us": alone.p99_us, "w5_p99_us": beside.p99_us, "w5_ratio": beside.p99_us / alone.p99_us}
    return figures | {"refused": alone.refused + beside.refused, "sent": alone.deliveries + beside.deliveries}


WORKLOADS: dict[str, Callable[[Tunnel, Bench], Figures]] = {
    "W1": one_connection,
    "W2": many_connections,
    "W3": new_connections,
    "W3TLS": new_secure_connections,
    "W4": large_bodies,
    "W5": small_beside_large,
}


def measure(tunnel: Tunnel, bench: Bench, names: Iterable[str]) -> Figures:
    """Run the workloads in turn, then weigh what the tunnel's processes hold.

    A load that was not answered 2xx gives no figures: a refusal is quicker than a delivery. It is counted instead.
    """
    figures: Figures = {}
    refused = 0.0
    for name in names:
        found = WORKLOADS[name](tunnel, bench)
        bad, sent = found.pop("refused", 0.0), found.pop("sent", 0.0)
        refused += bad
        figures |= found if bad <= sent * TOLERATED else {}
    if tunnel.groups:
        figures["memory_mib"] = sum(tunnel.memory_mib().values())
    if refused:
        figures["refused"] = refused
    return figures


def _told(small: Small) -> Figures:
    return {"refused": small.refused, "sent": small.deliveries}


def _cpu(prefix: str, small: Small) -> Figures:
    if not small.cpu_us:
        return {}
    apart = {f"{prefix}_cpu_{role}_us": used for role, used in small.cpu_us.items()}
    return apart | {f"{prefix}_cpu_us": sum(small.cpu_us.values())}
