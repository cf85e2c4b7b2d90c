"""What is to be reached, as ratios to a peer or to a limit of the same run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Medians = Mapping[str, Mapping[str, float]]
"""Tunnel, figure, median."""

OURS = "hookline"
TIMES = "×"  # noqa: RUF001 - the sign for a ratio, as the tables are read


@dataclass(frozen=True, slots=True)
class Bound:
    """One figure of ours with the levels it is held against."""

    title: str
    figure: str
    peer: str
    """The tunnel whose same figure divides ours; empty: ours as it is."""
    direction: Literal["at least", "at most"]
    bound: float
    goal: float
    unit: str = TIMES
    ours: str = OURS
    added_over: str = ""
    """The tunnel whose figure is taken from both first: what is added, not what is there anyway."""

    def value(self, medians: Medians) -> float | None:
        """Give what was measured, or None when a part of it was not."""
        own = self._figure(medians, self.ours)
        if own is None or not self.peer:
            return own
        other = self._figure(medians, self.peer)
        return None if other is None or other <= 0 else own / other

    def reached(self, value: float, level: float) -> bool:
        """Say whether a value is as good as a level."""
        return value >= level if self.direction == "at least" else value <= level

    def _figure(self, medians: Medians, tunnel: str) -> float | None:
        found = medians.get(tunnel, {}).get(self.figure)
        if found is None or not self.added_over:
            return found
        base = medians.get(self.added_over, {}).get(self.figure)
        return None if base is None else found - base


BOUNDS = (
    Bound("W1 added median latency against ssh -R", "w1_p50_us", "ssh -R", "at most", 3.0, 1.5, added_over="direct"),
    Bound("W2 deliveries/s against ssh -R", "w2_per_second", "ssh -R", "at least", 0.7, 1.0),
    Bound("W2 CPU per delivery, relay and client", "w2_cpu_us", "", "at most", 200, 120, unit=" µs"),
    Bound("W3 new connections/s against ssh -R", "w3_per_second", "ssh -R", "at least", 1.5, 2.2),
    Bound("W3 over TLS 1.3 against nginx", "w3_tls_per_second", "nginx", "at least", 0.4, 0.65),
    Bound("W4 down MB/s against ssh -R", "w4_down_mb_s", "ssh -R", "at least", 0.5, 0.9),
    Bound("W4 up MB/s against ssh -R", "w4_up_mb_s", "ssh -R", "at least", 0.5, 0.9),
    Bound("W4 growth of memory", "w4_growth_mib", "", "at most", 24, 12, unit=" MiB"),
    Bound("W5 p99 beside a large body against alone", "w5_ratio", "", "at most", 4, 2),
    Bound(
        "W9 recording and verification on against off", "w2_per_second", "hookline --no-record", "at least", 0.75, 0.9
    ),
)
