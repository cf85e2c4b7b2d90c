"""Identifiers that sort by time."""

import re
import time

from shared.ids import new_id


def test_id_has_prefix_and_eighteen_characters() -> None:
    """An identifier is its prefix and 18 characters that no reader mistakes for others."""
    assert re.fullmatch(r"dlv_[0-9a-hjkmnp-tv-z]{18}", new_id("dlv"))


def test_ids_differ() -> None:
    """Identifiers made in the same millisecond differ."""
    assert len({new_id("dlv") for _ in range(1000)}) == 1000


def test_ids_sort_by_time() -> None:
    """One made a millisecond later sorts after."""
    first = new_id("dlv")
    began = time.time_ns()
    while time.time_ns() - began < 2_000_000:
        pass
    assert first < new_id("dlv")
