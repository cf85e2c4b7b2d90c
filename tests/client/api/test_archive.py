"""Putting the history in order, over HTTP."""

import base64

import aiohttp
import pytest

from client.api import RemoteInspector
from client.deliveries.export.model import CapturedExchange
from client.deliveries.faults import NotWritten
from client.deliveries.filter import FilterError
from client.inspector import UnknownDelivery
from tests.client.deliveries.stage import Desk, event

JSON = {"Content-Type": "application/json"}


async def test_remote_inspector_pins_removes_and_clears(desk: Desk, remote: RemoteInspector) -> None:
    """What the inspector can do beside the file, it can do over the API."""
    for number in range(4):
        await desk.send(*event(f"evt_{number}"))
    assert (await remote.pin("dlv_000001")).pinned
    assert not (await remote.pin("dlv_000001", pinned=False)).pinned
    await remote.pin("dlv_000002")
    await remote.remove("dlv_000003")
    assert await remote.clear("event:evt_3") == 1
    assert [row.seq for row in await remote.deliveries()] == [1, 2]
    assert (await remote.clear(), await remote.clear(pinned=True)) == (1, 1)


async def test_refusals_come_back_as_what_they_were(desk: Desk, remote: RemoteInspector) -> None:
    """Error types survive the way over HTTP."""
    with pytest.raises(UnknownDelivery):
        await remote.remove("dlv_9")
    with pytest.raises(FilterError):
        await remote.clear("sig:bda")
    await desk.send()
    desk.store._journal.stop("the disk is full")
    with pytest.raises(NotWritten, match="the disk is full"):
        await remote.clear()


async def test_imports_arrive_in_order(desk: Desk, remote: RemoteInspector, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many are sent in several requests; bytes come through as they are."""
    monkeypatch.setattr("client.api.remote.TOGETHER_BYTES", 10_000)
    content = bytes(range(256))
    exchanges = [
        CapturedExchange(
            method=b"POST", base="https://a.b", target=b"/%d" % number, fields=((b"X", b"\xff"),), content=content
        )
        for number in range(7)
    ]
    taken = await remote.take_in(exchanges)
    assert [row.target for row in taken] == [f"/{number}" for number in range(7)]
    assert await remote.content(taken[3].id, 1, "request") == content
    assert (await remote.delivery(taken[3].id)).attempts[0].request.fields == (("X", "ÿ"),)  # type: ignore[union-attr]


async def test_file_is_read_by_the_api(url: str, session: aiohttp.ClientSession) -> None:
    """A cURL line is posted as it is; what is no request is refused with its place."""
    file = base64.b64encode(b"curl -d hello https://demo.localhost/hooks").decode()
    async with session.post(f"{url}/api/deliveries/import", json={"file": file}) as response:
        assert response.status == 201
        (row,) = (await response.json())["deliveries"]
        assert (row["method"], row["target"], row["failure"]) == ("POST", "/hooks", "not-sent")
    for body in ({"file": base64.b64encode(b"nonsense").decode()}, {}):
        async with session.post(f"{url}/api/deliveries/import", json=body) as response:
            assert (response.status, (await response.json())["code"]) == (400, "request-unreadable")


async def test_deleting_needs_no_body_and_no_type(desk: Desk, url: str, session: aiohttp.ClientSession) -> None:
    """A browser asks before it deletes elsewhere, and is told no; `curl -X DELETE` just works."""
    await desk.send()
    async with session.delete(f"{url}/api/deliveries?pinned=maybe") as response:
        assert response.status == 400
    async with session.delete(f"{url}/api/deliveries", headers={"Origin": "https://evil.example"}) as response:
        assert response.status == 403
    async with session.delete(f"{url}/api/deliveries") as response:
        assert await response.json() == {"removed": 1}


async def test_removals_are_told_to_followers(desk: Desk, remote: RemoteInspector) -> None:
    """A list on the screen loses its rows."""
    await desk.send()
    after = desk.feed.last
    await desk.inspector.clear()
    async for change in remote.changes(after):
        assert change.removed == (1,)
        break
