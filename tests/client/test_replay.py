"""Replaying deliveries."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from client.deliveries import reading
from client.inspector import ReplayRefused, UnknownDelivery
from client.replay import Replayer
from client.views import Edits
from shared.errors import ContentBroken, ExchangeFailed, Failure
from shared.exchange import Content, Delivery, Handler, Request, Response
from shared.http.heads import RequestHead
from tests.client.deliveries.stage import Clock, Desk, answering, event, head_of, raising


class Seen:
    """An app that remembers what it was sent."""

    def __init__(self, then: Handler | None = None) -> None:
        self.heads: list[RequestHead] = []
        self.contents: list[bytes] = []
        self.deliveries: list[Delivery] = []
        self._then = then or answering()

    async def __call__(self, request: Request) -> Response:
        """Take a request."""
        parts: list[bytes] = []
        while part := await request.content.read():
            parts.append(part)
        self.heads.append(request.head)
        self.contents.append(b"".join(parts))
        self.deliveries.append(request.delivery)
        return await self._then(request)


async def test_replay_sends_the_same_bytes(desk: Desk) -> None:
    """Head and content reach the app as they did the first time, and the result is a further attempt."""
    content, fields = event()
    await desk.send(content, (*fields, (b"x-ODD", b"\xff")), target=b"/a//b?%00")
    seen = Seen()
    desk.app = seen
    attempt = await desk.inspector.replay("dlv_000001")
    assert (attempt.number, attempt.kind, attempt.state, attempt.status) == (2, "replay", "answered", 200)
    assert attempt.signature.state == "valid"
    assert seen.heads == [head_of(content, (*fields, (b"x-ODD", b"\xff")), target=b"/a//b?%00")]
    assert seen.contents == [content]
    (summary,) = await desk.inspector.deliveries()
    assert (summary.attempts, summary.kind) == (2, "replay")


async def test_long_content_is_replayed_from_the_file(desk: Desk) -> None:
    """A content that was kept in parts arrives whole, with its trailers, piece by piece."""
    content = bytes(range(256)) * 2_000
    request = Request(head_of(content), desk.delivery(), Content(content))
    request.content.trailers = ((b"X-Sum", b"1"),)
    await desk.deliver(request)
    seen = Seen()
    desk.app = seen
    await desk.inspector.replay("dlv_000001")
    assert seen.contents == [content]
    assert await desk.inspector.content("dlv_000001", 2, "request") == content


async def test_cut_capture_is_not_replayed(desk: Desk) -> None:
    """A piece is never sent as the whole."""
    content = b"z" * (desk.capture_bytes + 1)
    await desk.deliver(Request(head_of(content), desk.delivery(), Content(content)))
    with pytest.raises(ReplayRefused, match="have the sender send it again"):
        await desk.inspector.replay("dlv_000001")


async def test_cut_capture_is_replayed_with_another_body(desk: Desk) -> None:
    """What was cut is not sent then."""
    desk.capture_bytes = 10
    desk.record = desk.recorder()
    await desk.send(b"x" * 11)
    desk.app = seen = Seen()
    made = await desk.inspector.replay("dlv_000001", Edits(content=b"whole"))
    assert (made.kind, made.status, seen.contents) == ("edit", 200, [b"whole"])


async def test_broken_upload_is_not_replayed(desk: Desk) -> None:
    """What the sender did not finish is not finished for it."""
    content = Content(ended=False)
    content.fail(ContentBroken(Failure.SENDER_ABORTED))
    with pytest.raises(ContentBroken):
        await desk.deliver(Request(RequestHead(b"POST", b"/", ()), desk.delivery(), content))
    with pytest.raises(ReplayRefused):
        await desk.inspector.replay("dlv_000001")


async def test_unknown_delivery_is_said(desk: Desk) -> None:
    """An id that nothing has leads to the list."""
    with pytest.raises(UnknownDelivery, match="hookline list"):
        await desk.inspector.replay("dlv_nothing")


async def test_first_replay_of_a_client_is_told_as_the_one_it_is(tmp_path: Path) -> None:
    """A client that has written nothing yet numbers on from what others wrote, and gives its own attempt back."""
    for number in (2, 3):
        desk = await asyncio.to_thread(Desk, tmp_path / "history.sqlite")
        if number == 2:
            await desk.send(*event())
        desk.app = answering(200 + number)
        made = await desk.inspector.replay("dlv_000001")
        assert (made.number, made.status) == (number, 200 + number)
        await asyncio.to_thread(desk.store.close)


async def test_replay_beside_another_client_is_told_as_the_one_it_is(desk: Desk, tmp_path: Path) -> None:
    """Two clients on one file replay the same delivery in turn."""
    await desk.send(*event())
    other = await asyncio.to_thread(Desk, tmp_path / "history.sqlite")
    numbers = [(await each.inspector.replay("dlv_000001")).number for each in (desk, other, desk, other, other, desk)]
    assert numbers == [2, 3, 4, 5, 6, 7]
    await asyncio.to_thread(other.store.close)


async def test_concurrent_replays_get_numbers_of_their_own(desk: Desk) -> None:
    """Any number of replays of one delivery run side by side."""
    await desk.send()
    made = await asyncio.gather(*(desk.inspector.replay("dlv_000001") for _ in range(10)))
    assert sorted(attempt.number for attempt in made) == list(range(2, 12))
    assert (await desk.inspector.deliveries())[0].attempts == 11


async def test_failed_replay_is_an_attempt_too(desk: Desk) -> None:
    """An app that does not answer fails the replay, not the call."""
    await desk.send()
    desk.app = raising(ExchangeFailed(Failure.ORIGIN_REFUSED, "nobody listens"))
    attempt = await desk.inspector.replay("dlv_000001")
    assert (attempt.state, attempt.failure) == ("failed", "origin-refused")


async def test_edits_change_what_they_name(desk: Desk) -> None:
    """Method, target, fields and content are replaced, and the length is put right."""
    await desk.send(*event())
    seen = Seen()
    desk.app = seen
    fields = (("Host", "x"), ("content-length", "5"), ("Content-Length", "7"))
    edits = Edits(method="PUT", target="/other?x=1", fields=fields, content=b"new body")
    attempt = await desk.inspector.replay("dlv_000001", edits)
    assert attempt.kind == "edit"
    assert seen.heads == [RequestHead(b"PUT", b"/other?x=1", ((b"Host", b"x"), (b"content-length", b"8")))]
    assert seen.contents == [b"new body"]
    assert attempt.signature.state == "invalid"


async def test_new_content_of_an_empty_request_declares_its_length(desk: Desk) -> None:
    """A content that was not there gets its field."""
    head = RequestHead(b"GET", b"/", ((b"Host", b"x"),))
    await desk.deliver(Request(head, desk.delivery(), Content()))
    seen = Seen()
    desk.app = seen
    await desk.inspector.replay("dlv_000001", Edits(content=b"abc"))
    assert seen.heads[0].fields == ((b"Host", b"x"), (b"Content-Length", b"3"))


@pytest.mark.parametrize(
    ("edits", "why"),
    [
        (Edits(method="GE T"), "no HTTP method"),
        (Edits(target="http://other/"), "begins with /"),
        (Edits(target="/a b"), "no spaces"),
        (Edits(target="/\u20ac"), "Latin-1"),
        (Edits(fields=(("X-A", "a\r\nX-B: b"),)), "line break"),
        (Edits(fields=(("X A", "a"),)), "no field name"),
        (Edits(to="localhost:1"), "nothing can be replayed to"),
    ],
)
async def test_edit_that_no_request_may_be_is_refused(desk: Desk, edits: Edits, why: str) -> None:
    """Nothing malformed reaches the app."""
    await desk.send()
    with pytest.raises(ReplayRefused, match=why):
        await desk.inspector.replay("dlv_000001", edits)
    assert (await desk.inspector.deliveries())[0].attempts == 1


async def test_replay_signed_afresh_is_valid(desk: Desk) -> None:
    """With the user's secret an edited body is signed as the provider would."""
    await desk.send(*event())
    attempt = await desk.inspector.replay("dlv_000001", Edits(content=b'{"id":"evt_2"}', resign=True))
    assert (attempt.kind, attempt.signature.state) == ("resigned", "valid")


async def test_signing_without_a_secret_is_refused(desk: Desk) -> None:
    """Where no rule covers the delivery it is said how to get one."""
    await desk.send(b"{}")
    desk.signatures.rules = ()
    with pytest.raises(ReplayRefused, match="--secret-env"):
        await desk.inspector.replay("dlv_000001", Edits(resign=True))


async def test_replay_goes_elsewhere_when_asked(desk: Desk) -> None:
    """Another address is for this replay alone."""
    await desk.send()
    asked: list[str] = []

    def elsewhere(address: str) -> Handler:
        """Give the way to an address."""
        asked.append(address)
        return desk.record

    replayer = Replayer(desk.record, store=desk.store, signatures=desk.signatures, clock=Clock(), elsewhere=elsewhere)
    attempt = await replayer.replay("dlv_000001", Edits(to="localhost:4000"))
    assert (asked, attempt.kind) == (["localhost:4000"], "replay")


async def test_replay_that_no_tunnel_takes_says_why(desk: Desk) -> None:
    """Where nothing was recorded the reason is the answer."""
    await desk.send()
    replayer = Replayer(
        raising(ExchangeFailed(Failure.ENDPOINT_OFFLINE, "no tunnel serves demo here")),
        store=desk.store,
        signatures=desk.signatures,
        clock=Clock(),
    )
    with pytest.raises(ReplayRefused, match="no tunnel serves demo here"):
        await replayer.replay("dlv_000001")


async def test_delivery_that_is_only_in_memory_is_replayed(desk: Desk) -> None:
    """Recording may be out of order; replaying is not."""
    desk.store._journal.stop("the disk is full")
    content, fields = event()
    await desk.send(content, fields)
    seen = Seen()
    desk.app = seen
    attempt = await desk.inspector.replay("dlv_000001")
    assert (attempt.state, seen.contents) == ("answered", [content])


async def test_provider_clock_counts_only_what_the_provider_sent(desk: Desk) -> None:
    """A replay between two attempts of the provider does not count as one."""
    content, fields = event()
    desk.app = answering(500)
    await desk.send(content, fields)
    await desk.inspector.replay("dlv_000001")
    await desk.send(content, fields)
    clocks = [attempt.clock for attempt in (await desk.inspector.delivery("dlv_000001")).attempts]
    assert "1 of 3" in clocks[0]
    assert clocks[1] == ""
    assert "2 of 3" in clocks[2]


async def test_attempt_without_a_delivery_is_unknown(desk: Desk) -> None:
    """Numbers that no attempt has are said, whatever they are."""
    await desk.send()
    for number in (0, 2, -1, 1 << 40):
        with pytest.raises(UnknownDelivery):
            await desk.store.read(partial(reading.attempt, seq=1, number=number))
