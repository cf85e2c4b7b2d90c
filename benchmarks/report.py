"""Results as Markdown: medians with their spread, ratios to a base, and the bounds."""

import statistics
from collections.abc import Iterable, Mapping, Sequence

from benchmarks.bounds import BOUNDS, TIMES, Bound, Medians
from benchmarks.workloads import Figures

Results = dict[str, list[Figures]]
"""Tunnel, then a round each."""

COLUMNS = (
    ("w1_p50_us", "W1 p50 µs"),
    ("w2_per_second", "W2 /s"),
    ("w2_p99_us", "W2 p99 µs"),
    ("w2_cpu_us", "W2 CPU µs"),
    ("w2_cpu_relay_us", "relay"),
    ("w2_cpu_client_us", "client"),
    ("w3_per_second", "W3 /s"),
    ("w3_cpu_us", "W3 CPU µs"),
    ("w3_tls_per_second", "W3 TLS /s"),
    ("w3_tls_cpu_us", "W3 TLS CPU µs"),
    ("w4_down_mb_s", "W4 down MB/s"),
    ("w4_up_mb_s", "W4 up MB/s"),
    ("w4_growth_mib", "W4 growth MiB"),
    ("w5_ratio", "W5 ratio"),
    ("memory_mib", "memory MiB"),
    ("start_ms", "W7 start ms"),
    ("refused", "not 2xx"),
)
DETAILED_BELOW = 10
"""Values under this get two decimals."""


def medians(results: Results) -> Medians:
    """Give the median of every figure over the rounds in which it was measured."""
    return {
        tunnel: {key: statistics.median(_values(rounds, key)) for key in _keys(rounds)}
        for tunnel, rounds in results.items()
    }


def table(results: Results, *, base: str) -> str:
    """Give a row per tunnel: median, half the spread over the rounds in per cent, ratio to the base."""
    middle = medians(results)
    shown = [(key, title) for key, title in COLUMNS if any(key in figures for figures in middle.values())]
    lines = [["tunnel", *(title for _, title in shown)], ["---", *("--:" for _ in shown)]]
    for tunnel, rounds in results.items():
        cells = [_cell(rounds, key, middle.get(base, {}) if tunnel != base else {}) for key, _ in shown]
        lines.append([tunnel, *cells])
    return _rows(lines)


def verdicts(middle: Medians) -> str:
    """Give a row per bound that this run can judge."""
    lines = [["figure", "measured", "bound", "goal", ""], ["---", "--:", "--:", "--:", "---"]]
    for bound in BOUNDS:
        value = bound.value(middle)
        if value is not None:
            lines.append(_verdict(bound, value))
    return _rows(lines) if len(lines) > 2 else "No bound can be judged: measure hookline beside ssh -R and nginx."


def _verdict(bound: Bound, value: float) -> list[str]:
    word = "**missed**"
    if bound.reached(value, bound.goal):
        word = "goal reached"
    elif bound.reached(value, bound.bound):
        word = "bound kept"
    level = "≥" if bound.direction == "at least" else "≤"
    return [
        bound.title,
        f"{number(value)}{bound.unit}",
        f"{level} {bound.bound:g}{bound.unit}",
        f"{level} {bound.goal:g}{bound.unit}",
        word,
    ]


def number(value: float) -> str:
    """Give a figure with as many digits as it can bear."""
    return f"{value:.2f}" if abs(value) < DETAILED_BELOW else f"{value:,.0f}"


def _cell(rounds: Sequence[Figures], key: str, base: Mapping[str, float]) -> str:
    values = _values(rounds, key)
    if not values:
        return "-"
    middle = statistics.median(values)
    text = number(middle)
    if len(values) > 1 and middle:
        text += f" ±{(max(values) - min(values)) / 2 / middle:.0%}"
    if base.get(key, 0) > 0:
        text += f" ({middle / base[key]:.2f}{TIMES})"
    return text


def _values(rounds: Iterable[Figures], key: str) -> list[float]:
    return [figures[key] for figures in rounds if key in figures]


def _keys(rounds: Iterable[Figures]) -> set[str]:
    return {key for figures in rounds for key in figures}


def _rows(lines: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
