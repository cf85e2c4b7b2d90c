"""Imports become deliveries."""

import pytest

from client.deliveries.export.model import CapturedExchange, CapturedResponse
from client.deliveries.faults import NotWritten
from client.deliveries.importing import RequestUnreadable
from client.deliveries.taking_in import endpoint_of
from client.inspector import ReplayRefused
from tests.client.deliveries.stage import Desk, event


def exchange(**changes: object) -> CapturedExchange:
    """Make a signed request of long ago."""
    content, fields = event()
    values: dict[str, object] = {
        "method": b"POST",
        "base": "https://demo.localhost:8443",
        "target": b"/hooks?x=%41",
        "fields": fields,
        "content": content,
        "content_bytes": len(content),
        "started_at": 1_700_000_000.0,
        **changes,
    }
    return CapturedExchange(**values)  # type: ignore[arg-type]


async def test_import_is_judged_listed_now_and_replayable(desk: Desk) -> None:
    """It stands in the list as of now, says when it was, is verified, and can be sent."""
    (row,) = await desk.inspector.take_in([exchange()])
    assert (row.seq, row.received_at, row.endpoint, row.target) == (1, desk.clock.now, "demo", "/hooks?x=%41")
    assert (row.signature, row.event_type, row.state, row.failure) == ("valid", "call.ended", "failed", "not-sent")
    detail = await desk.inspector.delivery(row.id)
    assert (detail.summary, detail.attempts[0].started_at) == (row, 1_700_000_000.0)
    made = await desk.inspector.replay(row.id)
    assert (made.number, made.status, made.signature.state) == (2, 200, "valid")


async def test_import_with_its_answer_keeps_it(desk: Desk) -> None:
    """What was answered elsewhere is part of the attempt."""
    answer = CapturedResponse(
        status=503, reason=b"Busy", fields=((b"X-A", b"1"),), content=b"y" * 70_000, content_bytes=70_000
    )
    (row,) = await desk.inspector.take_in([exchange(response=answer, duration_seconds=0.25)])
    assert (row.state, row.status, row.duration_seconds) == ("answered", 503, 0.25)
    attempt = (await desk.inspector.delivery(row.id)).attempts[0]
    assert attempt.response is not None
    assert (attempt.response.line, attempt.response.fields) == ("HTTP/1.1 503 Busy", (("X-A", "1"),))
    assert await desk.inspector.content(row.id, 1, "response") == b"y" * 70_000


async def test_imports_of_one_event_stand_alone(desk: Desk) -> None:
    """An import is no retry of what came, and what comes is no retry of an import."""
    await desk.inspector.take_in([exchange(), exchange()])
    await desk.send(*event())
    assert [row.attempts for row in await desk.inspector.deliveries()] == [1, 1, 1]
    await desk.send(*event())
    assert [row.attempts for row in await desk.inspector.deliveries()] == [1, 1, 2]


async def test_import_that_was_cut_is_marked(desk: Desk) -> None:
    """A content that is not whole is never sent."""
    (row,) = await desk.inspector.take_in([exchange(content=None, content_bytes=500)])
    assert [found.id for found in await desk.inspector.deliveries(query="is:truncated")] == [row.id]
    with pytest.raises(ReplayRefused):
        await desk.inspector.replay(row.id)


async def test_import_that_the_file_does_not_take_is_said(desk: Desk) -> None:
    """Nothing of it stays in memory."""
    desk.store._journal.stop("the disk is full")
    with pytest.raises(NotWritten, match="0 of 1 were imported, then no more: the disk is full"):
        await desk.inspector.take_in([exchange()])
    assert await desk.inspector.deliveries() == []
    assert desk.store.counts.received == 0


@pytest.mark.parametrize(
    ("base", "endpoint"),
    [
        ("https://billing.relay.example.com", "billing"),
        ("https://relay.example.com/t/billing", "billing"),
        ("http://127.0.0.1:3000", "127.0.0.1"),
        ("http://[::1]:3000", "::1"),
        ("", "import"),
        ("https://[", "import"),
    ],
)
def test_endpoint_is_read_from_the_url(base: str, endpoint: str) -> None:
    """A URL of a relay names the tunnel that a replay goes through."""
    assert endpoint_of(base) == endpoint


@pytest.mark.parametrize(
    "changes",
    [
        {"method": b""},
        {"method": b"GET /\r\nX"},
        {"target": b"hooks"},
        {"target": b"/ HTTP/1.1\r\n"},
        {"fields": ((b"X", b"a\r\nB: c"),)},
        {"fields": ((b"", b""),)},
    ],
)
async def test_import_of_what_no_request_may_be_is_refused(desk: Desk, changes: dict[str, object]) -> None:
    """Nothing is kept that would be another request when it is sent; the good ones beside it are not kept either."""
    with pytest.raises(RequestUnreadable, match="request 2 of 2 is none that could be sent"):
        await desk.inspector.take_in([exchange(), exchange(**changes)])
    assert await desk.inspector.deliveries() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"started_at": 769_710_179 * 31_556_952.0},
        {"started_at": -1.0},
        {"started_at": float("nan")},
        {"duration_seconds": float("inf")},
        {"content": None, "content_bytes": 2**63},
        {"attempt": 0},
        {"response": CapturedResponse(status=2**40)},
        {"response": CapturedResponse(status=200, content=None, content_bytes=-1)},
    ],
)
async def test_import_of_numbers_that_nothing_has_is_refused(desk: Desk, changes: dict[str, object]) -> None:
    """A row with such a time or size would spoil every list that shows it."""
    with pytest.raises(RequestUnreadable, match=r"request 2 of 2 has .* which is not between .*; nothing was imported"):
        await desk.inspector.take_in([exchange(), exchange(**changes)])
    assert await desk.inspector.deliveries() == []
