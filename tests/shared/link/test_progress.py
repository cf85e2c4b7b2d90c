"""A connection that takes nothing is told from one that is slow."""

import pytest

from shared.link.progress import Progress

SAMPLES = [
    ("nothing waits", [(0, 100, 0), (60, 100, 0)], 0),
    ("nothing leaves", [(0, 100, 50), (12, 100, 50)], 12),
    ("what is handed over piles up", [(0, 100, 50), (5, 200, 150), (12, 300, 250)], 12),
    ("slow, and more is handed over than leaves", [(0, 100, 50), (5, 200, 149), (10, 300, 247)], 0),
    ("it moved once", [(0, 100, 50), (8, 100, 49), (12, 100, 49)], 4),
    ("it was stuck and is through", [(0, 100, 50), (9, 100, 50), (12, 100, 0)], 0),
]


@pytest.mark.parametrize(("samples", "stuck"), [row[1:] for row in SAMPLES], ids=[row[0] for row in SAMPLES])
def test_stuck_is_told_from_slow(samples: list[tuple[float, int, int]], stuck: float) -> None:
    """Only a connection that takes no byte at all is stuck."""
    progress = Progress()
    found = [
        progress.stuck_seconds(now, handed_bytes=handed, waiting_bytes=waiting) for now, handed, waiting in samples
    ]
    assert found[-1] == stuck
