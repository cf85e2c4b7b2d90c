"""The table of figures and bounds."""

from benchmarks.bounds import BOUNDS, OURS, SIZES, SSH, TIMES, UNRECORDED, UNVERIFIED, WATCHED
from benchmarks.report import table, verdicts


def row(text: str, start: str) -> list[str]:
    """Give the cells of the row whose first cell begins so."""
    (found,) = [line for line in text.splitlines() if line.startswith(f"| {start}")]
    return [cell.strip() for cell in found.strip("|").split("|")]


def test_figure_without_a_bound_is_shown_and_not_judged() -> None:
    """It has its median and spread, and empty cells for bound, goal and verdict."""
    text = verdicts({OURS: [{"w7_url_ms": value} for value in (300.0, 400.0, 500.0)]})
    assert row(text, "W7 start to the URL") == ["W7 start to the URL on the terminal", "400 ms ±25%", "", "", ""]


def test_figure_with_a_bound_and_no_goal_is_judged_by_the_bound() -> None:
    """A page in 4 ms keeps its bound of 5 ms; there is no goal to reach."""
    text = verdicts({OURS: [{"w10_page_ms": 4.0}]})
    assert row(text, "W10 a page") == ["W10 a page of 100", "4.00 ms", "≤ 5 ms", "", "bound kept"]


def test_memory_is_judged_against_bound_and_goal() -> None:
    """Both levels stand beside the figure."""
    text = verdicts({OURS: [{"w6_tunnel_kib": 121.0, "w6_connection_kib": 44.0, "w4_growth_mib": 20.0}]})
    assert row(text, "W6 relay memory per idle")[2:] == ["≤ 120 KiB", "≤ 60 KiB", "**missed**"]
    assert row(text, "W6 relay memory per slow")[4] == "goal reached"
    assert row(text, "W4 growth")[2:] == ["≤ 24 MiB", "≤ 12 MiB", "bound kept"]


def test_cost_of_each_part_is_a_ratio_of_two_ways_to_run() -> None:
    """Recording, verification and the interface are each divided by the run without them."""
    rates = {OURS: 80.0, UNVERIFIED: 90.0, UNRECORDED: 100.0, WATCHED: 60.0, SSH: 160.0}
    text = verdicts({name: [{"w2_per_second": rate}] for name, rate in rates.items()})
    shares = [line.split("|")[2].strip() for line in text.splitlines() if line.startswith("| W9")]
    assert shares == [f"{ratio}{TIMES}" for ratio in ("0.80", "0.90", "0.89", "0.75")]
    assert row(text, "W2 deliveries/s against")[1] == f"0.50{TIMES}"


def test_figures_of_hookline_alone_make_no_row_among_the_tunnels() -> None:
    """A run without a tunnel has no first table."""
    assert table({OURS: [{"w6_tunnel_kib": 60.0}]}, base=SSH) == ""


def test_every_size_of_w11_has_its_rows() -> None:
    """Rate, p99 and CPU stand for each number of tunnels."""
    figures = {bound.figure for bound in BOUNDS}
    wanted = {f"w11_{size}_{what}" for size in SIZES for what in ("per_second", "p99_us", "cpu_us")}
    assert wanted <= figures
