"""The stream of events, and following it through interruptions."""

import asyncio
import json

import aiohttp
import pytest

from client.api import ApiServer, RemoteInspector
from client.api.openapi import document
from client.api.stream import EventReader
from client.views import Change, Status
from tests.client.deliveries.stage import Desk, event


async def lines(response: aiohttp.ClientResponse, count: int) -> list[bytes]:
    """Give the next lines of a stream."""
    return [await response.content.readline() for _ in range(count)]


async def test_stream_begins_with_the_number_to_resume_from(
    desk: Desk, url: str, session: aiohttp.ClientSession
) -> None:
    """A follower that breaks off before the first event knows where it was."""
    await desk.send()
    desk.store.flush()
    async with session.get(f"{url}/api/events") as response:
        assert response.content_type == "text/event-stream"
        assert await lines(response, 3) == [b"retry: 500\n", b"id: 1\n", b"\n"]
        await desk.send()
        desk.store.flush()
        assert (await lines(response, 2)) == [b"id: 2\n", b"event: delivery\n"]


async def test_quiet_stream_shows_that_it_lives(url: str, session: aiohttp.ClientSession) -> None:
    """Heartbeats are comments."""
    async with session.get(f"{url}/api/events") as response:
        assert (await lines(response, 5))[3:] == [b":\n", b"\n"]


async def test_stream_resumes_by_last_event_id(desk: Desk, url: str, session: aiohttp.ClientSession) -> None:
    """What happened after the number is told at once; a number that is none begins now."""
    for number in range(4):
        await desk.send(*event(f"evt_{number}"))
    async with session.get(f"{url}/api/events", headers={"Last-Event-ID": "2"}) as response:
        read = await lines(response, 11)
        assert [line for line in read if line.startswith(b"id")] == [b"id: 2\n", b"id: 3\n", b"id: 4\n"]
    async with session.get(f"{url}/api/events", headers={"Last-Event-ID": "x"}) as response:
        assert (await lines(response, 2))[1] == b"id: 4\n"


@pytest.mark.parametrize("said", ["", " ", "x", "-1", "1.5", "1e3", "٣", "9" * 19, "0x10", "None", "2;", "é"])
async def test_last_event_id_that_is_none_begins_now(
    desk: Desk, url: str, session: aiohttp.ClientSession, said: str
) -> None:
    """Whatever a client sends, it gets a stream that begins with the number to resume from, and then what happens."""
    await desk.send()
    desk.store.flush()
    async with session.get(f"{url}/api/events", headers={"Last-Event-ID": said}) as response:
        assert (response.status, response.headers["Content-Type"]) == (200, "text/event-stream")
        assert (await lines(response, 3))[1] == b"id: 1\n"
        await desk.send()
        desk.store.flush()
        assert (await lines(response, 2))[0] == b"id: 2\n"


@pytest.mark.parametrize("said", ["5000", "9" * 18])
async def test_last_event_id_of_a_client_that_ran_before_begins_at_the_oldest(
    desk: Desk, url: str, session: aiohttp.ClientSession, said: str
) -> None:
    """A number that this client has not reached is from another one: nothing that is kept is left out."""
    await desk.send()
    desk.store.flush()
    async with session.get(f"{url}/api/events", headers={"Last-Event-ID": said}) as response:
        assert b"id: 1\n" in await lines(response, 5)


async def test_stream_is_what_the_document_says(desk: Desk, url: str, session: aiohttp.ClientSession) -> None:
    """Media type and every event's data are as described; a refusal is a problem document before the stream begins."""
    await desk.send()
    desk.store.flush()
    told = document()
    media = told["paths"]["/api/events"]["get"]["responses"]["200"]["content"]
    async with session.get(f"{url}/api/events", headers={"Last-Event-ID": "0"}) as response:
        assert [response.content_type] == list(media)
        event_line, data = [line for line in await lines(response, 7) if line.startswith((b"event", b"data"))]
    members = told["components"]["schemas"]["DeliverySummary"]["properties"]
    assert (event_line, set(json.loads(data.removeprefix(b"data: ")))) == (b"event: delivery\n", set(members))
    async with session.get(f"{url}/api/events", headers={"Origin": "https://evil.example"}) as response:
        assert (response.status, response.content_type) == (403, "application/problem+json")


async def test_remote_follower_survives_a_restart_of_the_api(desk: Desk) -> None:
    """Changes go on after the stream broke, none is lost and none comes twice."""
    server = ApiServer(desk.inspector, port=0)
    remote = RemoteInspector(await server.start())
    changes = remote.changes(0)
    await desk.send(*event("evt_1"))
    assert (await anext(changes)).number == 1
    port = server.port
    await server.close()
    await desk.send(*event("evt_2"))
    server = ApiServer(desk.inspector, port=port)
    await server.start()
    assert (await anext(changes)).number == 2
    desk.feed.publish(status=Status("1", "", "online"))
    assert (await anext(changes)).status == Status("1", "", "online")
    await changes.aclose()  # type: ignore[attr-defined]
    await remote.close()
    await server.close()


async def test_follower_ends_when_the_client_is_gone(desk: Desk) -> None:
    """A client that does not come back ends the changes."""
    server = ApiServer(desk.inspector, port=0)
    remote = RemoteInspector(await server.start(), gone_seconds=0.1)
    changes = remote.changes(0)
    await desk.send()
    await anext(changes)
    await server.close()
    assert [change async for change in changes] == []
    await remote.close()


async def test_burst_is_coalesced(desk: Desk, remote: RemoteInspector) -> None:
    """Under load a follower gets the newest state of each delivery, and misses none."""
    content, fields = event()
    await asyncio.gather(*(desk.send(content, fields) for _ in range(50)))
    await desk.send(*event("evt_2"))
    desk.store.flush()
    got: list[Change] = []
    async for change in remote.changes(0):
        got.append(change)
        if change.delivery is not None and change.delivery.seq == 2:
            break
    assert [change.delivery.attempts for change in got if change.delivery] == [50, 1]


def test_events_are_read_in_any_pieces() -> None:
    """Where the bytes are cut does not matter."""
    stream = (
        b'retry: 500\nid: 6\n\n:\n\nid: 7\nevent: status\ndata: {"version":"1","relay":"","link":"online"}\n\nid: 8\n'
    )
    for size in (1, 2, 7, len(stream)):
        reader = EventReader()
        found = [change for at in range(0, len(stream), size) for change in reader.read(stream[at : at + size])]
        assert found == [Change(7, status=Status("1", "", "online"))]
        assert reader.last == 7
