"""W7: how long `hookline http` takes, from its start, until its user and the first sender have what they want."""

import time

from benchmarks.hookline import PAINTED, Hookline
from benchmarks.stage import wait_until_answering
from benchmarks.terminal import Terminal
from benchmarks.tunnel import Place
from benchmarks.workloads import Bench, Figures

STARTS = 3
"""The quickest counts: what else the machine does only ever adds."""


def start_up(place: Place, bench: Bench) -> Figures:  # noqa: ARG001 - what every such workload takes
    """W7: to the public URL on the terminal, to the first delivery answered, to the first picture of the interface."""
    tunnel = Hookline(place)
    tunnel.directory = tunnel.directory.with_name("starting")
    try:
        tunnel.start_relay()
        token = tunnel.make_token()
        starts = [_one(tunnel, token) for _ in range(STARTS)]
    finally:
        tunnel.stop()
    return {key: min(start[key] for start in starts) for key in starts[0]}


def _one(tunnel: Hookline, token: str) -> Figures:
    terminal = Terminal()
    began = time.monotonic()
    try:
        tunnel.start_client(terminal=terminal, token=token)
        wait_until_answering(tunnel)
        answered = time.monotonic()
        _, shown = terminal.until(f"https://{tunnel.host}".encode())
        _, painted = terminal.until(PAINTED)
    finally:
        tunnel.group("client").stop()
        terminal.close()
    moments = {"w7_url_ms": shown, "w7_first_ms": answered, "w7_interface_ms": painted}
    return {key: (moment - began) * 1000 for key, moment in moments.items()}
