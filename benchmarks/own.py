"""The workloads that are Hookline's alone: each makes what it needs, and gives its figures."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.history import BOUNDS, LEAST
from benchmarks.interface import interface
from benchmarks.many import growth, memory
from benchmarks.processes import Group
from benchmarks.starting import start_up
from benchmarks.tunnel import Place
from benchmarks.workloads import Bench, Figures

HISTORY = 100_000
HISTORY_SECONDS = 300.0
HISTORY_KEYS = {name: f"w10_{name.replace(' ', '_')}_ms" for name in BOUNDS}


def long_history(place: Place, bench: Bench) -> Figures:
    """W10: start, page, filters, search and pruning over 100,000 deliveries, in a process of its own."""
    group = Group(place.directory)
    deliveries = max(LEAST, bench.scaled(HISTORY))
    words: list[str | Path] = ["--deliveries", str(deliveries), "--directory", place.directory, "--json"]
    try:
        group.start([sys.executable, "-m", "benchmarks.history", *words])
        figures: dict[str, float] = json.loads(group.wait_for_line("figures", seconds=HISTORY_SECONDS))
    finally:
        group.stop()
    return {key: figures[name] for name, key in HISTORY_KEYS.items()} | {
        "w10_recording_us": figures["recording, µs each"],
        "w10_file_mib": figures["file, MiB"],
    }


OWN: dict[str, Callable[[Place, Bench], Figures]] = {
    "W6": memory,
    "W7": start_up,
    "W8": interface,
    "W10": long_history,
    "W11": growth,
}
