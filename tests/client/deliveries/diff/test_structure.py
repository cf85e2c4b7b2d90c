"""JSON is compared by what it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.deliveries.diff.model import Change
from client.deliveries.diff.structure import NotComparable, canonical, compare_values

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
)


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, [Change("changed", "a.b[1]", "2", "3")]),
        ({"a": 1, "b": 2}, {"b": 2, "c": None}, [Change("removed", "a", "1"), Change("added", "c", None, "null")]),
        ([1, 2, 3], [0, 1, 2, 3], [Change("added", "[0]", None, "0")]),
        ([1, 2, 3], [1, 3], [Change("removed", "[1]", "2")]),
        ({"a.b": {"": 1}}, {"a.b": {"": 2}}, [Change("changed", '"a.b".""', "1", "2")]),
        (1, "1", [Change("changed", "(all)", "1", '"1"')]),
        (True, 1, [Change("changed", "(all)", "true", "1")]),
        (1, 1.0, [Change("changed", "(all)", "1", "1.0")]),
        ({"a": {}}, {"a": []}, [Change("changed", "a", "{}", "[]")]),
        ([1] * 1_001, [1] * 1_000 + [2], [Change("changed", "[1000]", "1", "2")]),
    ],
)
def test_compare_values(before: object, after: object, changes: list[Change]) -> None:
    """Each change is at its path."""
    assert compare_values(before, after)[0] == changes


def test_compare_values_in_any_order() -> None:
    """Items are taken out of both lists as often as they are in both."""
    before, after = {"a": [{"x": 1, "y": 2}, 3, 3]}, {"a": [3, {"y": 2, "x": 1}, 4]}
    assert compare_values(before, after, ignore_order=True) == ([Change("changed", "a[0]", "3", "4")], 2)


@given(JSON, JSON)
def test_compare_values_finds_no_change_exactly_where_there_is_none(before: object, after: object) -> None:
    """Equal JSON has no changes, different JSON has some, and a comparison with itself none."""
    changes, _ = compare_values(before, after)
    assert (changes == []) == (canonical(before) == canonical(after))
    assert compare_values(before, before)[0] == []


def test_compare_values_refuses_the_bottomless() -> None:
    """A deep nest is said to be one, before the stack ends."""
    deep: object = 1
    other: object = 2
    for _ in range(500):
        deep, other = [deep], [other]
    with pytest.raises(NotComparable):
        compare_values(deep, other)
