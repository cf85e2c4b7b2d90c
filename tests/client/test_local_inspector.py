"""Looking at what was recorded."""

import pytest

from client.deliveries.filter import FilterError
from client.inspector import UnknownDelivery
from tests.client.deliveries.stage import Desk, answering, event


async def test_pages_go_backwards_and_forwards(desk: Desk) -> None:
    """`before` gives the newest of the older ones, `after` the oldest of the newer ones, both in order."""
    for number in range(10):
        await desk.send(*event(f"evt_{number}"))
    list_ = desk.inspector.deliveries
    assert [row.seq for row in await list_(limit=3)] == [8, 9, 10]
    assert [row.seq for row in await list_(before=8, limit=3)] == [5, 6, 7]
    assert [row.seq for row in await list_(after=5, limit=3)] == [6, 7, 8]
    assert [row.seq for row in await list_(after=2, before=5)] == [3, 4]
    assert len(await list_(limit=0)) == 1


async def test_filter_finds_in_columns_and_contents(desk: Desk) -> None:
    """The filter language reaches the file."""
    await desk.send(*event("evt_1", "call.ended"))
    desk.app = answering(500)
    await desk.send(*event("evt_2", "call.started"))
    list_ = desk.inspector.deliveries
    assert [row.seq for row in await list_(query="status:5xx")] == [2]
    assert [row.seq for row in await list_(query="call.ended")] == [1]
    assert [row.seq for row in await list_(query='body:"evt_2"')] == [2]
    assert [row.seq for row in await list_(query="json:id=evt_1 sig:ok")] == [1]


async def test_filter_with_a_mistake_is_refused(desk: Desk) -> None:
    """A mistake is shown where it is."""
    with pytest.raises(FilterError) as caught:
        await desk.inspector.deliveries(query="sig:bda")
    assert caught.value.position == 4


async def test_filter_covers_what_is_only_in_memory(desk: Desk) -> None:
    """Unrecorded attempts are found by the same filter, and in order."""
    await desk.send(*event("evt_1"))
    desk.store._journal.stop("the disk is full")
    await desk.send(*event("evt_2"))
    await desk.send(b"unsigned")
    list_ = desk.inspector.deliveries
    assert [row.seq for row in await list_()] == [1, 2, 3]
    assert [row.seq for row in await list_(limit=2)] == [2, 3]
    assert [row.seq for row in await list_(after=1, limit=1)] == [2]
    assert [row.seq for row in await list_(query="sig:bad")] == [3]


async def test_delivery_is_found_by_the_beginning_of_its_id(desk: Desk) -> None:
    """What is unambiguous is enough."""
    for _ in range(10):
        await desk.send()
    assert (await desk.inspector.delivery("dlv_00001")).summary.seq == 10
    with pytest.raises(UnknownDelivery, match="type more of it"):
        await desk.inspector.delivery("dlv_0")


@pytest.mark.parametrize("hostile", ["", "%", "_", "'; DROP TABLE deliveries; --", "\x1b]0;x\x07", "\u20ac", "dlv_%"])
async def test_hostile_id_finds_nothing(desk: Desk, hostile: str) -> None:
    """An id is text: no pattern, no statement, nothing that steers a terminal."""
    await desk.send()
    with pytest.raises(UnknownDelivery) as caught:
        await desk.inspector.delivery(hostile)
    assert str(caught.value).isascii()
    assert "\x1b" not in str(caught.value)


async def test_content_comes_by_offset(desk: Desk) -> None:
    """Any range can be read of short and of long contents."""
    long = bytes(range(256)) * 1_000
    await desk.send(long)
    for start, end in ((0, 10), (65_530, 65_550), (255_990, None), (256_000, None)):
        pieces = [piece async for piece in desk.inspector.pieces("dlv_000001", 1, "request", start=start, end=end)]
        assert b"".join(pieces) == long[start:end]
    assert await desk.inspector.content("dlv_000001", 1, "response") == b'{"ok":true}'
    with pytest.raises(UnknownDelivery):
        await desk.inspector.content("dlv_000001", 2, "request")
