"""A link between two ends in memory."""

import asyncio

import pytest

from shared.errors import ContentBroken, ExchangeFailed, Failure, LinkClosed
from shared.exchange import Content, Request, Response
from shared.link.outbox import EARLY_FRAMES
from shared.protocol.hello import Limits
from tests.exchanges import drain, echo, request, response
from tests.pairs import linked
from tests.waiting import settled


async def test_request_is_answered_whole() -> None:
    """A small delivery comes back in one piece, with its fields as they were."""
    async with linked(echo) as pair:
        answer = await pair.relay.request(request(b"hello", fields=((b"X-Odd", b"\xe9"),)))
        assert answer.head.fields[0] == (b"X-Odd", b"\xe9")
        assert await drain(answer.content) == b"hello"
        answer.close()
        assert pair.relay.active == 0


async def test_requests_of_one_turn_share_a_message() -> None:
    """What becomes ready in one turn of the loop leaves in one message, or in a few where it is much."""
    async with linked(echo) as pair:
        await asyncio.sleep(0)
        before = len(pair.relay_wire.sent)
        answers = await asyncio.gather(*(pair.relay.request(request(b"%d" % n)) for n in range(4)))
        assert [await drain(answer.content) for answer in answers] == [b"%d" % n for n in range(4)]
        assert len(pair.relay_wire.sent) - before == 1
        before = len(pair.relay_wire.sent)
        await asyncio.gather(*(pair.relay.request(request(b"%d" % n)) for n in range(20)))
        assert 1 < len(pair.relay_wire.sent) - before <= 2 * 20 / EARLY_FRAMES + 1


async def test_bodies_stream_both_ways_within_the_window() -> None:
    """A body far larger than the window arrives whole, and never more than the window waits at the other end."""
    produced = 0

    async def count(asked: Request) -> Response:
        return response(str(len(await drain(asked.content))).encode())

    async with linked(count, Limits(stream_window_bytes=1000, link_window_bytes=4000)) as pair:
        content = Content(ended=False)
        asking = asyncio.get_running_loop().create_task(pair.relay.request(request(content)))
        for _ in range(100):
            content.feed(b"x" * 700)
            produced += 700
            await asyncio.sleep(0)
        content.end()
        answer = await asking
        assert await drain(answer.content) == str(produced).encode()
        answer.close()


async def test_a_reader_that_stops_stops_the_sender() -> None:
    """Credit is granted as content is taken: what is not taken is not sent."""
    taken = 0

    def count(size: int) -> None:
        nonlocal taken
        taken += size

    endless = Content(b"x" * 100_000, ended=False, on_taken=count)

    async def send(_asked: Request) -> Response:
        for _ in range(50):
            endless.feed(b"y" * 1000)
        return response(endless)

    async with linked(send, Limits(stream_window_bytes=1000)) as pair:
        answer = await pair.relay.request(request())
        for _ in range(50):
            await asyncio.sleep(0)
        assert taken == 100_000  # one chunk lies in the sender's hands, 1,000 bytes of it have left
        answer.close()
        await settled(lambda: pair.client.active == 0)


async def test_failure_arrives_as_it_was_raised() -> None:
    """What the client says went wrong is what the relay's door hears."""

    async def refuse(_asked: Request) -> Response:
        raise ExchangeFailed(Failure.ORIGIN_REFUSED, "127.0.0.1:3000 refused")

    async with linked(refuse) as pair:
        with pytest.raises(ExchangeFailed) as caught:
            await pair.relay.request(request(b"x"))
        assert (caught.value.failure, caught.value.delivered) == (Failure.ORIGIN_REFUSED, "no")


async def test_handler_that_breaks_answers_internal() -> None:
    """A bug in a handler ends its own exchange only."""

    async def broken(asked: Request) -> Response:
        if asked.content.whole() == b"bug":
            raise ZeroDivisionError
        return response(b"fine")

    async with linked(broken) as pair:
        with pytest.raises(ExchangeFailed) as caught:
            await pair.relay.request(request(b"bug"))
        assert caught.value.failure == Failure.CLIENT_INTERNAL
        answer = await pair.relay.request(request(b"ok"))
        assert await drain(answer.content) == b"fine"


async def test_content_that_breaks_off_is_told() -> None:
    """A response cut short at the client is cut short at the relay, and never looks complete."""

    async def cut(_asked: Request) -> Response:
        content = Content(b"half", ended=False)
        asyncio.get_running_loop().call_later(
            0.01, content.fail, ContentBroken(Failure.ORIGIN_TRUNCATED, "3 of 10 bytes")
        )
        return response(content)

    async with linked(cut) as pair:
        answer = await pair.relay.request(request())
        with pytest.raises(ContentBroken) as caught:
            await drain(answer.content)
        assert caught.value.failure == Failure.ORIGIN_TRUNCATED


async def test_closing_an_answer_cancels_its_handler() -> None:
    """The sender hung up: the exchange ends all the way."""
    cancelled = asyncio.Event()

    async def endless(_asked: Request) -> Response:
        content = Content(b"first", ended=False)
        answer = response(content)
        answer.on_close(cancelled.set)
        return answer

    async with linked(endless) as pair:
        answer = await pair.relay.request(request())
        assert await answer.content.read() == b"first"
        answer.close()
        await cancelled.wait()
        await settled(lambda: pair.client.active == 0)


async def test_cancelling_the_asker_cancels_the_handler() -> None:
    """The sender hung up before the answer began."""
    started, ended = asyncio.Event(), asyncio.Event()

    async def hang(_asked: Request) -> Response:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    async with linked(hang) as pair:
        asking = asyncio.get_running_loop().create_task(pair.relay.request(request(b"x")))
        await started.wait()
        asking.cancel()
        await ended.wait()
        assert pair.relay.active == 0


async def test_sender_that_breaks_off_an_upload_cancels_the_handler() -> None:
    """An upload cut short never looks complete to the app's side."""
    seen: list[Failure] = []

    async def read(asked: Request) -> Response:
        try:
            await drain(asked.content)
        except ContentBroken as error:
            seen.append(error.failure)
            raise
        raise AssertionError

    async with linked(read) as pair:
        content = Content(b"half", ended=False)
        asyncio.get_running_loop().call_later(0.01, content.fail, ContentBroken(Failure.SENDER_ABORTED))
        with pytest.raises(ExchangeFailed):
            await pair.relay.request(request(content))


async def test_early_answer_stops_the_upload() -> None:
    """An app that answers before it has read all is heard, and the rest is not sent."""

    async def early(_asked: Request) -> Response:
        return response(b"enough", status=413)

    async with linked(early, Limits(stream_window_bytes=1000)) as pair:
        answer = await pair.relay.request(request(Content(b"x" * 5000, ended=False)))
        assert await drain(answer.content) == b"enough"
        answer.close()
        await settled(lambda: pair.relay.active == pair.client.active == 0)


async def test_unread_content_gives_its_credit_back() -> None:
    """Requests whose content the app never reads do not use up the link."""

    async def ignore(_asked: Request) -> Response:
        return response(b"")

    async with linked(ignore, Limits(stream_window_bytes=1000, link_window_bytes=2000)) as pair:
        for _ in range(20):
            answer = await pair.relay.request(request(b"x" * 900))
            answer.close()
        assert pair.client.active == 0


async def test_trailers_travel_both_ways() -> None:
    """Trailers end content."""
    seen = []

    async def trailing(asked: Request) -> Response:
        await drain(asked.content)
        seen.append(asked.content.trailers)
        content = Content(b"x", ended=False)
        content.end(((b"Checksum", b"1"),))
        return response(content)

    async with linked(trailing) as pair:
        content = Content(b"body", ended=False)
        content.end(((b"Digest", b"2"),))
        answer = await pair.relay.request(request(content))
        assert await drain(answer.content) == b"x"
        assert (seen[0], answer.content.trailers) == (((b"Digest", b"2"),), ((b"Checksum", b"1"),))


async def test_lost_link_ends_what_runs() -> None:
    """When the transport goes, waiting requests fail as lost and later ones are not taken."""

    async def hang(_asked: Request) -> Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with linked(hang) as pair:
        asking = asyncio.get_running_loop().create_task(pair.relay.request(request(b"x")))
        await settled(lambda: pair.client.active == 1)
        pair.relay_wire.abort()
        with pytest.raises(ExchangeFailed) as caught:
            await asking
        assert caught.value.failure == Failure.ENDPOINT_LOST
        with pytest.raises(LinkClosed):
            await pair.relay.request(request(b"y"))


async def test_full_link_refuses() -> None:
    """Beyond the agreed number of exchanges a request is refused at once."""

    async def hang(_asked: Request) -> Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with linked(hang, Limits(streams=1)) as pair:
        asking = asyncio.get_running_loop().create_task(pair.relay.request(request(b"x")))
        await settled(lambda: pair.client.active == 1)
        with pytest.raises(ExchangeFailed) as caught:
            await pair.relay.request(request(b"y"))
        assert caught.value.failure == Failure.ENDPOINT_OVERLOADED
        asking.cancel()


async def test_peer_that_breaks_the_protocol_ends_the_link() -> None:
    """Bytes that are no frames end the link with a reason."""
    async with linked(echo) as pair:
        pair.client_wire.send(b"\xff\xff\xff")
        await settled(lambda: pair.relay_wire.lost)
        with pytest.raises(LinkClosed):
            await pair.relay.request(request(b"y"))


async def test_round_trip_is_measured_at_once() -> None:
    """The first ping leaves with the link's first message."""
    async with linked(echo) as pair:
        await settled(lambda: pair.relay.round_trip_seconds is not None)
        assert pair.client.round_trip_seconds is not None


async def test_congested_transport_gathers() -> None:
    """Nothing is pushed into a transport that is behind; all goes once it is writable."""
    async with linked(echo) as pair:
        await settled(lambda: pair.relay.round_trip_seconds is not None)
        pair.relay_wire.congested = True
        asking = asyncio.get_running_loop().create_task(pair.relay.request(request(b"x")))
        for _ in range(20):
            await asyncio.sleep(0)
        assert not asking.done()
        pair.relay_wire.congested = False
        pair.relay.take_room()
        answer = await asking
        assert await drain(answer.content) == b"x"
