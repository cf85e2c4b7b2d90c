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
    ("w5_alone_p99_us", "W5 alone p99 µs"),
    ("w5_p99_us", "W5 p99 µs"),
    ("memory_mib", "memory MiB"),
    ("start_ms", "start ms"),
    ("refused", "not 2xx"),
)
MISSED = "**missed**"
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
    if not shown:
        return ""
    lines = [["tunnel", *(title for _, title in shown)], ["---", *("--:" for _ in shown)]]
    for tunnel, rounds in results.items():
        if not any(key in middle[tunnel] for key, _ in shown):
            continue
        cells = [_cell(rounds, key, middle.get(base, {}) if tunnel != base else {}) for key, _ in shown]
        lines.append([tunnel, *cells])
    return _rows(lines)


def verdicts(results: Results) -> str:
    """Give a row per figure of Hookline's that this run has, with the spread where it is no ratio."""
    middle = medians(results)
    lines = [["figure", "measured", "bound", "goal", ""], ["---", "--:", "--:", "--:", "---"]]
    for bound in BOUNDS:
        value = bound.value(middle)
        if value is not None:
            spread = "" if bound.peer else _spread(_values(results[bound.ours], bound.figure))
            lines.append(_verdict(bound, value, spread))
    return _rows(lines) if len(lines) > 2 else "No bound can be judged: measure Hookline beside ssh -R and nginx."


def _verdict(bound: Bound, value: float, spread: str) -> list[str]:
    word = "" if bound.bound is None else MISSED
    if bound.reached(value, bound.goal):
        word = "goal reached"
    elif bound.reached(value, bound.bound):
        word = "bound kept"
    sign = "≥" if bound.direction == "at least" else "≤"
    levels = ["" if level is None else f"{sign} {level:g}{bound.unit}" for level in (bound.bound, bound.goal)]
    return [bound.title, f"{number(value)}{bound.unit}{spread}", *levels, word]


def number(value: float) -> str:
    """Give a figure with as many digits as it can bear."""
    return f"{value:.2f}" if abs(value) < DETAILED_BELOW else f"{value:,.0f}"


def _cell(rounds: Sequence[Figures], key: str, base: Mapping[str, float]) -> str:
    values = _values(rounds, key)
    if not values:
        return "-"
    middle = statistics.median(values)
    text = number(middle) + _spread(values)
    if base.get(key, 0) > 0:
        text += f" ({middle / base[key]:.2f}{TIMES})"
    return text


def _spread(values: Sequence[float]) -> str:
    """Give half the distance of the extremes, in per cent of the median."""
    middle = statistics.median(values)
    return f" ±{(max(values) - min(values)) / 2 / abs(middle):.0%}" if len(values) > 1 and middle else ""


def _values(rounds: Iterable[Figures], key: str) -> list[float]:
    return [figures[key] for figures in rounds if key in figures]


def _keys(rounds: Iterable[Figures]) -> set[str]:
    return {key for figures in rounds for key in figures}


def _rows(lines: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
