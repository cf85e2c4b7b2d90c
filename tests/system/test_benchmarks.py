"""`make bench` itself: what its figures mean rests on these readings."""

import sys
from pathlib import Path

import pytest

from benchmarks.bounds import Bound
from benchmarks.events import EVENT_BYTES, sign
from benchmarks.load import LoadFailed, microseconds, read_wrk
from benchmarks.machine import MissingTool, Tool, require
from benchmarks.report import medians, number, table, verdicts
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
    bound = Bound("W2", "w2_per_second", "ssh -R", "at least", 0.7, 1.0)
    value = bound.value({"hookline": {"w2_per_second": 80.0}, "ssh -R": {"w2_per_second": 100.0}})
    assert value == 0.8
    assert (bound.reached(0.8, bound.bound), bound.reached(0.8, bound.goal)) == (True, False)
    assert bound.value({"hookline": {"w2_per_second": 80.0}}) is None


def test_added_latency_leaves_out_what_is_there_anyway() -> None:
    """Both sides of the ratio are taken over the direct call."""
    bound = Bound("W1", "p50", "ssh -R", "at most", 3.0, 1.5, added_over="direct")
    assert bound.value({"hookline": {"p50": 260.0}, "ssh -R": {"p50": 160.0}, "direct": {"p50": 60.0}}) == 2.0


def test_table_gives_medians_spread_and_ratios() -> None:
    """A cell is the median, half the spread, and the ratio to the base."""
    results = {
        "ssh -R": [{"w2_per_second": 100.0}],
        "hookline": [{"w2_per_second": rate} for rate in (40.0, 50.0, 60.0)],
    }
    assert medians(results)["hookline"] == {"w2_per_second": 50.0}
    assert "| hookline | 50 ±20% (0.50" in table(results, base="ssh -R")
    assert "**missed**" in verdicts(medians(results))
    assert (number(0.5), number(1234.5)) == ("0.50", "1,234")


def test_events_are_signed_by_the_published_formula() -> None:
    """The load's signatures are TalkifAI's: HMAC-SHA256 of the raw body in hexadecimal (RFC 4231 test case 2)."""
    assert sign(b"what do ya want for nothing?", "Jefe").startswith("sha256=5bdcc146bf60754e6a042426089575c7")
    assert EVENT_BYTES == 1024


def test_missing_program_is_named_with_its_package() -> None:
    """Who lacks a program is told what it is for and how to get it."""
    with pytest.raises(MissingTool, match=r"no-such-program makes the load.*apt-get install its-package"):
        require(Tool("no-such-program", "its-package", "makes the load"))


@pytest.mark.system
@pytest.mark.needs("wrk", "nginx", "curl", "openssl", "ssh", "sshd")
@pytest.mark.xdist_group("bench")
async def test_short_run_measures_hookline_beside_its_peers(tmp_path: Path) -> None:
    """One round of a second prints the table and the bounds, and nothing was refused."""
    words = ("--rounds", "1", "--seconds", "1", "--only", "w1", "--only", "w2", "--big-mib", "1")
    done = await run(sys.executable, "-m", "benchmarks", *words, "--json", tmp_path / "figures.json")
    assert done.code == 0, done.text
    assert all(f"| {name} |" in done.out for name in ("direct", "nginx", "ssh -R", "hookline")), done.text
    assert "W2 deliveries/s against ssh -R" in done.out
    assert "not 2xx" not in done.out
