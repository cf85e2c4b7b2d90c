"""A link that goes on over another transport: nothing lost, nothing doubled."""

import asyncio
import random

import pytest

from shared.errors import ContentBroken, ExchangeFailed, Failure, LinkClosed
from shared.exchange import Content, Request, Response
from shared.link import Doorstep
from shared.link.ledger import KEPT_BYTES, CannotResume, Ledger
from shared.protocol.hello import Limits
from tests.exchanges import drain, echo, request, response
from tests.pairs import linked, wires
from tests.waiting import settled


async def test_exchange_survives_the_loss_of_its_transport() -> None:
    """A request that is with the app is answered over the next transport."""
    proceed = asyncio.Event()

    async def slow(asked: Request) -> Response:
        await proceed.wait()
        return await echo(asked)

    async with linked(slow, resume_seconds=5) as pair:
        asking = asyncio.get_running_loop().create_task(pair.relay.request(request(b"x")))
        await settled(lambda: pair.client.active)
        pair.relay_wire.cut()
        proceed.set()
        await asyncio.sleep(0.01)
        assert not asking.done()
        pair.join()
        answer = await asking
        assert await drain(answer.content) == b"x"
        answer.close()


async def test_handler_runs_once_however_often_the_wire_is_cut() -> None:
    """Messages are sent again, requests are not."""
    ran = []

    async def note(asked: Request) -> Response:
        ran.append(asked.content.whole())
        return response(b"ok")

    async with linked(note, resume_seconds=5) as pair:
        for number in range(20):
            asking = asyncio.get_running_loop().create_task(pair.relay.request(request(b"%d" % number)))
            for _ in range(number % 5):
                await asyncio.sleep(0)
            pair.relay_wire.cut()
            pair.join()
            (await asking).close()
        assert ran == [b"%d" % number for number in range(20)]


@pytest.mark.parametrize("seed", range(5))
async def test_streams_survive_random_cuts_byte_for_byte(seed: int) -> None:
    """Uploads and downloads in the middle of their bodies go on where they were."""
    chance = random.Random(seed)

    async with linked(
        echo, Limits(stream_window_bytes=2000, link_window_bytes=5000), resume_seconds=5, hold_seconds=5
    ) as pair:

        async def exchange(number: int) -> None:
            content = Content(ended=False)
            sent = bytearray()

            async def produce() -> None:
                for _ in range(40):
                    piece = bytes([number]) * chance.randrange(1, 900)
                    sent.extend(piece)
                    content.feed(piece)
                    await asyncio.sleep(0)
                content.end()

            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(produce())
                answer = await pair.relay.request(request(content))
                got = await drain(answer.content)
            answer.close()
            assert bytes(sent) == got

        async def cut() -> None:
            while True:
                for _ in range(chance.randrange(1, 30)):
                    await asyncio.sleep(0)
                pair.relay_wire.cut()
                for _ in range(chance.randrange(0, 5)):
                    await asyncio.sleep(0)
                pair.join()

        cutting = asyncio.get_running_loop().create_task(cut())
        async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
            for number in range(6):
                tasks.create_task(exchange(number))
        cutting.cancel()


async def test_link_ends_when_no_transport_comes_in_time() -> None:
    """After `resume_seconds` what runs fails as lost."""

    async def hang(_asked: Request) -> Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with linked(hang, resume_seconds=0.05) as pair:
        asking = asyncio.get_running_loop().create_task(pair.relay.request(request(b"x")))
        await settled(lambda: pair.client.active)
        pair.relay_wire.cut()
        with pytest.raises(ExchangeFailed) as caught:
            await asking
        assert caught.value.failure == Failure.ENDPOINT_LOST
        await settled(lambda: pair.client.ended)


async def test_request_waits_for_a_transport() -> None:
    """A delivery that arrives meanwhile is held for a moment."""
    async with linked(echo, resume_seconds=5, hold_seconds=5) as pair:
        pair.relay_wire.cut()
        asking = asyncio.get_running_loop().create_task(pair.relay.request(request(b"x")))
        await asyncio.sleep(0.01)
        assert not asking.done()
        pair.join()
        answer = await asking
        assert await drain(answer.content) == b"x"


async def test_request_that_waits_too_long_is_refused_as_off_line() -> None:
    """Senders get their answer before they lose patience; nothing of it reaches the app later."""
    async with linked(echo, resume_seconds=5, hold_seconds=0.02) as pair:
        pair.relay_wire.cut()
        with pytest.raises(ExchangeFailed) as caught:
            await pair.relay.request(request(b"x"))
        assert (caught.value.failure, caught.value.delivered) == (Failure.ENDPOINT_OFFLINE, "no")
        pair.join()
        await asyncio.sleep(0.01)
        assert pair.client.active == 0


async def test_number_of_those_who_wait_is_bounded() -> None:
    """Whoever comes when enough wait is refused at once."""
    async with linked(echo, Limits(streams=3), resume_seconds=5, hold_seconds=5) as pair:
        pair.relay_wire.cut()
        asking = [asyncio.get_running_loop().create_task(pair.relay.request(request(b"x"))) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(ExchangeFailed):
            await pair.relay.request(request(b"y"))
        pair.join()
        for one in asking:
            (await one).close()


async def test_old_transport_is_heard_no_more() -> None:
    """What a replaced transport still brings is not taken, and its end is not the link's."""
    async with linked(echo, resume_seconds=5) as pair:
        old = pair.relay_wire
        answer = await pair.relay.request(request(b"x"))
        answer.close()
        pair.join()
        if old.receiver is not None:
            old.receiver.on_message(b"\xff\xff\xff")
            old.receiver.on_lost("late news")
        answer = await pair.relay.request(request(b"y"))
        assert await drain(answer.content) == b"y"


async def test_peer_of_another_link_is_not_taken() -> None:
    """Counts that do not fit mean another link; this one goes on waiting for its own peer."""
    async with linked(echo, resume_seconds=5) as pair:
        pair.relay_wire.cut()
        stranger, _ = wires()
        with pytest.raises(CannotResume):
            pair.relay.attach(Doorstep(stranger), peer_received=1000)
        pair.join()
        (await pair.relay.request(request(b"x"))).close()


async def test_closing_a_link_without_transport_ends_it() -> None:
    """A link that was superseded while it had no transport does not wait for one."""
    from shared.protocol.codes import GoAwayCode  # noqa: PLC0415 - this test's only

    async with linked(echo, resume_seconds=50) as pair:
        pair.relay_wire.cut()
        pair.relay.close(GoAwayCode.SUPERSEDED, "taken over")
        with pytest.raises(LinkClosed):
            await pair.relay.request(request(b"x"))


async def test_acknowledged_messages_are_let_go_of() -> None:
    """What the peer has is not kept."""
    async with linked(echo, resume_seconds=5) as pair:
        for _ in range(200):
            (await pair.relay.request(request(b"x" * 1000))).close()
        await settled(lambda: pair.relay._outbox.ledger.kept_bytes == 0)


async def test_content_cut_off_by_its_producer_stays_cut_off() -> None:
    """A resumed link tells a truncated body as truncated."""

    async def cut_short(_asked: Request) -> Response:
        content = Content(b"half", ended=False)
        asyncio.get_running_loop().call_later(0.02, content.fail, ContentBroken(Failure.ORIGIN_TRUNCATED))
        return response(content)

    async with linked(cut_short, resume_seconds=5) as pair:
        answer = await pair.relay.request(request())
        pair.relay_wire.cut()
        pair.join()
        with pytest.raises(ContentBroken):
            await drain(answer.content)


def test_ledger_keeps_what_the_peer_lacks() -> None:
    """In order, from the first that it has not."""
    ledger = Ledger()
    for number in range(5):
        ledger.keep(b"%d" % number)
    ledger.acknowledged(2)
    assert (ledger.missing(3), ledger.kept_bytes) == ([b"3", b"4"], 2)


@pytest.mark.parametrize("count", [1, 6])
def test_ledger_refuses_a_peer_it_does_not_know(count: int) -> None:
    """Kept no longer, or never sent."""
    ledger = Ledger()
    for number in range(5):
        ledger.keep(b"%d" % number)
    ledger.acknowledged(2)
    with pytest.raises(CannotResume):
        ledger.missing(count)


async def test_sender_stops_when_nothing_is_acknowledged() -> None:
    """What is kept for a peer that acknowledges nothing is bounded."""
    limits = Limits(stream_window_bytes=64 << 20, link_window_bytes=64 << 20)
    async with linked(echo, limits, resume_seconds=5) as pair:
        pair.relay_wire.peer = None
        asking = asyncio.get_running_loop().create_task(pair.relay.request(request(b"x" * (20 << 20))))
        await asyncio.sleep(0.05)
        assert KEPT_BYTES < pair.relay._outbox.ledger.kept_bytes < KEPT_BYTES + (2 << 20)
        asking.cancel()


@pytest.mark.parametrize("deaf", [False, True])
async def test_peer_whose_connection_fell_silent_before_it_closed_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, *, deaf: bool
) -> None:
    """A kernel that gives up unacknowledged bytes closes the connection too; the client is still there."""
    monkeypatch.setattr("shared.link.link.CLOSED_SECONDS", 0.02)
    monkeypatch.setattr("shared.link.heartbeat.UNANSWERED_SECONDS", 0.01 if deaf else 60.0)
    async with linked(echo, resume_seconds=5) as pair:
        if deaf:
            pair.relay_wire.peer = None  # what the relay sends is lost, its first ping with it
        await asyncio.sleep(0.05)
        pair.relay_wire.cut()
        await asyncio.sleep(0.1)
        assert pair.relay.ended is not deaf
