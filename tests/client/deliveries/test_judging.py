"""What the verdict adds to an attempt."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from client.deliveries.attempt import Facts, decode_facts, encoded
from client.views import SignatureView
from shared.exchange import Content, Delivery, Request, Response
from tests.client.deliveries.stage import Desk, event, head_of, pieces_of, signature


@pytest.mark.parametrize(
    "name", ["\ud800", "evt_\udfff\x00\x1b[31m", "e" * 100_000, "", "日本", "'; DROP TABLE deliveries"]
)
async def test_hostile_event_is_stored_as_text(desk: Desk, name: str) -> None:
    """Whatever a body calls its event, the row is written, and the rows beside it too."""
    content = json.dumps({"id": name, "type": name}).encode()
    await desk.send(content, (signature(content),))
    await desk.send(*event("evt_after"))
    first, second = await desk.inspector.deliveries()
    assert len(first.event_id.encode()) <= 512
    assert (first.signature, second.event_id, desk.store.trouble) == ("valid", "evt_after", "")


async def test_hostile_signature_is_stored_as_text(desk: Desk) -> None:
    """A verdict that quotes a field full of anything is written."""
    await desk.send(b"{}", ((b"X-TalkifAI-Signature", bytes(range(1, 256)).replace(b"\r", b"").replace(b"\n", b"")),))
    (row,) = await desk.inspector.deliveries()
    assert row.signature == "invalid"


async def test_long_content_is_judged_by_what_is_in_the_file(desk: Desk) -> None:
    """A body of many parts is read back for its verdict, and its event is found."""
    content = json.dumps({"id": "evt_long", "type": "call.ended", "pad": "x" * 500_000}).encode()
    request = Request(head_of(content, (signature(content),)), desk.delivery(), Content(ended=False))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(desk.deliver(request))
        for piece in pieces_of(content, 60_000):
            request.content.feed(piece)
            await asyncio.sleep(0)
        request.content.end()
    (row,) = await desk.inspector.deliveries()
    assert (row.signature, row.event_id) == ("valid", "evt_long")


async def test_long_content_that_cannot_be_read_back_is_answered_all_the_same(desk: Desk) -> None:
    """A history file that was taken away costs the verdict, not the answer."""
    assert await _upload(desk, lambda: asyncio.to_thread(desk.store.path.unlink)) == b'{"ok":true}'


async def test_sender_that_leaves_while_its_long_content_is_judged_leaves_a_row(desk: Desk) -> None:
    """The app has answered, and that is in the history."""

    async def leave() -> None:
        """Go away once the answer is on its way."""
        asyncio.get_running_loop().call_soon(task.cancel)

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(_upload(desk, leave))
    assert task.cancelled()
    (row,) = await desk.inspector.deliveries()
    assert (row.state, row.status, row.duration_seconds is not None) == ("answered", 200, True)


async def _upload(desk: Desk, then: Callable[[], Awaitable[None]]) -> bytes:
    """Send a long content that comes in pieces, and do something when the app has taken it."""
    content = Content(ended=False, length=200_000)
    answer = desk.app

    async def app(request: Request) -> Response:
        """Take all of it."""
        for piece in pieces_of(b"x" * 200_000, 50_000):
            content.feed(piece)
            await request.content.read()
        content.end()
        response = await answer(request)
        await then()
        return response

    desk.app = app
    return await desk.deliver(Request(head_of(b"x" * 200_000), desk.delivery(), content))


async def test_content_that_was_cut_is_unverifiable(desk: Desk) -> None:
    """A signature over bytes that are not there is neither valid nor invalid."""
    content = b"z" * (desk.capture_bytes + 1)
    await desk.deliver(Request(head_of(content, (signature(content),)), desk.delivery(), Content(content)))
    (row,) = await desk.inspector.deliveries()
    assert row.signature == "unverifiable"
    view = (await desk.inspector.delivery(row.id)).attempts[0].signature
    assert view.sentence


def test_facts_with_lone_surrogates_are_encoded() -> None:
    """What no encoding holds becomes a question mark, and nothing else changes."""
    view = SignatureView(
        "invalid", sentence="\ud800", next_step="é", checked=(("a\udfff", "b"),), ruled_out=("\ud800",)
    )
    delivery = Delivery("dlv_1", 1, "demo", 0.0, "", "")
    facts = Facts(head_of(b""), None, view, delivery, "app", "\udc80", "", healthy=True)
    read = decode_facts(encoded(facts))
    assert read.detail == "?"
    assert read.signature == SignatureView(
        "invalid", sentence="?", next_step="é", checked=(("a?", "b"),), ruled_out=("?",)
    )
