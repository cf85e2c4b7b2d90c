"""Searching contents span by span."""

import pytest

from tests.client.deliveries.stage import Desk, event


@pytest.fixture
async def filled(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Give a history of 25 deliveries, every fifth with a word in it, in spans of 4."""
    monkeypatch.setattr("client.deliveries.scanning.SPAN", 4)
    for number in range(25):
        content, fields = event(f"evt_{number}", "call.ended" if number % 5 else "needle.found")
        await desk.send(content, fields)
    await desk.inspector.clear("event:evt_7")
    return desk


async def test_pages_of_a_search_are_those_of_the_list(filled: Desk) -> None:
    """Cursors and limits mean the same, whatever the search costs."""
    for before, after, limit in ((None, None, 100), (None, None, 2), (12, None, 1), (12, None, 9), (None, 3, 2)):
        slow = await filled.inspector.deliveries(query="body:needle", before=before, after=after, limit=limit)
        quick = await filled.inspector.deliveries(query="type:needle.found", before=before, after=after, limit=limit)
        assert slow == quick
        assert slow


async def test_search_tells_how_far_it_has_come(filled: Desk) -> None:
    """Each step says what it found and what is left, and it ends when there is enough."""
    steps = [step async for step in filled.inspector.search("body:needle")]
    assert [step.scanned for step in steps] == [4, 8, 12, 16, 20, 24, 25]
    assert {step.total for step in steps} == {25}
    assert [row.seq for step in steps for row in step.found] == [21, 16, 11, 6, 1]
    enough = [step async for step in filled.inspector.search("body:needle", before=21, limit=1)]
    assert [row.seq for step in enough for row in step.found] == [16]
    assert [step async for step in filled.inspector.search("body:needle", before=1)] == []


async def test_search_of_an_empty_history_ends(desk: Desk) -> None:
    """There is nothing to look at."""
    assert [step async for step in desk.inspector.search("body:x")] == []
    assert await desk.inspector.deliveries(query="body:x") == []
