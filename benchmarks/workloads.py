"""The workloads, each a function from a running tunnel to figures.

Keys of the figures: `w1_p50_us`, `w2_per_second`, `w2_p99_us`, `w2_cpu_us` and one per role, `w3_per_second`,
`w3_tls_per_second`, `w3_cpu_us`, `w3_tls_cpu_us`, `w4_down_mb_s`, `w4_up_mb_s`, `w4_growth_mib`, `w5_ratio`,
`memory_mib`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import Load, Small, finish_bulk, read_wrk
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
    before = sum(tunnel.memory_mib().values())
    tunnel.forget_peak()
    figures = {
        "w4_down_mb_s": finish_bulk(bench.load.begin_down(tunnel)),
        "w4_up_mb_s": finish_bulk(bench.load.begin_up(tunnel, bench.big)),
    }
    if tunnel.groups:
        figures["w4_growth_mib"] = sum(tunnel.memory_mib("VmHWM").values()) - before
    return figures


def small_beside_large(tunnel: Tunnel, bench: Bench) -> Figures:
    """W5: p99 of one sender while large bodies flow through the same tunnel, against its p99 alone."""
    alone = bench.load.small(tunnel, tunnel.url, connections=1, seconds=bench.seconds)
    beside = bench.load.begin_small(tunnel, tunnel.url, connections=1, seconds=bench.seconds)
    end = time.monotonic() + bench.seconds
    while time.monotonic() < end:
        finish_bulk(bench.load.begin_down(tunnel))
    small = read_wrk(beside.communicate()[0], {})
    return {"w5_p99_us": small.p99_us, "w5_ratio": small.p99_us / alone.p99_us}


WORKLOADS: dict[str, Callable[[Tunnel, Bench], Figures]] = {
    "w1": one_connection,
    "w2": many_connections,
    "w3": new_connections,
    "w3tls": new_secure_connections,
    "w4": large_bodies,
    "w5": small_beside_large,
}


def measure(tunnel: Tunnel, bench: Bench, names: list[str]) -> Figures:
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
