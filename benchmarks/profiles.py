"""Where the time goes: `python -m benchmarks.profiles relay` runs a workload with that program under a profiler.

With `py-spy` on PATH it samples the running program from outside and writes a flame graph (SVG) beside the table of
functions; without it the program runs under cProfile, which costs time of its own but counts every call.
"""

import pstats
import sys
from pathlib import Path

import click

from benchmarks.hookline import Hookline, programs
from benchmarks.load import Load
from benchmarks.machine import CURL, LOAD, NGINX, MissingTool, find, require
from benchmarks.processes import Group
from benchmarks.run import BULKY
from benchmarks.stage import stage, wait_until_answering
from benchmarks.tunnel import Place
from benchmarks.workloads import WORKLOADS, Bench, Figures, measure

SHOWN = 40
SAMPLER_SECONDS = 30.0
"""Until the sampler has written its graph."""

MODULES = {"relay": "relay_server", "client": "client"}


class Profiled(Hookline):
    """Hookline with one of its programs under cProfile."""

    name = "profiled"

    def __init__(self, place: Place, *, role: str, output: Path) -> None:
        super().__init__(place)
        self._role = role
        self._output = output

    def relay_command(self) -> list[str | Path]:
        """Put the profiler in front of the relay where that is the role."""
        return self._wrap("relay", super().relay_command())

    def client_command(self) -> list[str | Path]:
        """Put the profiler in front of the client where that is the role."""
        return self._wrap("client", super().client_command())

    def _wrap(self, role: str, command: list[str | Path]) -> list[str | Path]:
        if role != self._role:
            return command
        return [programs() / "python", "-m", "cProfile", "-o", self._output, "-m", MODULES[role]]


@click.command()
@click.argument("role", type=click.Choice(sorted(MODULES)))
@click.option(
    "--workload", type=click.Choice(list(WORKLOADS)), default="W2", show_default=True, help="As `python -m benchmarks`."
)
@click.option("--seconds", type=click.IntRange(1), default=8, show_default=True, help="Length of the load.")
@click.option("--big-mib", type=click.IntRange(1), default=256, show_default=True, help="Size of W4's bodies.")
@click.option("--sort", default="tottime", show_default=True, help="cProfile's order: tottime, cumulative, ncalls.")
@click.option("--output", type=click.Path(path_type=Path), help="Keep the profile there.")
@click.option("--cprofile", is_flag=True, help="Use cProfile even where py-spy is installed.")
def main(role: str, workload: str, seconds: int, big_mib: int, sort: str, output: Path | None, cprofile: bool) -> None:
    """Profile the relay or the client under a workload."""
    try:
        require(LOAD, NGINX, CURL)
    except MissingTool as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    sampler = None if cprofile else find("py-spy")
    with stage(big_mib=big_mib if workload in BULKY else 1) as place:
        bench = Bench(Load(place.directory, place.signatures), place.big, seconds)
        if sampler is None:
            kept = output or place.directory / "profile"
            _run(Profiled(place, role=role, output=kept), bench, workload)
            pstats.Stats(str(kept)).strip_dirs().sort_stats(sort).print_stats(SHOWN)
        else:
            _sample(Hookline(place), role, bench, workload, [sampler, str(output or Path(f"{role}.svg"))])


def _run(tunnel: Hookline, bench: Bench, workload: str) -> None:
    """Run the workload; cProfile's profile is written when the program ends."""
    try:
        tunnel.start()
        wait_until_answering(tunnel)
        _show(measure(tunnel, bench, [workload]))
    finally:
        tunnel.stop()


def _sample(tunnel: Hookline, role: str, bench: Bench, workload: str, sampler: list[str]) -> None:
    """Run the workload and sample the program meanwhile."""
    sampling = Group(tunnel.directory)
    try:
        tunnel.start()
        wait_until_answering(tunnel)
        (pid,) = tunnel.group(role).leaders()
        length = str(bench.seconds)
        command = [sampler[0], "record", "--native", "--rate", "500", "--duration", length, "--pid", str(pid)]
        running = sampling.start([*command, "--output", sampler[1]])
        _show(measure(tunnel, bench, [workload]))
        if running.wait(SAMPLER_SECONDS) != 0:
            raise RuntimeError(sampling.ended()[0])
        click.echo(f"the flame graph is {sampler[1]}")
    finally:
        sampling.stop()
        tunnel.stop()


def _show(figures: Figures) -> None:
    click.echo(", ".join(f"{key} {value:,.0f}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
