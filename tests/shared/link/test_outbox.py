"""What waits to leave a link."""

import asyncio

from shared.exchange import Content
from shared.http.heads import RequestHead
from shared.link.ledger import ACKNOWLEDGE_MESSAGES, KEPT_BYTES
from shared.link.outbox import EARLY_FRAMES, HIGH_WATER_BYTES, Outbox
from shared.link.stream import Exchange
from shared.protocol.codes import DATA_BYTES
from shared.protocol.connection import Connection, is_acknowledgement
from shared.protocol.events import DataReceived
from shared.protocol.hello import Limits
from tests.exchanges import DELIVERY
from tests.pairs import Wire
from tests.waiting import settled

HEAD = RequestHead(b"POST", b"/hooks", ())


class Stage:
    """A relay's outbox with a wire that takes what it is given, and the peer that reads it."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.connection = Connection(relay=True, limits=limits)
        self.peer = Connection(relay=False, limits=limits)
        self.outbox = Outbox(self.connection)
        self.wire = Wire()
        self.read = 0

    def exchange(self) -> Exchange:
        """Open a stream."""
        return Exchange(self.connection.open_stream(HEAD, DELIVERY, end=False), Content(), None)

    def arrived(self) -> bytes:
        """Give the content that the peer has got since the last look."""
        data = b""
        messages, self.read = self.wire.sent[self.read :], len(self.wire.sent)
        for message in messages:
            for event in self.peer.receive(message):
                data += event.data if isinstance(event, DataReceived) else b""
        return data


async def test_one_turn_is_one_message() -> None:
    """What becomes ready together leaves together, at the turn's end."""
    stage = Stage()
    stage.outbox.attach(stage.wire, [])
    for _ in range(3):
        stage.connection.ping(b"12345678")
        stage.outbox.schedule()
    assert stage.wire.sent == []
    await asyncio.sleep(0)
    assert len(stage.wire.sent) == 1


async def test_full_batch_leaves_before_the_turn_ends() -> None:
    """The peer need not wait for all of it."""
    stage = Stage()
    stage.outbox.attach(stage.wire, [])
    for _ in range(EARLY_FRAMES):
        stage.connection.ping(b"12345678")
        stage.outbox.schedule()
    assert len(stage.wire.sent) == 1


async def test_what_waits_without_a_transport_leaves_by_the_next() -> None:
    """After what the peer lacks, and counted with it."""
    stage = Stage()
    stage.connection.ping(b"12345678")
    stage.outbox.schedule()
    await asyncio.sleep(0)
    stage.outbox.attach(stage.wire, [b"lacking"])
    await asyncio.sleep(0)
    assert (stage.wire.sent[0], len(stage.wire.sent)) == (b"lacking", 2)
    assert stage.outbox.progress() == (sum(map(len, stage.wire.sent)), 0)


async def test_congested_transport_is_not_fed() -> None:
    """Frames gather until there is room; what it holds back is told."""
    stage = Stage()
    stage.outbox.attach(stage.wire, [])
    stage.wire.congested, stage.wire.waiting_bytes = True, 7
    stage.connection.ping(b"12345678")
    stage.outbox.flush()
    assert (stage.wire.sent, stage.outbox.progress()) == ([], (0, 7))
    stage.wire.congested = False
    stage.outbox.flush()
    assert len(stage.wire.sent) == 1


async def test_peer_that_acknowledges_nothing_is_not_fed() -> None:
    """What is kept for it is bounded."""
    stage = Stage()
    stage.outbox.attach(stage.wire, [])
    stage.outbox.ledger.keep(bytes(KEPT_BYTES + 1))
    stage.connection.ping(b"12345678")
    stage.outbox.flush()
    assert stage.wire.sent == []
    stage.outbox.ledger.acknowledged(1)
    stage.outbox.flush()
    assert len(stage.wire.sent) == 1


async def test_content_arrives_whole_and_ends() -> None:
    """In frames of at most DATA_BYTES, with its trailers."""
    stage = Stage()
    stage.outbox.attach(stage.wire, [])
    content = Content(b"x" * (2 * DATA_BYTES + 1), ended=False)
    content.end(((b"T", b"1"),))
    await stage.outbox.send_content(stage.exchange(), content)
    await asyncio.sleep(0)
    assert stage.arrived() == b"x" * (2 * DATA_BYTES + 1)


async def test_content_waits_for_credit() -> None:
    """No more than the window is under way; credit lets the rest follow."""
    stage = Stage(Limits(stream_window_bytes=1000))
    stage.outbox.attach(stage.wire, [])
    exchange = stage.exchange()
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(stage.outbox.send_content(exchange, Content(b"x" * 1500)))
        for _ in range(3):
            await asyncio.sleep(0)
        assert (len(stage.arrived()), sending.done()) == (1000, False)
        stage.peer.taken(exchange.number, 1000)
        stage.connection.receive(stage.peer.outgoing.take())
        stage.outbox.wake()
    await asyncio.sleep(0)
    assert len(stage.arrived()) == 500


async def test_content_waits_for_room() -> None:
    """A small delivery does not queue behind the whole of a large one."""
    stage = Stage()
    stage.outbox.attach(stage.wire, [])
    stage.wire.congested = True
    exchange = stage.exchange()
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(stage.outbox.send_content(exchange, Content(b"x" * (4 * HIGH_WATER_BYTES))))
        await asyncio.sleep(0)
        most = HIGH_WATER_BYTES + 2 * DATA_BYTES
        assert (stage.connection.outgoing.pending_bytes < most, sending.done()) == (True, False)
        stage.wire.congested = False
        while not sending.done():
            stage.outbox.flush()
            stage.outbox.ledger.acknowledged(stage.outbox.ledger.sent)
            stage.peer.taken(exchange.number, len(stage.arrived()))
            stage.connection.receive(stage.peer.outgoing.take())
            stage.outbox.wake()
            await asyncio.sleep(0)


async def test_many_messages_are_acknowledged_at_once() -> None:
    """And a few within a moment; without a transport nothing is said."""
    stage = Stage()
    stage.outbox.attach(stage.wire, [])
    for _ in range(ACKNOWLEDGE_MESSAGES):
        stage.outbox.received(1)
    assert [is_acknowledgement(message) for message in stage.wire.sent] == [True]
    stage.outbox.received(1)
    await settled(lambda: len(stage.wire.sent) == 2)
    stage.outbox.received(1)
    stage.outbox.detach()
    await asyncio.sleep(0.06)
    assert len(stage.wire.sent) == 2


async def test_congested_transport_gets_its_acknowledgement_later() -> None:
    """What is owed to a peer that does not read must not pile up."""
    stage = Stage()
    stage.outbox.attach(stage.wire, [])
    stage.wire.congested = True
    for _ in range(3 * ACKNOWLEDGE_MESSAGES):
        stage.outbox.received(1)
    assert stage.wire.sent == []
    stage.wire.congested = False
    await settled(lambda: stage.wire.sent)
    assert [is_acknowledgement(message) for message in stage.wire.sent] == [True]
    stage.outbox.detach()
