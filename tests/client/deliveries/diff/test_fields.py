"""Fields are compared as what they are: ordered, repeatable, named without regard to case."""

import pytest

from client.deliveries.diff.fields import compare_fields
from client.deliveries.diff.model import Change

Pairs = tuple[tuple[str, str], ...]


@pytest.mark.parametrize(
    ("before", "after", "changes", "same"),
    [
        ((), (), [], 0),
        ((("A", "1"), ("B", "2")), (("A", "1"), ("B", "3")), [Change("changed", "B", "2", "3")], 1),
        ((("A", "1"),), (("a", "1"),), [Change("changed", "A", "A: 1", "a: 1")], 0),
        ((("A", "1"), ("B", "2")), (("B", "2"), ("A", "1")), [Change("moved", "B", "2", "2")], 1),
        ((("A", "1"), ("A", "1")), (("A", "1"),), [Change("removed", "A", "1")], 1),
        ((("A", "1"),), (("A", "1"), ("A", "2")), [Change("added", "A", None, "2")], 1),
        ((("A", ""),), (), [Change("removed", "A", "")], 0),
    ],
)
def test_compare_fields(before: Pairs, after: Pairs, changes: list[Change], same: int) -> None:
    """Order and duplicates count."""
    assert compare_fields(before, after) == (changes, same)


def test_compare_fields_in_any_order() -> None:
    """On demand only names and values count, and how often they occur."""
    before, after = (("A", "1"), ("B", "2"), ("A", "1")), (("B", "2"), ("A", "1"), ("C", "3"))
    assert compare_fields(before, after, ignore_order=True) == (
        [Change("removed", "A", "1"), Change("added", "C", None, "3")],
        2,
    )


def test_compare_fields_clips_long_values_at_the_difference() -> None:
    """Two tokens of 10,000 characters are told apart by what is around the difference."""
    ((change,), _) = compare_fields((("A", "x" * 9_999 + "y"),), (("A", "x" * 9_999 + "z"),))
    assert (change.before, change.after) == ("…" + "x" * 40 + "y", "…" + "x" * 40 + "z")
