"""Every workload with what it is, how long it takes, and whom it is measured beside; and the plan of a run."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from benchmarks.hookline import Hookline, HooklineUnrecorded, HooklineUnverified, HooklineWatched
from benchmarks.own import OWN
from benchmarks.peers import Chisel, Direct, Frp, FrpWebSocket, NginxProxy, Rathole, Ssh
from benchmarks.tunnel import Tunnel
from benchmarks.workloads import WORKLOADS

PEERS: tuple[type[Tunnel], ...] = (Direct, NginxProxy, Ssh, Frp, FrpWebSocket, Chisel, Rathole)
VARIANTS: tuple[type[Tunnel], ...] = (HooklineUnverified, HooklineUnrecorded, HooklineWatched)
START_SECONDS = 1.0
"""Of a tunnel, until it answers."""


@dataclass(frozen=True, slots=True)
class Workload:
    """What a person who chooses is told."""

    id: str
    about: str
    beside: tuple[type[Tunnel], ...] = ()
    """The peers that its bounds are ratios to."""
    loads: float = 0.0
    """How many loads of `--seconds` it makes of each tunnel."""
    other_seconds: float = 0.0
    """What it takes beside them."""
    usual: bool = True
    """Measured when nothing is chosen."""


CATALOGUE = (
    Workload("W1", "latency of one sender with one connection", (Direct, Ssh), loads=1),
    Workload("W2", "deliveries/s and CPU per delivery, 32 connections that stay open", (Ssh,), loads=1),
    Workload("W3", "a new connection for each delivery, 16 at a time, plain", (Ssh,), loads=1),
    Workload("W3TLS", "the same over TLS 1.3, where the tunnel terminates it", (NginxProxy,), loads=1),
    Workload("W4", "a body of 256 MiB down, one up: MB/s and growth of memory", (Ssh,), other_seconds=2),
    Workload("W5", "p99 of one sender while such bodies flow through the same tunnel", loads=2, other_seconds=1),
    Workload(
        "W6", "relay memory for each of 1,000 idle tunnels, of 10,000 slow TLS senders", other_seconds=45, usual=False
    ),
    Workload("W7", "start of `hookline http`: to the URL on the terminal, to the first answer", other_seconds=6),
    Workload(
        "W8", "the TUI over 100,000 rows while 1,000/s arrive; a body of 5 MB", loads=2, other_seconds=25, usual=False
    ),
    Workload("W9", "W2 without recording, without verification, with the TUI attached"),
    Workload(
        "W10", "a history of 100,000 deliveries: page, filter, search, start, pruning", other_seconds=60, usual=False
    ),
    Workload("W11", "W2 through 1, 10, 100 and 1,000 tunnels of one relay", loads=4, other_seconds=20, usual=False),
)
BY_ID = {workload.id: workload for workload in CATALOGUE}


@dataclass(frozen=True, slots=True)
class Step:
    """A tunnel with the workloads that it is put through in a round."""

    tunnel: type[Tunnel]
    workloads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a round consists of."""

    steps: tuple[Step, ...]
    own: tuple[str, ...]
    left_out: tuple[str, ...]
    """Workloads that were not chosen."""
    seconds: float
    """About how long a round takes."""


def make_plan(ids: Collection[str], peers: Collection[type[Tunnel]] | None, *, seconds: int) -> Plan:
    """Decide which tunnel is put through which workload.

    Args:
        ids: the workloads; empty: the usual ones.
        peers: tunnels to go through all of them; None: each workload's own peers through that one.
        seconds: length of a load.
    """
    chosen = [one.id for one in CATALOGUE if (one.id in ids if ids else one.usual)]
    shared = [name for name in chosen if name in WORKLOADS]
    variants = "W9" in chosen
    ours = [*shared, "W2"] if variants and "W2" not in shared else shared
    steps = [Step(kind, _through(kind, shared, peers)) for kind in PEERS]
    steps.append(Step(Hookline, tuple(ours)))
    steps += [Step(kind, ("W2",)) for kind in VARIANTS if variants]
    steps = [step for step in steps if step.workloads]
    own = tuple(name for name in chosen if name in OWN)
    return Plan(
        steps=tuple(steps),
        own=own,
        left_out=tuple(one.id for one in CATALOGUE if one.id not in chosen),
        seconds=sum(START_SECONDS + _length(step.workloads, seconds) for step in steps) + _length(own, seconds),
    )


def _through(kind: type[Tunnel], shared: Sequence[str], peers: Collection[type[Tunnel]] | None) -> tuple[str, ...]:
    """Give the workloads that a peer goes through; W1's ratio needs the direct call whatever is asked for."""
    wanted = peers is None or kind is Direct
    return tuple(name for name in shared if (wanted and kind in BY_ID[name].beside) or (peers and kind in peers))


def _length(names: Sequence[str], seconds: int) -> float:
    return sum(BY_ID[name].loads * seconds + BY_ID[name].other_seconds for name in names)


def listing(*, seconds: int) -> str:
    """Give what each workload is and about how long a round of it takes, a line each, for `--help`."""
    lines = []
    for one in CATALOGUE:
        length = make_plan([one.id], None, seconds=seconds).seconds
        lines.append(f"{one.id:<6} {length:>3.0f} s  {one.about}{'' if one.usual else ' *'}")
    return "\n".join(lines)
