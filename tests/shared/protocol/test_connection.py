"""Two ends of the protocol's core, byte for byte, without I/O."""

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from shared.errors import Failure, ProtocolError
from shared.http.heads import RequestHead, ResponseHead
from shared.protocol import events, frames
from shared.protocol.codes import DATA_BYTES, MESSAGE_BYTES, STREAM_WINDOW_BYTES, FrameType, ResetCode
from shared.protocol.connection import Connection
from shared.protocol.hello import Bind, Bound, GoAway, Granted, Hello, Limits, Notice, Refused, Unbind, Wanted, Welcome
from tests.exchanges import DELIVERY

GET = RequestHead(b"GET", b"/a//b/../c?%00&x=", ((b"hOst", b"\xff"), (b"hOst", b"2")))
OK = ResponseHead(200, b"", ((b"X", b"1"), (b"x", b"2")))
SMALL = Limits(streams=4, stream_window_bytes=100, link_window_bytes=150)


def carry(sender: Connection, receiver: Connection) -> list[events.Event]:
    """Hand over everything that is ready."""
    found: list[events.Event] = []
    while message := sender.outgoing.take():
        assert len(message) <= MESSAGE_BYTES
        found += receiver.receive(message)
    return found


def pair(limits: Limits | None = None) -> tuple[Connection, Connection]:
    """Give a relay's and a client's core."""
    return Connection(relay=True, limits=limits), Connection(relay=False, limits=limits)


def test_request_arrives_byte_for_byte() -> None:
    """Target, order, case, repetition and odd octets of a head are kept."""
    relay, client = pair()
    number = relay.open_stream(GET, DELIVERY, end=True)
    assert [events.RequestReceived(number, GET, DELIVERY, ended=True)] == carry(relay, client)


def test_answer_closes_the_stream_on_both_sides() -> None:
    """A stream whose two directions have ended is forgotten."""
    relay, client = pair()
    number = relay.open_stream(GET, DELIVERY, end=True)
    carry(relay, client)
    client.send_response(number, OK, end=False)
    client.send_data(number, b"body", end=True)
    expected: list[events.Event] = [
        events.ResponseReceived(number, OK, ended=False),
        events.DataReceived(number, b"body", ended=True),
    ]
    assert expected == carry(client, relay)
    assert (len(relay.streams), len(client.streams)) == (0, 0)


def test_large_content_is_cut_into_frames() -> None:
    """One DATA frame holds at most 64 KiB; only the last one ends the stream."""
    relay, client = pair()
    number = relay.open_stream(GET, DELIVERY, end=False)
    relay.send_data(number, b"x" * (2 * DATA_BYTES + 1), end=True)
    sizes = [(len(event.data), event.ended) for event in carry(relay, client) if isinstance(event, events.DataReceived)]
    assert sizes == [(DATA_BYTES, False), (DATA_BYTES, False), (1, True)]


def test_messages_hold_whole_frames_of_at_most_a_mebibyte() -> None:
    """What waits beyond a message's size leaves in the next."""
    relay, client = pair(Limits(stream_window_bytes=4 << 20))
    number = relay.open_stream(GET, DELIVERY, end=False)
    for _ in range(48):
        relay.send_data(number, b"x" * DATA_BYTES, end=False)
    total = sum(len(event.data) for event in carry(relay, client) if isinstance(event, events.DataReceived))
    assert total == 48 * DATA_BYTES


def test_credit_of_a_stream_comes_back_as_content_is_taken() -> None:
    """Half a window taken is granted again."""
    relay, client = pair()
    number = relay.open_stream(GET, DELIVERY, end=False)
    relay.send_data(number, b"x" * STREAM_WINDOW_BYTES, end=False)
    assert relay.credit(number) == 0
    carry(relay, client)
    client.taken(number, STREAM_WINDOW_BYTES // 2 - 1)
    assert carry(client, relay) == []
    client.taken(number, STREAM_WINDOW_BYTES // 2 + 1)
    assert [events.CreditReceived(number)] == carry(client, relay)
    assert relay.credit(number) == STREAM_WINDOW_BYTES


def test_consumers_that_stall_stop_nobody_else() -> None:
    """The link's credit comes back as content arrives: streams that nobody takes from use up only their own."""
    relay, client = pair(SMALL)
    stalled = [relay.open_stream(GET, DELIVERY, end=False) for _ in range(3)]
    for number in stalled:
        relay.send_data(number, b"x" * 100, end=False)
        carry(relay, client)
        assert carry(client, relay) == [events.CreditReceived(0)]
    other = relay.open_stream(GET, DELIVERY, end=False)
    assert [relay.credit(number) for number in (*stalled, other)] == [0, 0, 0, 100]


def test_content_beyond_credit_resets_the_stream() -> None:
    """Who sends without credit loses the stream, not the link."""
    relay, client = pair(SMALL)
    number = relay.open_stream(GET, DELIVERY, end=False)
    carry(relay, client)
    found = client.receive(frames.encode(FrameType.DATA, 0, number, b"x" * 101))
    assert isinstance(found[0], events.ResetReceived)
    assert found[0].reset.code == ResetCode.FLOW_CONTROL_ERROR


def test_content_beyond_the_links_credit_is_the_links_fault() -> None:
    """All streams together have one more window for what is under way."""
    relay, client = pair(Limits(stream_window_bytes=200, link_window_bytes=100))
    relay.open_stream(GET, DELIVERY, end=False)
    carry(relay, client)
    with pytest.raises(ProtocolError):
        client.receive(frames.encode(FrameType.DATA, 0, 1, b"x" * 101))


def test_reset_frees_both_sides() -> None:
    """A reset says why, and frames that cross it are skipped."""
    relay, client = pair()
    number = relay.open_stream(GET, DELIVERY, end=False)
    carry(relay, client)
    client.reset(number, Failure.ORIGIN_REFUSED, "nothing listens", "no")
    relay.send_data(number, b"crossing", end=True)
    (reset,) = carry(client, relay)
    assert isinstance(reset, events.ResetReceived)
    expected = (ResetCode.ORIGIN_UNREACHABLE, "origin-refused", "no")
    assert expected == (reset.reset.code, reset.reset.failure, reset.reset.delivered)
    assert carry(relay, client) == []
    assert (len(relay.streams), len(client.streams)) == (0, 0)


def test_crossing_content_gives_its_credit_back() -> None:
    """Content for a stream that has ended does not use up the link."""
    relay, client = pair(Limits(stream_window_bytes=100, link_window_bytes=100))
    for _ in range(10):
        number = relay.open_stream(GET, DELIVERY, end=False)
        carry(relay, client)
        client.reset(number, Failure.ORIGIN_CLOSED)
        relay.send_data(number, b"x" * 60, end=False)
        carry(relay, client)
        carry(client, relay)
    assert len(relay.streams) == 0


def test_trailers_end_content() -> None:
    """Trailers come after content and end it."""
    relay, client = pair()
    number = relay.open_stream(GET, DELIVERY, end=False)
    relay.send_trailers(number, ((b"Digest", b"1"),))
    assert carry(relay, client)[1:] == [events.TrailersReceived(number, ((b"Digest", b"1"),))]


@pytest.mark.parametrize(
    "message",
    [
        Hello("hookline/1", ("x",), (Wanted("demo", pool=True),)),
        Welcome("hookline-relay/1", "lnk_1", Limits(), (Granted("demo", ("https://demo.test",)),)),
        Bind(Wanted("b")),
        Unbind("b"),
        Bound(Granted("b", ())),
        Refused("b", "name-taken", "it belongs to somebody else", final=True),
        GoAway(2, "superseded"),
        Notice("info", "maintenance at noon"),
    ],
)
def test_what_is_said_about_the_link_arrives(message: events.LinkEvent) -> None:
    """Every frame about the link itself comes out as it went in."""
    relay, client = pair()
    relay.say(message)
    assert carry(relay, client) == [message]


def test_ping_is_answered_with_the_same_bytes() -> None:
    """A PONG returns what the PING held."""
    relay, client = pair()
    relay.ping(b"12345678")
    carry(relay, client)
    assert carry(client, relay) == [events.PongReceived(b"12345678")]


def test_unknown_frames_and_flags_are_skipped() -> None:
    """A later version may add types and flags."""
    _, client = pair()
    assert client.receive(frames.encode(0x77, 0xFF, 9, b"whatever")) == []


@pytest.mark.parametrize(
    "message",
    [
        b"\x00",
        b"\x00\x00\x05\x00\x00\x00\x00\x00\x01abc",
        frames.encode(FrameType.HEADERS, 0, 2, b""),
        frames.encode(FrameType.HEADERS, 0, 1, b"\xc1"),
        frames.encode(FrameType.HEADERS, 0, 1, b"x" * (300 << 10)),
        frames.encode(FrameType.DATA, 0, 7, b"x"),
        frames.encode(FrameType.DATA, 0, 1, b"x" * (DATA_BYTES + 1)),
        frames.encode(FrameType.WINDOW_UPDATE, 0, 0, b"\x00\x00\x00\x00"),
        frames.encode(FrameType.WINDOW_UPDATE, 0, 0, b"\xff\xff\xff\xff"),
        frames.encode(FrameType.WINDOW_UPDATE, 0, 0, b"\x01"),
        frames.encode(FrameType.PING, 0, 0, b"short"),
        frames.encode(FrameType.HELLO, 0, 0, b"\x91" * 1000),
        frames.encode(FrameType.WELCOME, 0, 0, b"x" * (65 << 10)),
    ],
)
def test_broken_frames_are_the_links_fault(message: bytes) -> None:
    """What no peer of ours would send ends the link."""
    _, client = pair()
    with pytest.raises(ProtocolError):
        client.receive(message)


def test_too_many_streams_are_the_links_fault() -> None:
    """A peer that opens more than was agreed is stopped."""
    _, client = pair(Limits(streams=1))
    other = Connection(relay=True)
    other.open_stream(GET, DELIVERY, end=False)
    other.open_stream(GET, DELIVERY, end=False)
    with pytest.raises(ProtocolError):
        client.receive(other.outgoing.take())


@pytest.mark.parametrize("relay_side", [True, False])
@given(message=st.binary(max_size=200))
@settings(max_examples=300)
def test_any_bytes_mean_something_or_a_protocol_error(message: bytes, *, relay_side: bool) -> None:
    """No bytes lead to anything but events or ProtocolError."""
    connection = Connection(relay=relay_side)
    try:
        connection.receive(message)
    except ProtocolError:
        return


@given(
    st.lists(
        st.tuples(st.sampled_from(list(FrameType)), st.integers(0, 3), st.integers(0, 8), st.binary(max_size=60)),
        max_size=20,
    )
)
@settings(max_examples=300)
def test_hostile_frames_never_break_the_core(found: list[tuple[FrameType, int, int, bytes]]) -> None:
    """Well-formed frames in any order lead to events or ProtocolError, and to bounded state."""
    _, client = pair(SMALL)
    try:
        for frame in found:
            client.receive(frames.encode(*frame))
    except ProtocolError:
        return
    assert len(client.streams) <= SMALL.streams


class Conversation(RuleBasedStateMachine):
    """Two cores and a wire that holds messages back: whatever is sent arrives, once, in order, within credit."""

    def __init__(self) -> None:
        super().__init__()
        self.relay, self.client = pair(SMALL)
        self.to_client: list[bytes] = []
        self.to_relay: list[bytes] = []
        self.sent: dict[tuple[str, int], bytearray] = defaultdict(bytearray)
        self.arrived: dict[tuple[str, int], bytearray] = defaultdict(bytearray)
        self.untaken: dict[tuple[str, int], int] = defaultdict(int)
        self.open_requests: set[int] = set()
        self.open_answers: dict[int, bool] = {}
        self.ended: set[int] = set()

    @precondition(lambda self: not self.relay.streams.full)
    @rule()
    def ask(self) -> None:
        """Open a stream."""
        self.open_requests.add(self.relay.open_stream(GET, DELIVERY, end=False))

    @precondition(lambda self: self.open_requests)
    @rule(data=st.data(), size=st.integers(1, 120), end=st.booleans())
    def upload(self, data: st.DataObject, size: int, *, end: bool) -> None:
        """Send as much of a request's content as there is credit for."""
        number = data.draw(st.sampled_from(sorted(self.open_requests)))
        size = min(size, self.relay.credit(number))
        if size:
            self.relay.send_data(number, bytes([size]) * size, end=end)
            self.sent["up", number] += bytes([size]) * size
            if end:
                self.open_requests.discard(number)

    @precondition(lambda self: self.open_answers)
    @rule(data=st.data(), size=st.integers(1, 120), end=st.booleans())
    def answer(self, data: st.DataObject, size: int, *, end: bool) -> None:
        """Send a response's head, or as much of its content as there is credit for."""
        number = data.draw(st.sampled_from(sorted(self.open_answers)))
        if not self.open_answers[number]:
            self.client.send_response(number, OK, end=False)
            self.open_answers[number] = True
            return
        size = min(size, self.client.credit(number))
        if size:
            self.client.send_data(number, bytes([size]) * size, end=end)
            self.sent["down", number] += bytes([size]) * size
            if end:
                del self.open_answers[number]

    @precondition(lambda self: any(self.untaken.values()))
    @rule(data=st.data())
    def take(self, data: st.DataObject) -> None:
        """Have a consumer take what arrived for it."""
        way, number = data.draw(st.sampled_from(sorted(key for key, size in self.untaken.items() if size)))
        (self.client if way == "up" else self.relay).taken(number, self.untaken.pop((way, number)))

    @rule()
    def carry(self) -> None:
        """Hand over what is ready, both ways."""
        while message := self.relay.outgoing.take():
            for event in self.client.receive(message):
                self._note("up", event)
        while message := self.client.outgoing.take():
            for event in self.relay.receive(message):
                self._note("down", event)

    def _note(self, way: str, event: events.Event) -> None:
        assert not isinstance(event, events.ResetReceived)
        if isinstance(event, events.RequestReceived):
            self.open_answers[event.stream] = False
        if isinstance(event, events.DataReceived):
            self.arrived[way, event.stream] += event.data
            self.untaken[way, event.stream] += len(event.data)

    @invariant()
    def bytes_in_are_bytes_out(self) -> None:
        """What arrived is a beginning of what was sent."""
        for key, found in self.arrived.items():
            assert self.sent[key].startswith(found)

    @invariant()
    def windows_bound_what_waits(self) -> None:
        """Never more waits than the streams' windows allow."""
        assert all(size <= SMALL.stream_window_bytes for size in self.untaken.values())

    def teardown(self) -> None:
        """Whatever happened, everything that was sent arrives once consumers take it."""
        for _ in range(200):
            self.carry()
            for way, number in [key for key, size in self.untaken.items() if size]:
                (self.client if way == "up" else self.relay).taken(number, self.untaken.pop((way, number)))
        assert {key: bytes(value) for key, value in self.sent.items()} == {
            key: bytes(self.arrived[key]) for key in self.sent
        }


TestConversation = Conversation.TestCase
