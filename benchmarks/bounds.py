"""What is to be reached, as ratios to a peer or to a limit of the same run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Medians = Mapping[str, Mapping[str, float]]
"""Tunnel, figure, median."""

OURS = "hookline"
UNVERIFIED = f"{OURS} without --verify"
UNRECORDED = f"{OURS} --no-record"
WATCHED = f"{OURS} with its TUI"
SSH = "ssh -R"
SIZES = (1, 10, 100, 1000)
"""Tunnels of one relay, in W11."""

TIMES = "×"  # noqa: RUF001 - the sign for a ratio, as the tables are read


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One figure of ours with the levels it is held against."""

    title: str
    figure: str
    peer: str = ""
    """The tunnel whose same figure divides ours; empty: ours as it is."""
    direction: Literal["at least", "at most"] = "at most"
    bound: float | None = None
    """None: it is shown, and held against nothing."""
    goal: float | None = None
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

    def reached(self, value: float, level: float | None) -> bool:
        """Say whether a value is as good as a level; none is reached where there is none."""
        if level is None:
            return False
        return value >= level if self.direction == "at least" else value <= level

    def _figure(self, medians: Medians, tunnel: str) -> float | None:
        found = medians.get(tunnel, {}).get(self.figure)
        if found is None or not self.added_over:
            return found
        base = medians.get(self.added_over, {}).get(self.figure)
        return None if base is None else found - base


def _measured(workload: str, unit: str, *figures: tuple[str, str]) -> Iterator[Bound]:
    """Give the rows of figures that have no bound, each of a title and its key."""
    for title, figure in figures:
        yield Bound(title=f"{workload} {title}", figure=figure, unit=unit)


def _against_ssh(title: str, figure: str, bound: float, goal: float) -> Bound:
    return Bound(title=f"{title} against {SSH}", figure=figure, peer=SSH, direction="at least", bound=bound, goal=goal)


def _cost(what: str, ours: str, peer: str, bound: float | None = None, goal: float | None = None) -> Bound:
    """Give a row of W9: the deliveries/s of one way of running Hookline against those of another."""
    title = f"W9 deliveries/s, {what}"
    return Bound(
        title=title, figure="w2_per_second", ours=ours, peer=peer, direction="at least", bound=bound, goal=goal
    )


def _history(title: str, figure: str, bound: float) -> Bound:
    return Bound(title=f"W10 {title}", figure=f"w10_{figure}_ms", bound=bound, unit=" ms")


def _size(number: int) -> Iterator[Bound]:
    """Give the rows of W11 for so many tunnels."""
    name = f"through {number:,} tunnel{'s' if number > 1 else ''}"
    yield from _measured("W11", "", (f"deliveries/s {name}", f"w11_{number}_per_second"))
    yield from _measured("W11", " µs", (f"p99 {name}", f"w11_{number}_p99_us"))
    yield from _measured("W11", " µs", (f"relay CPU per delivery {name}", f"w11_{number}_cpu_us"))


BOUNDS = (
    Bound(
        title=f"W1 added median latency against {SSH}",
        figure="w1_p50_us",
        peer=SSH,
        bound=3.0,
        goal=1.5,
        added_over="direct",
    ),
    _against_ssh("W2 deliveries/s", "w2_per_second", 0.7, 1.0),
    Bound(title="W2 CPU per delivery, relay and client", figure="w2_cpu_us", bound=200, goal=120, unit=" µs"),
    _against_ssh("W3 new connections/s", "w3_per_second", 1.5, 2.2),
    Bound(
        title="W3 over TLS 1.3 against nginx",
        figure="w3_tls_per_second",
        peer="nginx",
        direction="at least",
        bound=0.4,
        goal=0.65,
    ),
    _against_ssh("W4 down MB/s", "w4_down_mb_s", 0.5, 0.9),
    _against_ssh("W4 up MB/s", "w4_up_mb_s", 0.5, 0.9),
    Bound(title="W4 growth of memory, relay and client", figure="w4_growth_mib", bound=24, goal=12, unit=" MiB"),
    *_measured(
        "W4", " MiB", ("of that the relay's", "w4_growth_relay_mib"), ("of that the client's", "w4_growth_client_mib")
    ),
    Bound(title="W5 p99 beside a large body against alone", figure="w5_ratio", bound=4, goal=2),
    Bound(title="W6 relay memory per idle tunnel", figure="w6_tunnel_kib", bound=120, goal=60, unit=" KiB"),
    Bound(title="W6 relay memory per slow TLS sender", figure="w6_connection_kib", bound=100, goal=45, unit=" KiB"),
    *_measured(
        "W7",
        " ms",
        ("start to the URL on the terminal", "w7_url_ms"),
        ("start to the first delivery answered", "w7_first_ms"),
        ("start to the first picture of the TUI", "w7_interface_ms"),
    ),
    *_measured(
        "W8",
        " ms",
        ("TUI start over the long history", "w8_start_ms"),
        ("key to paint, median", "w8_key_p50_ms"),
        ("key to paint, p95", "w8_key_p95_ms"),
        ("opening a JSON body of 5 MB", "w8_body_ms"),
    ),
    *_measured("W8", " MiB", ("TUI memory", "w8_memory_mib"), ("its peak with the large body", "w8_peak_mib")),
    *_measured("W8", " %", ("TUI processor, of one core", "w8_cpu_percent")),
    *_measured("W8", "/s", ("arrived meanwhile", "w8_arrived_per_second")),
    _cost("recording and verification on against off", OURS, UNRECORDED, 0.75, 0.9),
    _cost("recording alone against off", UNVERIFIED, UNRECORDED),
    _cost("verification on against recording alone", OURS, UNVERIFIED),
    _cost("TUI attached against not", WATCHED, OURS),
    _history("start to the first recorded answer", "start", 300),
    _history("a page of 100", "page", 5),
    _history("a filter on columns", "column_filter", 20),
    _history("a search through bodies", "body_search", 500),
    _history("longest exchange while pruning", "longest_exchange_while_pruning", 20),
    *_measured("W10", " µs", ("recording, each", "w10_recording_us")),
    *(row for number in SIZES for row in _size(number)),
    *_measured("W11", TIMES, ("deliveries/s, 1,000 tunnels against one", "w11_ratio")),
)
"""The rows of the second table, in their order."""
