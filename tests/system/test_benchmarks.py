"""`make bench` itself: what its figures mean rests on these readings."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.bounds import Bound
from benchmarks.events import EVENT_BYTES, sign
from benchmarks.load import LoadFailed, microseconds, read_wrk
from benchmarks.machine import MissingTool, Tool, require
from benchmarks.report import medians, number, table, verdicts
from tests.system.polling import until
from tests.system.tools import run

WRK = """Running 1s test @ http://127.0.0.1:1
  Latency Distribution
     50%    1.50ms
     75%    2.00ms
     90%    3.00ms
     99%    1.20s
  1000 requests in 1.00s, 1.00MB read
  Socket errors: connect 1, read 2, write 0, timeout 0
  Non-2xx or 3xx responses: 7
Requests/sec:    998.50
"""


def test_wrk_report_is_read() -> None:
    """Rate, latencies, CPU per delivery and what was not answered 2xx come out of wrk's text."""
    small = read_wrk(WRK, {"relay": 0.1})
    assert (small.per_second, small.p50_us, small.p99_us) == (998.5, 1500.0, 1_200_000.0)
    assert (small.refused, small.cpu_us) == (10, {"relay": 100.0})


def test_report_without_answers_is_no_result() -> None:
    """A load that nobody answered is a failure, not a rate of zero."""
    with pytest.raises(LoadFailed):
        read_wrk("unable to connect to 127.0.0.1:1", {})


@pytest.mark.parametrize(("text", "expected"), [("9.00us", 9.0), ("1.5ms", 1500.0), ("2.00s", 2e6), ("1.00m", 6e7)])
def test_durations_are_read_in_every_unit(text: str, expected: float) -> None:
    """All of wrk's units end up in microseconds."""
    assert microseconds(text) == expected


def test_ratio_is_judged_against_bound_and_goal() -> None:
    """A value is held against both levels in the bound's direction."""
    bound = Bound(title="W2", figure="w2_per_second", peer="ssh -R", direction="at least", bound=0.7, goal=1.0)
    value = bound.value({"hookline": {"w2_per_second": 80.0}, "ssh -R": {"w2_per_second": 100.0}})
    assert value == 0.8
    assert (bound.reached(0.8, bound.bound), bound.reached(0.8, bound.goal)) == (True, False)
    assert bound.value({"hookline": {"w2_per_second": 80.0}}) is None


def test_added_latency_leaves_out_what_is_there_anyway() -> None:
    """Both sides of the ratio are taken over the direct call."""
    bound = Bound(title="W1", figure="p50", peer="ssh -R", bound=3.0, goal=1.5, added_over="direct")
    assert bound.value({"hookline": {"p50": 260.0}, "ssh -R": {"p50": 160.0}, "direct": {"p50": 60.0}}) == 2.0


def test_table_gives_medians_spread_and_ratios() -> None:
    """A cell is the median, half the spread, and the ratio to the base."""
    results = {
        "ssh -R": [{"w2_per_second": 100.0}],
        "hookline": [{"w2_per_second": rate} for rate in (40.0, 50.0, 60.0)],
    }
    assert medians(results)["hookline"] == {"w2_per_second": 50.0}
    assert "| hookline | 50 ±20% (0.50" in table(results, base="ssh -R")
    assert "**missed**" in verdicts(results)
    assert (number(0.5), number(1234.5)) == ("0.50", "1,234")


def test_events_are_signed_by_the_published_formula() -> None:
    """The load's signatures are TalkifAI's: HMAC-SHA256 of the raw body in hexadecimal (RFC 4231 test case 2)."""
    assert sign(b"what do ya want for nothing?", "Jefe").startswith("sha256=5bdcc146bf60754e6a042426089575c7")
    assert EVENT_BYTES == 1024


def test_missing_program_is_named_with_its_package() -> None:
    """Who lacks a program is told what it is for and how to get it."""
    with pytest.raises(MissingTool, match=r"no-such-program makes the load.*apt-get install its-package"):
        require(Tool("no-such-program", "its-package", "makes the load"))


TINY = ("--rounds", "1", "--seconds", "1", "--big-mib", "1", "--scale", "0.002")


async def bench(*words: str | Path) -> str:
    """Run the benchmarks with tiny sizes; give what they print."""
    done = await run(sys.executable, "-m", "benchmarks", *TINY, *words)
    assert done.code == 0, done.text
    return done.out


@pytest.mark.system
@pytest.mark.needs("wrk", "nginx", "curl", "openssl", "ssh", "sshd")
@pytest.mark.xdist_group("bench")
async def test_short_run_measures_hookline_beside_its_peers(tmp_path: Path) -> None:
    """One round of a second prints the table and the bounds, keeps the figures, and nothing was refused."""
    figures = tmp_path / "figures.json"
    out = await bench("--workload", "w1", "--workload", "W2", "--workload", "W3TLS", "--json", figures)
    assert all(f"| {name} |" in out for name in ("direct", "nginx", "ssh -R", "hookline")), out
    assert "W2 deliveries/s against ssh -R" in out
    assert "W3 over TLS 1.3 against nginx" in out
    assert "not 2xx" not in out
    assert "Not measured: W3, W4" in out
    assert set(json.loads(figures.read_text(encoding="utf-8"))["results"]) == {"direct", "nginx", "ssh -R", "hookline"}


@pytest.mark.system
@pytest.mark.needs("wrk", "nginx", "curl", "openssl", "ssh", "sshd")
@pytest.mark.xdist_group("bench")
@pytest.mark.parametrize(
    ("workloads", "rows"),
    [
        (("W4", "W5"), ("W4 down MB/s against ssh -R", "W4 growth of memory", "W5 p99 beside")),
        (("W6", "W10"), ("W6 relay memory per idle tunnel", "W6 relay memory per slow", "W10 a page of 100")),
        (("W7", "W8"), ("W7 start to the URL", "W7 start to the first delivery", "W8 key to paint, p95", "W8 opening")),
        (("W9",), ("W9 deliveries/s, recording alone", "W9 deliveries/s, TUI attached against not")),
        (("W11",), ("W11 deliveries/s through 1 tunnel", "W11 relay CPU per delivery through 1,000")),
    ],
)
async def test_every_workload_gives_its_rows(workloads: tuple[str, ...], rows: tuple[str, ...]) -> None:
    """Each workload runs at a small size and ends in the table of bounds."""
    out = await bench(*(word for name in workloads for word in ("--workload", name)))
    assert all(f"| {row}" in out for row in rows), out


@pytest.mark.system
@pytest.mark.needs("wrk", "nginx", "curl", "openssl", "ssh", "sshd")
@pytest.mark.xdist_group("bench")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_interrupted_run_leaves_nothing_behind(number: signal.Signals, tmp_path: Path) -> None:
    """Ctrl-C or a request to end stops every program of the run and removes its files."""
    process = start_long_run(tmp_path)
    try:
        await until(lambda: any("wrk" in line for line in commands(tmp_path)), seconds=30, what="the load")
        process.send_signal(number)
        await until(lambda: process.poll() is not None, seconds=20, what="the end of the run")
    finally:
        process.kill()
        process.wait()
    assert commands(tmp_path) == []
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - one look at an empty directory


def start_long_run(directory: Path) -> subprocess.Popen[bytes]:
    """Start a run that works in a directory and would go on for minutes."""
    command = [sys.executable, "-m", "benchmarks", "--workload", "W5", "--seconds", "60", "--big-mib", "1"]
    env = {**os.environ, "TMPDIR": str(directory)}
    return subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL, start_new_session=True)


def commands(directory: Path) -> list[str]:
    """Give the command lines of the programs that work in a directory."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(entry.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
    return [line for line in found if str(directory) in line]
