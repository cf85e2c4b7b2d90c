"""Where the time goes: `python -m benchmarks.profiles relay` runs W2 with that program under a profiler.

With `py-spy` on PATH it samples the running program from outside and writes a flame graph (SVG) beside the table of
functions; without it the program runs under cProfile, which costs time of its own but counts every call.
"""

import pstats
import subprocess
import sys
import time
from pathlib import Path

import click

from benchmarks.hookline import Hookline, programs
from benchmarks.load import Load
from benchmarks.machine import CURL, LOAD, NGINX, MissingTool, find, require
from benchmarks.stage import stage, wait_until_answering
from benchmarks.tunnel import Place

SHOWN = 40
CONNECTIONS = 32
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
@click.option("--seconds", type=click.IntRange(1), default=8, show_default=True, help="Length of the load.")
@click.option("--sort", default="tottime", show_default=True, help="cProfile's order: tottime, cumulative, ncalls.")
@click.option("--output", type=click.Path(path_type=Path), help="Keep the profile there.")
@click.option("--cprofile", is_flag=True, help="Use cProfile even where py-spy is installed.")
def main(role: str, seconds: int, sort: str, output: Path | None, cprofile: bool) -> None:
    """Profile the relay or the client under W2."""
    try:
        require(LOAD, NGINX, CURL)
    except MissingTool as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    sampler = None if cprofile else find("py-spy")
    with stage(big_mib=1) as place:
        load = Load(place.directory, place.signatures)
        if sampler is None:
            kept = output or place.directory / "profile"
            _count(Profiled(place, role=role, output=kept), load, seconds)
            pstats.Stats(str(kept)).strip_dirs().sort_stats(sort).print_stats(SHOWN)
        else:
            _sample(Hookline(place), role, load, seconds, [sampler, str(output or Path(f"{role}.svg"))])


def _count(tunnel: Profiled, load: Load, seconds: int) -> None:
    """Run the load; the profile is written when the program ends."""
    try:
        tunnel.start()
        wait_until_answering(tunnel)
        small = load.small(tunnel, tunnel.url, connections=CONNECTIONS, seconds=seconds)
        click.echo(f"{small.per_second:,.0f} deliveries/s under the profiler")
    finally:
        tunnel.stop()


def _sample(tunnel: Hookline, role: str, load: Load, seconds: int, sampler: list[str]) -> None:
    """Run the load and sample the program meanwhile."""
    try:
        tunnel.start()
        wait_until_answering(tunnel)
        with load.begin_small(tunnel, tunnel.url, connections=CONNECTIONS, seconds=seconds) as running:
            time.sleep(1)  # the load is under way
            (pid,) = tunnel.group(role).leaders()
            length = str(max(1, seconds - 2))
            command = [sampler[0], "record", "--native", "--rate", "500", "--duration", length, "--pid", str(pid)]
            subprocess.run([*command, "--output", sampler[1]], check=True, stdin=subprocess.DEVNULL)
            load.finish_small(running, seconds)
        click.echo(f"the flame graph is {sampler[1]}")
    finally:
        tunnel.stop()


if __name__ == "__main__":
    main()
