"""The benchmark of the history measures what it says."""

from pathlib import Path

from benchmarks.history import BOUNDS, run


def test_small_history_gives_every_figure(tmp_path: Path) -> None:
    """Each bound has its figure, each figure is a measured time, and the pruning came to its end."""
    figures = run(1500, tmp_path)
    assert set(BOUNDS) <= set(figures)
    assert all(value > 0 for value in figures.values())
    assert figures["page"] < 1000
