"""One run: every tunnel in turn, then what is Hookline's alone; several rounds."""

import dataclasses
import subprocess
import time
from collections.abc import Callable, Iterator

from benchmarks.bounds import OURS
from benchmarks.catalogue import Plan
from benchmarks.load import Load, LoadFailed
from benchmarks.machine import wait_for_local_ports
from benchmarks.own import OWN
from benchmarks.report import Results
from benchmarks.stage import stage, wait_until_answering
from benchmarks.tunnel import Place, Tunnel
from benchmarks.workloads import Bench, Figures, measure

Say = Callable[[str], None]
FAILURES = (LoadFailed, TimeoutError, RuntimeError, OSError, subprocess.SubprocessError)
"""What makes one measurement fail, and not the run."""
BULKY = ("W4", "W5")
SMALL_MIB = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    rounds: int
    seconds: int
    """Length of each load."""
    big_mib: int = 256
    scale: float = 1.0


def rounds(plan: Plan, size: Size, say: Say, failed: Say) -> Results:
    """Measure everything once a round, in turn, so that what disturbs the machine disturbs all alike.

    Args:
        plan: what.
        size: how much.
        say: told how it goes on.
        failed: told what could not be measured, and why.
    """
    results: Results = {step.tunnel.name: [] for step in plan.steps}
    bulky = any(name in BULKY for step in plan.steps for name in step.workloads)
    with stage(big_mib=size.big_mib if bulky else SMALL_MIB) as place:
        for number in range(1, size.rounds + 1):
            here = dataclasses.replace(place, directory=place.directory / f"round-{number}")
            prefix = f"round {number} of {size.rounds}"
            for name, figures in _round(plan, here, size, _numbered(say, prefix), _numbered(failed, prefix)):
                results.setdefault(name, []).append(figures)
    return {name: measured for name, measured in results.items() if measured}


def _round(plan: Plan, place: Place, size: Size, say: Say, failed: Say) -> Iterator[tuple[str, Figures]]:
    """Give the figures of one round as they come."""
    for step in plan.steps:
        tunnel = step.tunnel(place)
        bench = Bench(Load(tunnel.directory, place.signatures), place.big, size.seconds, size.scale)
        say(f"{tunnel.name}: {' '.join(step.workloads)} ...")
        figures = _through(tunnel, bench, step.workloads, failed)
        if figures is not None:
            say(f"{tunnel.name}: {_short(figures)}")
            yield tunnel.name, figures
    for name in plan.own:
        say(f"{name} ...")
        bench = Bench(Load(place.directory / name, place.signatures), place.big, size.seconds, size.scale)
        try:
            figures = OWN[name](place, bench)
        except FAILURES as error:
            failed(f"{name} could not be measured: {error}")
            continue
        say(f"{name}: {_short(figures)}")
        yield OURS, figures


def _through(tunnel: Tunnel, bench: Bench, workloads: tuple[str, ...], failed: Say) -> Figures | None:
    try:
        wait_for_local_ports()
        began = time.monotonic()
        tunnel.start()
        wait_until_answering(tunnel)
        start_ms = (time.monotonic() - began) * 1000
        figures = measure(tunnel, bench, workloads)
    except FAILURES as error:
        failed("; ".join([f"{tunnel.name} could not be measured: {error}", *tunnel.ended()]))
        return None
    finally:
        tunnel.stop()
    return figures | ({"start_ms": start_ms} if tunnel.groups else {})


def _short(figures: Figures) -> str:
    return ", ".join(f"{key} {value:,.0f}" for key, value in figures.items())


def _numbered(say: Say, number: str) -> Say:
    return lambda text: say(f"{number}: {text}")
