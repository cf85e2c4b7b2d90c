"""Two cores with their ledgers, and a wire that is cut at any message and joined again."""

from collections import deque
from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from shared.errors import Failure
from shared.http.heads import RequestHead, ResponseHead
from shared.link.ledger import Ledger
from shared.protocol import events
from shared.protocol.connection import Connection, acknowledgement, is_acknowledgement
from shared.protocol.hello import Limits
from tests.exchanges import DELIVERY

LIMITS = Limits(streams=4, stream_window_bytes=120, link_window_bytes=200)
OK = ResponseHead(200, b"", ())


class End:
    """One end: its core, its ledger, what it has on the wire, and what it has seen of each stream."""

    def __init__(self, *, relay: bool) -> None:
        self.core = Connection(relay=relay, limits=LIMITS)
        self.ledger = Ledger()
        self.wire: deque[bytes] = deque()
        self.sent: dict[int, bytearray] = {}
        """Content sent on each stream."""
        self.sending: set[int] = set()
        """Streams that we have not ended yet."""
        self.got: dict[int, bytearray] = {}
        self.untaken: dict[int, int] = {}
        self.ended: set[int] = set()
        """Streams that the peer has ended."""
        self.reset: set[int] = set()

    def flush(self) -> None:
        """Put on the wire what is ready."""
        while message := self.core.outgoing.take():
            self.ledger.keep(message)
            self.wire.append(message)

    def take(self, message: bytes) -> None:
        """Take one message from the wire."""
        if not is_acknowledgement(message):
            self.ledger.receive(len(message))
        for event in self.core.receive(message):
            self._note(event)

    def _note(self, event: events.Event) -> None:
        match event:
            case events.RequestReceived(number, _, _, ended):
                assert number not in self.got, "a request came twice"
                self.got[number] = bytearray()
                self.sent[number] = bytearray()
                self.sending.add(number)
                self._ended(number, ended=ended)
            case events.ResponseReceived(number, _, ended):
                assert number not in self.got, "an answer came twice"
                self.got[number] = bytearray()
                self._ended(number, ended=ended)
            case events.DataReceived(number, data, ended):
                self.got[number] += data
                self.untaken[number] = self.untaken.get(number, 0) + len(data)
                self._ended(number, ended=ended)
            case events.ResetReceived(number, _):
                self.drop(number)
            case events.AckReceived(count):
                self.ledger.acknowledged(count)
            case _:
                assert isinstance(event, events.CreditReceived)

    def _ended(self, number: int, *, ended: bool) -> None:
        if ended:
            assert number not in self.ended
            self.ended.add(number)

    def drop(self, number: int) -> None:
        """Forget a stream that was reset; what was not taken of it is given back."""
        self.reset.add(number)
        self.sending.discard(number)
        if count := self.untaken.pop(number, 0):
            self.core.taken(number, count)


class Cutting(RuleBasedStateMachine):
    """Whatever is lost with a wire is sent again over the next one, once and in order."""

    def __init__(self) -> None:
        super().__init__()
        self.relay, self.client = End(relay=True), End(relay=False)
        self.headed: set[int] = set()
        """Streams whose answer has begun."""

    def _ends(self, *, relay: bool) -> tuple[End, End]:
        return (self.relay, self.client) if relay else (self.client, self.relay)

    @precondition(lambda self: not self.relay.core.streams.full)
    @rule(end=st.booleans())
    def ask(self, end: bool) -> None:
        """Begin an exchange."""
        head = RequestHead(b"POST", b"/", ())
        number = self.relay.core.open_stream(head, DELIVERY, end=end)
        self.relay.sent[number] = bytearray()
        if not end:
            self.relay.sending.add(number)

    @rule(pick=st.integers(0, 9))
    def answer(self, pick: int) -> None:
        """Begin an answer."""
        waiting = sorted(self.client.sending - self.headed)
        if waiting:
            number = waiting[pick % len(waiting)]
            self.headed.add(number)
            self.client.core.send_response(number, OK, end=False)

    @rule(relay=st.booleans(), pick=st.integers(0, 9), size=st.integers(1, 90), end=st.booleans())
    def send(self, relay: bool, pick: int, size: int, end: bool) -> None:
        """Send content, as far as credit goes."""
        here, _ = self._ends(relay=relay)
        ready = sorted(here.sending if relay else here.sending & self.headed)
        if not ready:
            return
        number = ready[pick % len(ready)]
        data = bytes([len(here.sent[number]) % 251]) * min(size, here.core.credit(number))
        if not data and not end:
            return
        here.core.send_data(number, data, end=end)
        here.sent[number] += data
        if end:
            here.sending.discard(number)

    @rule(relay=st.booleans(), pick=st.integers(0, 9))
    def consume(self, relay: bool, pick: int) -> None:
        """Take what has arrived of a stream: that is credit for the other end."""
        here, _ = self._ends(relay=relay)
        if here.untaken:
            number = sorted(here.untaken)[pick % len(here.untaken)]
            here.core.taken(number, here.untaken.pop(number))

    @rule(relay=st.booleans(), pick=st.integers(0, 9))
    def give_up(self, relay: bool, pick: int) -> None:
        """Reset a stream."""
        here, _ = self._ends(relay=relay)
        if here.sending:
            number = sorted(here.sending)[pick % len(here.sending)]
            here.core.reset(number, Failure.SENDER_ABORTED)
            here.drop(number)

    @rule(relay=st.booleans())
    def flush(self, relay: bool) -> None:
        """Let what is ready leave."""
        self._ends(relay=relay)[0].flush()

    @rule(relay=st.booleans(), most=st.integers(1, 4))
    def deliver(self, relay: bool, most: int) -> None:
        """Let messages arrive."""
        here, there = self._ends(relay=relay)
        for _ in range(min(most, len(there.wire))):
            here.take(there.wire.popleft())

    @rule(relay=st.booleans())
    def acknowledge(self, relay: bool) -> None:
        """Say what has come."""
        here, _ = self._ends(relay=relay)
        here.wire.append(acknowledgement(here.ledger.say()))

    @rule(arrived=st.tuples(st.integers(0, 3), st.integers(0, 3)))
    def cut(self, arrived: tuple[int, int]) -> None:
        """Lose the wire with what is on it, except its beginning; join the ends again."""
        for relay, most in zip((True, False), arrived, strict=True):
            self.deliver(relay, most)
        for here, there in ((self.relay, self.client), (self.client, self.relay)):
            here.wire = deque(here.ledger.missing(there.ledger.received))

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        """What has arrived is the beginning of what was sent."""
        for here, there in ((self.relay, self.client), (self.client, self.relay)):
            for number, got in there.got.items():
                sent = here.sent.get(number)
                assert sent is not None
                assert bytes(sent[: len(got)]) == bytes(got)

    @invariant()
    def what_is_kept_is_what_the_peer_may_lack(self) -> None:
        """Acknowledged messages are let go of, others never."""
        for here, there in ((self.relay, self.client), (self.client, self.relay)):
            forgotten = here.ledger.sent - len(here.ledger._kept)
            assert forgotten <= there.ledger.received <= here.ledger.sent

    def teardown(self) -> None:
        """End every stream; then both ends have seen the same, and remember nothing."""
        self._until_quiet(self._finish)
        for here, there in ((self.relay, self.client), (self.client, self.relay)):
            for number, sent in here.sent.items():
                if number not in here.reset | there.reset:
                    assert (bytes(there.got[number]), number in there.ended) == (bytes(sent), True)
            assert len(here.core.streams) == 0
            here.ledger.acknowledged(there.ledger.received)
            assert here.ledger.kept_bytes == 0

    def _finish(self) -> None:
        for number in sorted(self.client.sending - self.headed):
            self.headed.add(number)
            self.client.core.send_response(number, OK, end=False)
        for here in (self.relay, self.client):
            for number in list(here.untaken):
                here.core.taken(number, here.untaken.pop(number))
            for number in sorted(here.sending):
                here.core.send_data(number, b"", end=True)
            here.sending.clear()

    def _until_quiet(self, act: Callable[[], None]) -> None:
        for _ in range(10):
            act()
            for relay in (True, False):
                self.flush(relay)
                self.deliver(not relay, 10_000)


TestCutting = Cutting.TestCase
TestCutting.settings = settings(max_examples=150, stateful_step_count=60)
