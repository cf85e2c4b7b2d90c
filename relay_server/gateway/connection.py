"""A public connection: reads requests, has them answered one after the other.

Only one request is looked at at a time. What a sender sends ahead waits as it arrived, up to a bound, and nothing of it
is judged before its turn.
"""

import asyncio
from typing import TYPE_CHECKING

from relay_server.gateway.forwarded import Forwarder
from relay_server.gateway.handover import hand_over
from relay_server.gateway.http1 import Refused, RequestReader
from relay_server.gateway.inbox import Inbox
from relay_server.gateway.problem import refusal_answer
from relay_server.gateway.request_rules import Invalid, Plan, examine
from relay_server.gateway.states import State
from relay_server.gateway.turn import Turn
from relay_server.gateway.wire import Wire
from relay_server.routes import RouteMatch, hostname
from relay_server.senders import address_of
from relay_server.tls.sni import server_name
from shared.errors import ExchangeFailed, Failure

if TYPE_CHECKING:
    from relay_server.gateway.door import Door

_AHEAD_BYTES = 65536
"""How much a sender may send before its turn."""


class Connection(Wire):
    """One sender's connection."""

    __slots__ = (
        "_address",
        "_counted",
        "_forwarder",
        "_half_closed",
        "_inbox",
        "_reader",
        "_scheme",
        "_server_name",
        "_state",
        "_turn",
    )

    _forwarder: Forwarder

    def __init__(self, door: "Door", scheme: str, *, counted: bool = False) -> None:
        """Begin before the connection is made.

        Args:
            door: what it shares with the others.
            scheme: what its sender uses, as far as this end can see.
            counted: it has been admitted, and whoever did that releases it.
        """
        super().__init__(door)
        self._counted = counted
        self._scheme = scheme
        self._state = State.HEAD
        self._reader = RequestReader(door.settings.limits)
        self._turn: Turn | None = None
        self._server_name: bytes | None = None
        self._address = ""
        self._half_closed = False
        self._inbox = Inbox()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, unless there are too many."""
        super().connection_made(transport)
        door = self._door
        address = self._address = address_of(transport.get_extra_info("peername"))
        name = server_name(transport.get_extra_info("ssl_object"))
        self._server_name = None if name is None else name.encode("ascii", "replace")
        self._forwarder = Forwarder(peer=address, scheme=self._scheme, trusted=door.settings.trusted_proxies)
        failure = None if self._counted else door.connections.admit(address, trusted=self._forwarder.trusts_peer)
        door.open.add(self)
        door.deadlines.watch(self)
        self.due = door.deadlines.after(door.settings.patience.head)
        if door.closed:
            # Its handshake was under way when the door closed.
            self._state = State.DONE
            self.abort()
        elif failure is not None:
            self._turn_away(failure, linger=False)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the connection, and of the exchange on it."""
        super().connection_lost(exc)
        self._leave()
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.sender_left()
        self._state = State.DONE

    def data_received(self, data: bytes) -> None:
        """Take what arrived."""
        if self._state is State.DONE:
            return
        self._inbox.add(data)
        self._advance()

    def eof_received(self) -> bool:
        """Take the end of the sender's half: whatever is whole still gets its answer, where TLS does not forbid it."""
        self._half_closed = True
        turn = self._turn
        if self._state is State.SWITCHED and turn is not None and turn.raw is not None:
            turn.raw.content.end()
        elif self._state is State.TURN and turn is not None and turn.intake is not None:
            turn.give_up(Failure.SENDER_ABORTED)
        elif self._state is State.HEAD and not self._inbox.left:
            if not self._reader.between:
                self._turn_away(Failure.BAD_REQUEST)
            return False
        stays = not self.encrypted and self._state is not State.DONE
        if stays:
            self.watch_presence()
        return stays

    def overdue(self, _now: float) -> None:
        """Act on a phase that takes too long."""
        turn = self._turn
        if self._state is State.DONE:
            self.due = self._door.deadlines.after(None)
            self.close()
        elif turn is None and self._inbox.left:
            self.due = self._door.deadlines.after(None)  # its answers are not read: that has a deadline of its own
        elif turn is None and self._reader.between:
            self._state = State.DONE
            self.close()
        elif turn is None:
            self._turn_away(Failure.REQUEST_TIMEOUT)
        elif turn.intake is None:
            turn.give_up(Failure.ORIGIN_TIMEOUT)
        elif (left := turn.intake.seconds_left()) > 0:
            self.due = self._door.deadlines.after(left)
        else:
            turn.give_up(Failure.REQUEST_TIMEOUT)

    def shut(self) -> None:
        """End the connection and what runs on it."""
        turn, self._turn = self._turn, None
        self._state = State.DONE
        if turn is None:
            self.close()
        else:
            turn.sender_left()
            self.abort()

    def drained_away(self) -> None:
        """Refuse what has no answer yet: the time for draining is over."""
        turn = self._turn
        if self._state is State.TURN and turn is not None and not turn.begun:
            turn.give_up(Failure.RELAY_DRAINING)

    def may_keep(self, turn: Turn) -> bool:
        """Tell whether the connection can serve another request after `turn`."""
        if not turn.plan.keep_alive or not self._reader.complete or self._door.draining:
            return False
        return not self._half_closed or self._inbox.left > 0

    def answer_began(self, *, switching: bool) -> None:
        """Note that the answer's head is about to be written."""
        turn = self._turn
        if turn is None:
            return
        if turn.intake is None:
            self.due = self._door.deadlines.after(None)
        if turn.raw is not None and not switching:
            turn.raw.content.end()
            turn.raw = None
        elif turn.raw is not None:
            self._state = State.SWITCHED
            self._advance()

    def turn_over(self, turn: Turn, *, keep_alive: bool, until_close: bool) -> None:
        """Go on after a complete answer."""
        self._turn = None
        if keep_alive:
            self._state = State.HEAD
            self._reader.next()
            self.due = self._door.deadlines.after(self._door.settings.patience.idle)
            self.resume_reading()
            if turn.started:
                self._go_on()
            return
        self._state = State.DONE
        expected = until_close or not turn.plan.keep_alive or self._half_closed
        if expected and self._reader.complete and not self._inbox.left:
            self.close()
        else:
            self.linger()

    def resume_writing(self) -> None:
        """Note that the sender reads again, and serve what it has sent ahead."""
        super().resume_writing()
        if self._state is State.HEAD and self._inbox.left:
            self.due = self._door.deadlines.after(self._door.settings.patience.idle)
            self.resume_reading()
            self._go_on()

    def _go_on(self) -> None:
        self._advance()
        if self._half_closed and self._state is State.HEAD and not self._inbox.left:
            self._turn_away(Failure.BAD_REQUEST)

    def _advance(self) -> None:
        """Go as far as what arrived and the turn at hand allow.

        Who does not read its answers gets no more of them: they would pile up here.
        """
        inbox = self._inbox
        while inbox.at < len(inbox.data):
            turn = self._turn
            if self._state is State.HEAD and self._writing is None:
                self._read_head()
            elif turn is not None and turn.intake is not None:
                turn.read_content(turn.intake)
            elif self._state is State.SWITCHED and turn is not None and turn.raw is not None:
                turn.raw.feed(inbox.take())
            else:
                if inbox.left > _AHEAD_BYTES:
                    self.pause_reading()
                return
        inbox.take()

    def _read_head(self) -> None:
        reader, inbox = self._reader, self._inbox
        beginning = reader.between
        try:
            end = reader.read_head(inbox.data, inbox.at)
            if end < 0:
                inbox.take()
                if beginning:
                    self.due = self._door.deadlines.after(self._door.settings.patience.head)
                return
            inbox.at = end
            plan = examine(reader.method, reader.target, reader.version, reader.fields)
        except (Refused, Invalid) as refused:
            self._turn_away(refused.failure)
            return
        match = self._find(plan)
        if match is None:
            self._hand_over()
            return
        turn = self._turn = Turn(self, self._door, plan, reader, inbox)
        self._state = State.TURN
        turn.begin(match, self._forwarder)

    def _find(self, plan: Plan) -> RouteMatch | Failure | None:
        """Find what a request is for: an endpoint, nothing that is here, or (None) the relay itself."""
        routes = self._door.routes
        if self._server_name is not None and hostname(plan.host) != self._server_name:
            return Failure.MISDIRECTED
        match = routes.match(plan.host, plan.target)
        if match is None:
            return Failure.ENDPOINT_UNKNOWN if routes.serves(plan.host) else Failure.MISDIRECTED
        return match if isinstance(match, RouteMatch) else None

    def _turn_away(self, failure: Failure, *, linger: bool = True) -> None:
        """Refuse what is no request, or comes too late or too often, and end the connection.

        Where there are too many connections, none is kept for the sake of its refusal.
        """
        self._state = State.DONE
        door = self._door
        delivery = door.new_id("dlv")
        door.sparing.warning("request.refused", failure=failure, remote=self._forwarder.remote, delivery=delivery)
        bodiless = self._reader.raw.startswith(b"HEAD ")
        error, now = ExchangeFailed(failure), door.clock()
        self.write(refusal_answer(error, delivery=delivery, now=now, page=False, bodiless=bodiless, close=True))
        if linger:
            self.linger()
        else:
            self.close()

    def _hand_over(self) -> None:
        """Let the relay's own host have the connection, from the request at hand on; it counts to its end."""
        read = self._reader.raw + self._inbox.take()
        self._let_go()
        self._stop_watching()
        self._state = State.DONE
        own_host = self._door.own_host()
        hand_over(self.transport, own_host, read, half_closed=self._half_closed, lost=self._release)

    def _leave(self) -> None:
        if self in self._door.open:
            self._let_go()
            self._release()

    def _let_go(self) -> None:
        door = self._door
        door.open.discard(self)
        door.news.set()
        door.deadlines.forget(self)

    def _release(self) -> None:
        if not self._counted:
            self._door.connections.release(self._address, trusted=self._forwarder.trusts_peer)
