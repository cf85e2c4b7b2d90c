"""W8: the real terminal interface on a real terminal, over a real client with a long history, while deliveries arrive.

Key to paint is the time from a key written to the terminal to the frame in which the selection stands a row further up.
"""

import json
import sys
import time
from pathlib import Path

from benchmarks.history import LEAST
from benchmarks.hookline import Hookline
from benchmarks.load import Load
from benchmarks.stage import wait_until_answering
from benchmarks.terminal import Terminal
from benchmarks.tunnel import Place
from benchmarks.workloads import Bench, Figures

ROWS = 100_000
PER_SECOND = 1000
PACE_SECONDS = 0.1
"""Between two keys."""
LEAST_KEYS = 20
BODY_BYTES = 5_000_000
MARKER = "shown-by-the-interface"
FILL_SECONDS = 120.0
POSITION = rb"([\d,]+) of ([\d,]+)"
QUERY_SECONDS = 20.0


def interface(place: Place, bench: Bench) -> Figures:
    """W8: start, key to paint, memory and processor at 1,000 deliveries a second over 100,000 rows; a large body."""
    tunnel, terminal = Hookline(place), Terminal()
    tunnel.directory = tunnel.directory.with_name("interface")
    tunnel.options = (*tunnel.options, "--config", _settings(tunnel.directory))  # type: ignore[misc]
    try:
        _fill(tunnel, max(LEAST, bench.scaled(ROWS)))
        tunnel.start()
        wait_until_answering(tunnel)
        began = time.monotonic()
        tunnel.attach_interface(terminal)
        _, painted = terminal.until(POSITION)
        figures = {"w8_start_ms": (painted - began) * 1000}
        figures |= _keys(tunnel, terminal, bench)
        figures["w8_body_ms"] = _body(tunnel, terminal, bench.load)
        figures["w8_peak_mib"] = tunnel.group("interface").memory_mib("VmHWM")
    finally:
        tunnel.stop()
        terminal.close()
    return figures


def _settings(directory: Path) -> Path:
    """Have the client keep all rows: retention would move the selection."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "settings.toml"
    path.write_text(f"[history]\ndeliveries = {10 * ROWS}\n", encoding="utf-8")
    return path


def _fill(tunnel: Hookline, rows: int) -> None:
    tunnel.history_file.parent.mkdir(parents=True)
    filling = tunnel.group("filling")
    words = ["--deliveries", str(rows), "--body-bytes", "1024", "--only-fill", str(tunnel.history_file)]
    filling.start([sys.executable, "-m", "benchmarks.history", *words])
    filling.wait_for_line("filled", seconds=FILL_SECONDS)
    filling.stop()


def _keys(tunnel: Hookline, terminal: Terminal, bench: Bench) -> Figures:
    """Press a key again and again while deliveries arrive, and weigh the interface meanwhile."""
    keys = max(LEAST_KEYS, round(bench.seconds * 2 / PACE_SECONDS))
    sending, shown = tunnel.group("sending"), tunnel.group("interface")
    port = tunnel.url.rpartition(":")[2]
    rate, length = str(PER_SECOND), str(keys * PACE_SECONDS + 2)
    words = [port, tunnel.host, rate, length, str(tunnel.place.signatures)]
    sending.start([sys.executable, "-m", "benchmarks.steady", *words])
    time.sleep(1.0)  # the load is under way
    mark = terminal.written
    terminal.type(b"k")
    terminal.until(b"PAUSED", after=mark)
    position = _settled_position(terminal)
    began, used = time.monotonic(), shown.cpu_seconds()
    waits = []
    for number in range(keys):
        expected = f"{position - 1 - number:,} of ".encode()
        mark, pressed = terminal.written, terminal.type(b"k")
        waits.append((terminal.until(rb"(?<![\d,])" + expected, after=mark, seconds=QUERY_SECONDS)[1] - pressed) * 1000)
        time.sleep(max(0.0, pressed + PACE_SECONDS - time.monotonic()))
    share = (shown.cpu_seconds() - used) / (time.monotonic() - began) * 100
    memory = shown.memory_mib()
    sent = int(sending.wait_for_line("sent", seconds=float(length)))
    waits.sort()
    return {
        "w8_key_p50_ms": waits[len(waits) // 2],
        "w8_key_p95_ms": waits[int(len(waits) * 0.95)],
        "w8_cpu_percent": share,
        "w8_memory_mib": memory,
        "w8_arrived_per_second": sent / float(length),
    }


def _settled_position(terminal: Terminal) -> int:
    """Give the number of the selected row once it has been the same for a while."""
    end, last = time.monotonic() + QUERY_SECONDS, b""
    while time.monotonic() < end:
        time.sleep(0.3)
        found = terminal.last(rb"([\d,]+) of [\d,]+")
        if found is not None and found == last:
            return int(found.replace(b",", b""))
        last = found or b""
    raise TimeoutError("the interface does not say which row is selected")


def _body(tunnel: Hookline, terminal: Terminal, load: Load) -> float:
    """Open a delivery of 5 MB of JSON; give the milliseconds from the key to its first lines."""
    row = {"id": 1, "object": "charge", "amount": 1999, "paid": True, "note": "x" * 150}
    rows = [row] * (BODY_BYTES // len(json.dumps(row)))
    file = tunnel.directory / "body.json"
    file.write_text(json.dumps({"marker": MARKER, "rows": rows}), encoding="ascii")
    load.up(tunnel, file)
    wait_until_answering(tunnel)  # a delivery behind it, which is selected first
    mark = terminal.written
    terminal.type(b"G")
    terminal.until(b"FOLLOW", after=mark)
    _settled_position(terminal)
    mark, pressed = terminal.written, terminal.type(b"k")
    return (terminal.until(MARKER.encode(), after=mark)[1] - pressed) * 1000
