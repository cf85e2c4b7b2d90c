"""A search over the local API."""

import pytest

from client.api import RemoteInspector
from client.deliveries.filter import FilterError
from tests.client.deliveries.stage import Desk, event


async def test_search_comes_step_by_step(desk: Desk, remote: RemoteInspector, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same steps as beside the file, and a mistake as what it is."""
    monkeypatch.setattr("client.deliveries.scanning.SPAN", 2)
    for number in range(5):
        await desk.send(*event(f"evt_{number}"))
    there = [step async for step in remote.search("body:evt_1")]
    assert there == [step async for step in desk.inspector.search("body:evt_1")]
    assert [row.seq for step in there for row in step.found] == [2]
    with pytest.raises(FilterError):
        [step async for step in remote.search("sig:bda")]
