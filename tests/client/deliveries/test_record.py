"""Recording an exchange on its way."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from client.deliveries.record import NOT_RECORDED
from shared.errors import ContentBroken, ExchangeFailed, Failure, LinkClosed
from shared.exchange import Content, Request, Response
from shared.http.heads import RequestHead, ResponseHead
from tests.client.deliveries.stage import Desk, answering, drained, event, head_of, only, pieces_of, raising, signature


async def test_answered_delivery_is_in_the_file_when_its_answer_leaves(desk: Desk) -> None:
    """An answer leaves when request, answer and verdict can be read from the file."""
    content, fields = event()
    await desk.send(content, fields)
    detail = await desk.inspector.delivery(await only(desk.inspector))
    attempt = detail.attempts[0]
    assert (attempt.state, attempt.status, attempt.signature.state) == ("answered", 200, "valid")
    assert await desk.inspector.content(detail.summary.id, 1, "request") == content
    assert await desk.inspector.content(detail.summary.id, 1, "response") == b'{"ok":true}'
    assert attempt.request is not None
    assert attempt.request.fields[-1][0] == "X-TalkifAI-Signature"


async def test_summary_says_what_the_provider_sent(desk: Desk) -> None:
    """A row of the list holds provider, event, verdict and the provider's clock."""
    content, fields = event("evt_abc123", "call.started")
    await desk.send(content, fields)
    (summary,) = await desk.inspector.deliveries()
    assert (summary.provider, summary.event_type, summary.event_id) == ("talkifai", "call.started", "evt_abc123")
    assert (summary.seq, summary.attempts, summary.size_bytes, summary.healthy) == (1, 1, len(content), True)
    assert summary.clock.startswith("answered in")


async def test_odd_bytes_of_a_head_are_kept(desk: Desk) -> None:
    """Target and fields are recorded byte for byte: case, order, repetition and obs-text."""
    fields = ((b"X-ODD", b"\xff\x80"), (b"x-odd", b""), (b"X-Odd", b"a  b"))
    await desk.send(b"", fields, target=b"/a//b/../c?%00&x=")
    request = (await desk.inspector.delivery("dlv_000001")).attempts[0].request
    assert request is not None
    assert request.line == "POST /a//b/../c?%00&x= HTTP/1.1"
    assert [field for field in request.fields if field[0].lower() == "x-odd"] == [
        ("X-ODD", "\xff\x80"),
        ("x-odd", ""),
        ("X-Odd", "a  b"),
    ]


async def test_retry_of_an_event_joins_its_delivery(desk: Desk) -> None:
    """The same event id from the same provider at the same endpoint is a further attempt."""
    content, fields = event()
    await desk.send(content, fields)
    await desk.send(content, fields)
    (summary,) = await desk.inspector.deliveries()
    assert (summary.attempts, summary.kind) == (2, "retry")
    detail = await desk.inspector.delivery(summary.id)
    assert [attempt.kind for attempt in detail.attempts] == ["received", "retry"]


async def test_retries_in_one_turn_join_their_delivery(desk: Desk) -> None:
    """Attempts of one event that are committed together are one delivery."""
    content, fields = event()
    await asyncio.gather(*(desk.send(content, fields) for _ in range(5)))
    (summary,) = await desk.inspector.deliveries()
    assert summary.attempts == 5


async def test_retry_joins_its_delivery_however_long_the_app_takes(desk: Desk) -> None:
    """An attempt that has its row before its answer is recognised by its request; its verdict is there, too."""
    content, fields = event()
    go_on = asyncio.Event()

    async def slow(request: Request) -> Response:
        """Answer when told to."""
        await go_on.wait()
        return await answering(500)(request)

    desk.app = slow
    for attempts in (1, 2):
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(desk.send(content, fields))
            query = f"status:pending attempts:{attempts}"
            while not (rows := await desk.inspector.deliveries(query=query)):  # noqa: ASYNC110 - it comes after 50 ms
                await asyncio.sleep(0.005)
            assert [(row.event_id, row.signature) for row in rows] == [("evt_1", "valid")]
            go_on.set()
        go_on.clear()
    (summary,) = await desk.inspector.deliveries()
    assert (summary.attempts, summary.kind, desk.store.counts.received) == (2, "retry", 2)


async def test_retry_joins_a_delivery_whose_answer_came_in_pieces(desk: Desk) -> None:
    """An answer that is still coming gives its delivery a row before it ends."""
    content, fields = event()

    async def app(request: Request) -> Response:
        """Give the head, and the rest in the next turn."""
        request.content.whole()
        answer = Content(ended=False)
        asyncio.get_running_loop().call_soon(answer.end)
        return Response(ResponseHead(200, b"OK", ()), answer)

    desk.app = app
    for _ in range(2):
        await desk.deliver(Request(head_of(content, fields), desk.delivery(), Content(content)))
    (summary,) = await desk.inspector.deliveries()
    assert (summary.attempts, summary.kind) == (2, "retry")


async def test_retry_joins_a_delivery_that_was_uploaded_slowly(desk: Desk) -> None:
    """What a delivery is becomes known with the end of its request, and its retries join it from then on."""
    content, fields = event()
    upload = Content(ended=False, length=len(content))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(desk.deliver(Request(head_of(content, fields), desk.delivery(), upload)))
        while not await desk.inspector.deliveries():  # noqa: ASYNC110 - its row comes after 50 ms
            await asyncio.sleep(0.005)
        upload.feed(content)
        upload.end()
    await desk.send(content, fields)
    (summary,) = await desk.inspector.deliveries()
    assert (summary.attempts, summary.event_id) == (2, "evt_1")


async def test_forged_event_does_not_join(desk: Desk) -> None:
    """An invalid signature with a known event id begins a delivery of its own."""
    content, fields = event()
    await desk.send(content, fields)
    await desk.send(content, (signature(content, b"forged"),))
    assert [row.signature for row in await desk.inspector.deliveries()] == ["valid", "invalid"]
    await desk.send(content, fields)
    assert [row.attempts for row in await desk.inspector.deliveries()] == [2, 1]


def test_retry_is_recognised_after_a_restart(tmp_path: Path) -> None:
    """Events are remembered by the file."""
    content, fields = event()
    for _ in range(2):
        desk = Desk(tmp_path / "history.sqlite")
        asyncio.run(desk.send(content, fields))
        (summary,) = asyncio.run(desk.inspector.deliveries())
        desk.store.close()
    assert summary.attempts == 2


@pytest.mark.parametrize(
    ("error", "failure", "detail"),
    [
        (ExchangeFailed(Failure.ORIGIN_REFUSED, "nobody listens on 3000"), "origin-refused", "nobody listens on 3000"),
        (ContentBroken(Failure.SENDER_ABORTED, "gone"), "sender-aborted", "gone"),
        (LinkClosed("the relay is gone"), "endpoint-lost", "the relay is gone"),
        (ZeroDivisionError("secret"), "client-internal", "ZeroDivisionError"),
    ],
)
async def test_failure_is_recorded_and_raised(desk: Desk, error: Exception, failure: str, detail: str) -> None:
    """An exchange without an answer has a row with its code, and fails as before."""
    desk.app = raising(error)
    with pytest.raises(type(error)):
        await desk.send()
    attempt = (await desk.inspector.delivery("dlv_000001")).attempts[0]
    assert (attempt.state, attempt.failure, attempt.failure_detail) == ("failed", failure, detail)


async def test_sender_that_goes_away_is_recorded(desk: Desk) -> None:
    """An exchange that is cancelled has its row before the cancellation goes on."""
    arrived = asyncio.Event()

    async def app(request: Request) -> Response:
        """Take a request."""
        arrived.set()
        await asyncio.Event().wait()
        raise AssertionError(request)

    desk.app = app
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(desk.send())
        await arrived.wait()
        task.cancel()
    attempt = (await desk.inspector.delivery("dlv_000001")).attempts[0]
    assert (attempt.state, attempt.failure) == ("failed", "sender-aborted")


async def test_exchange_cancelled_by_the_end_of_the_client_is_interrupted(desk: Desk) -> None:
    """Nobody is blamed for what the user ended."""
    desk.store.leaving = True
    desk.app = raising(asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        await desk.send()
    assert (await desk.inspector.delivery("dlv_000001")).attempts[0].state == "interrupted"


async def test_cancelling_the_wait_for_the_commit_loses_no_row_and_closes_the_answer(desk: Desk) -> None:
    """The row is written although nobody waits for it, and the app's answer is let go."""
    closed: list[bool] = []

    async def app(request: Request) -> Response:
        """Take a request."""
        response = Response(ResponseHead(200, b"OK", ()), Content(b"x"))
        response.on_close(lambda: closed.append(True))
        asyncio.get_running_loop().call_soon(task.cancel)
        return response

    desk.app = app
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(desk.send())
    assert closed == [True]
    assert (await desk.inspector.delivery("dlv_000001")).attempts[0].status == 200


async def test_slow_exchange_has_a_row_while_it_runs(desk: Desk) -> None:
    """A row of state `pending` is there before the app answers."""
    go = asyncio.Event()

    async def app(request: Request) -> Response:
        """Take a request."""
        await go.wait()
        return Response(ResponseHead(204, b"No Content", ()), Content())

    desk.app = app
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(desk.send())
        changes = desk.feed.changes(0)
        begun = await anext(changes)
        assert begun.delivery is not None
        assert [row.state for row in await desk.inspector.deliveries()] == ["pending"]
        go.set()
        ended = await anext(changes)
    assert ended.delivery is not None
    assert (begun.delivery.state, ended.delivery.state) == ("pending", "answered")
    assert begun.delivery.seq == ended.delivery.seq


async def test_long_upload_goes_to_the_file_in_parts(desk: Desk) -> None:
    """A content that comes in pieces is kept whole, judged, and never held whole."""
    content = b"\x00\xff" * 150_000
    request = Request(head_of(content, (signature(content),)), desk.delivery(), Content(ended=False, length=300_000))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(desk.deliver(request))
        for piece in pieces_of(content, 10_000):
            request.content.feed(piece)
            await asyncio.sleep(0)
        request.content.end()
    attempt = (await desk.inspector.delivery("dlv_000001")).attempts[0]
    assert await desk.inspector.content("dlv_000001", 1, "request") == content
    assert attempt.request is not None
    assert (attempt.request.captured_bytes, attempt.request.content_bytes) == (300_000, 300_000)
    assert attempt.signature.state == "valid"


async def test_content_beyond_the_limit_is_counted_and_marked(desk: Desk) -> None:
    """A capture that was cut says so: fewer bytes are kept than there were."""
    content = b"z" * (desk.capture_bytes + 1)
    await desk.deliver(Request(head_of(content), desk.delivery(), Content(content)))
    request = (await desk.inspector.delivery("dlv_000001")).attempts[0].request
    assert request is not None
    assert (request.captured_bytes, request.content_bytes) == (desk.capture_bytes, len(content))


async def test_upload_that_breaks_off_is_never_complete(desk: Desk) -> None:
    """What the sender did not finish is recorded as a piece."""
    content = Content(ended=False)
    request = Request(RequestHead(b"POST", b"/", ()), desk.delivery(), content)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(_expecting_failure(desk, request))
        content.feed(b"abc")
        await asyncio.sleep(0)
        content.fail(ContentBroken(Failure.SENDER_ABORTED))
    del task
    shown = (await desk.inspector.delivery("dlv_000001")).attempts[0]
    assert shown.request is not None
    assert (shown.failure, shown.request.captured_bytes, shown.request.content_bytes) == ("sender-aborted", 3, 4)


async def _expecting_failure(desk: Desk, request: Request) -> None:
    with contextlib.suppress(ContentBroken):
        await desk.deliver(request)


async def test_streamed_answer_is_recorded_when_it_has_passed(desk: Desk) -> None:
    """An answer that comes in pieces completes its row before its end leaves."""
    answer = Content(ended=False)

    async def app(request: Request) -> Response:
        """Take a request."""
        request.content.whole()
        return Response(ResponseHead(200, b"OK", ()), answer)

    desk.app = app
    response = await desk.record(Request(head_of(b""), desk.delivery(), Content()))
    assert [row.state for row in await desk.inspector.deliveries()] == ["pending"]
    answer.feed(b"one")
    answer.feed(b"two")
    answer.end()
    assert await drained(response) == b"onetwo"
    assert [row.state for row in await desk.inspector.deliveries()] == ["answered"]
    response.close()
    assert await desk.inspector.content("dlv_000001", 1, "response") == b"onetwo"


async def test_answer_that_breaks_off_fails_with_its_code(desk: Desk) -> None:
    """An app that stops in the middle is recorded so, with what had come."""
    answer = Content(ended=False)

    async def app(request: Request) -> Response:
        """Take a request."""
        return Response(ResponseHead(200, b"OK", ()), answer)

    desk.app = app
    response = await desk.record(Request(head_of(b""), desk.delivery(), Content()))
    answer.feed(b"one")
    assert await response.content.read() == b"one"
    answer.fail(ContentBroken(Failure.ORIGIN_TRUNCATED, "the app closed after 3 bytes"))
    with pytest.raises(ContentBroken):
        await response.content.read()
    response.close()
    attempt = (await desk.inspector.delivery("dlv_000001")).attempts[0]
    assert (attempt.state, attempt.failure, attempt.status) == ("failed", "origin-truncated", 200)


async def test_receiver_that_leaves_a_streamed_answer_is_recorded(desk: Desk) -> None:
    """A response that is closed before its end was not delivered."""

    async def app(request: Request) -> Response:
        """Take a request."""
        return Response(ResponseHead(200, b"OK", ()), Content(ended=False))

    desk.app = app
    response = await desk.record(Request(head_of(b""), desk.delivery(), Content()))
    response.close()
    assert (await desk.inspector.delivery("dlv_000001")).attempts[0].failure == "sender-aborted"


async def test_upgraded_exchange_ends_with_its_response(desk: Desk) -> None:
    """Raw bytes of another protocol pass unseen; the row is complete when the response is closed."""

    async def app(request: Request) -> Response:
        """Take a request."""
        return Response(ResponseHead(101, b"Switching Protocols", ()), Content(ended=False))

    desk.app = app
    head = RequestHead(b"GET", b"/ws", (), upgrade=b"websocket")
    response = await desk.record(Request(head, desk.delivery(), Content(ended=False)))
    assert [row.state for row in await desk.inspector.deliveries()] == ["pending"]
    response.close()
    attempt = (await desk.inspector.delivery("dlv_000001")).attempts[0]
    assert (attempt.state, attempt.status) == ("answered", 101)


async def test_answer_that_could_not_be_recorded_says_so(desk: Desk) -> None:
    """A delivery is answered whatever happens to the file, and its answer tells."""
    await desk.send()
    connection = desk.store._file.connection
    assert connection is not None
    connection.execute(f"PRAGMA max_page_count = {connection.execute('PRAGMA page_count').fetchone()[0]}")
    response = await desk.send(b"x" * 70_000)
    assert NOT_RECORDED in response.head.fields
    assert "the disk is full" in desk.store.trouble


async def test_delivery_is_refused_where_history_is_required(desk: Desk) -> None:
    """With history required, what cannot be recorded does not reach the app."""
    desk.store._journal.stop("the disk is full")
    record = desk.recorder(require_history=True)
    with pytest.raises(ExchangeFailed) as caught:
        await record(Request(head_of(b""), desk.delivery(), Content()))
    assert (caught.value.failure, caught.value.delivered) == (Failure.HISTORY_FULL, "no")


async def test_counts_tell_received_failed_and_badly_signed(desk: Desk) -> None:
    """Totals count what providers sent."""
    content, fields = event()
    await desk.send(content, fields)
    await desk.send(content, (signature(content, b"forged"),))
    desk.app = raising(ExchangeFailed(Failure.ORIGIN_REFUSED))
    with pytest.raises(ExchangeFailed):
        await desk.send(*event("evt_2"))
    desk.store.flush()
    counts = desk.store.counts
    assert (counts.received, counts.failed, counts.bad_signatures) == (3, 1, 1)
