"""Deliveries over the local API, seen by its own client."""

import pytest

from client.api import RemoteInspector
from client.api.problems import ApiRefused
from client.api.remote import ClientGone
from client.deliveries.filter import FilterError
from client.inspector import ReplayRefused, UnknownDelivery
from client.views import Edits
from shared.exchange import Content, Request
from tests.client.deliveries.stage import Desk, event, head_of


async def test_far_inspector_gives_what_the_near_one_does(desk: Desk, remote: RemoteInspector) -> None:
    """List, detail, contents and status are the same on both sides."""
    for number in range(5):
        await desk.send(*event(f"evt_{number}"))
    near = desk.inspector
    assert await remote.status() == await near.status()
    assert await remote.deliveries() == await near.deliveries()
    assert [row.seq for row in await remote.deliveries(query="evt_3")] == [4]
    assert await remote.deliveries(query="call.ended", before=4, limit=2) == await near.deliveries(before=4, limit=2)
    assert await remote.deliveries(after=3) == await near.deliveries(after=3)
    assert await remote.delivery("dlv_000002") == await near.delivery("dlv_000002")
    assert await remote.content("dlv_000002", 1, "request") == event("evt_1")[0]
    assert await remote.content("dlv_000002", 1, "response") == b'{"ok":true}'


async def test_replay_over_the_api_carries_edits(desk: Desk, remote: RemoteInspector) -> None:
    """Edits travel as JSON, contents in base 64, and the finished attempt comes back."""
    await desk.send(*event())
    edits = Edits(method="PUT", fields=(("X-A", "\xff"),), content=bytes(range(256)))
    attempt = await remote.replay("dlv_000001", edits)
    assert (attempt.number, attempt.kind, attempt.status) == (2, "edit", 200)
    assert await remote.content("dlv_000001", 2, "request") == bytes(range(256))


async def test_refusals_keep_their_types(desk: Desk, remote: RemoteInspector) -> None:
    """What was raised there is raised here."""
    content = b"z" * (desk.capture_bytes + 1)
    await desk.deliver(Request(head_of(content), desk.delivery(), Content(content)))
    with pytest.raises(UnknownDelivery):
        await remote.delivery("nothing/../x?y")
    with pytest.raises(UnknownDelivery):
        await remote.content("dlv_000001", 7, "request")
    with pytest.raises(ReplayRefused, match="captured"):
        await remote.replay("dlv_000001")
    with pytest.raises(FilterError) as caught:
        await remote.deliveries(query="sig:bda")
    assert (caught.value.position, caught.value.text) == (4, "sig:bda")
    with pytest.raises(ApiRefused):
        await remote.deliveries(before=-1)


async def test_client_that_is_gone_is_said() -> None:
    """Nobody there is one sentence."""
    remote = RemoteInspector("http://127.0.0.1:9")
    with pytest.raises(ClientGone, match="is it still running"):
        await remote.status()
    await remote.close()


async def test_large_content_passes_whole(desk: Desk, remote: RemoteInspector) -> None:
    """A content of many parts arrives as it was captured."""
    content = bytes(range(256)) * 3_000
    await desk.deliver(Request(head_of(content), desk.delivery(), Content(content)))
    assert await remote.content("dlv_000001", 1, "request") == content
