"""One request's turn on its connection: the door's side of an exchange."""

import asyncio
from typing import TYPE_CHECKING

from relay_server.gateway.deadlines import Fuse
from relay_server.gateway.exchange import exchange
from relay_server.gateway.forwarded import Circular, Forwarder
from relay_server.gateway.http1 import Refused, RequestReader
from relay_server.gateway.inbox import Inbox
from relay_server.gateway.intake import Intake
from relay_server.gateway.pace import Pace
from relay_server.gateway.problem import refusal_answer, wants_page
from relay_server.gateway.request_rules import Plan
from relay_server.gateway.response_head import Sender, acceptable_trailers
from relay_server.routes import RouteMatch
from shared.errors import ContentBroken, ExchangeFailed, Failure
from shared.exchange import Content, Delivery, Request
from shared.http.heads import RequestHead

if TYPE_CHECKING:
    from relay_server.gateway.connection import Connection
    from relay_server.gateway.door import Door

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_AT_THE_APP = (Failure.ORIGIN_TIMEOUT, Failure.RELAY_DRAINING)
"""Given up while the app may be at work on the request."""


class Turn:
    """What is known of the request at hand, and what its answer does to the connection."""

    __slots__ = (
        "_connection",
        "_delivery",
        "_door",
        "_fuse",
        "_given_up",
        "_handler",
        "_head",
        "_id",
        "_inbox",
        "_method",
        "_reader",
        "_task",
        "_uploader",
        "_version",
        "begun",
        "intake",
        "plan",
        "raw",
        "started",
    )

    def __init__(self, connection: "Connection", door: "Door", plan: Plan, reader: RequestReader, inbox: Inbox) -> None:
        """Begin with the head that `reader` has just read."""
        self._connection = connection
        self._door = door
        self._reader = reader
        self._inbox = inbox
        self._method = reader.method
        self._version = reader.version
        self._id = door.new_id("dlv")
        self._task: asyncio.Task[None] | None = None
        self._given_up = False
        self._fuse: Fuse | None = None
        self._uploader: str | None = None
        """Whose share of the uploads this is one of."""
        self.plan = plan
        self.intake: Intake | None = None
        """The content, while it is not here to its end."""
        self.raw: Intake | None = None
        """What an exchange that becomes another protocol takes from the sender."""
        self.begun = False
        """The answer's head is written, or it is given up."""
        self.started = False
        """The endpoint has been asked."""

    def begin(self, match: RouteMatch | Failure, forwarder: Forwarder) -> None:
        """Go as far as what arrived allows: refuse the request, await its content, or ask the endpoint."""
        reader, inbox, plan, most = self._reader, self._inbox, self.plan, self._door.settings.limits.content_bytes
        data = b""
        try:
            reader.expect(plan.length, chunked=plan.chunked)
            if not reader.complete and inbox.at < len(inbox.data):
                data, inbox.at = reader.read_content(inbox.data, inbox.at)
            if isinstance(match, Failure):
                self.refuse(ExchangeFailed(match))
                return
            self._prepare(match, forwarder)
        except (Refused, Circular) as refused:
            self.refuse(ExchangeFailed(refused.failure))
            return
        if most is not None and max(plan.length or 0, len(data)) > most:
            self.refuse(ExchangeFailed(Failure.CONTENT_TOO_LARGE))
        elif plan.upgrade:
            self.raw = self._intake(most_bytes=None)
            self._start(self.raw.content)
        elif reader.complete:
            content = Content(data, length=plan.length)
            if plan.chunked:
                content.trailers = acceptable_trailers(reader.fields)
            self._start(content)
        else:
            self._await_content(data)

    def read_content(self, intake: Intake) -> None:
        """Take what arrived of the content."""
        reader, inbox = self._reader, self._inbox
        try:
            data, inbox.at = reader.read_content(inbox.data, inbox.at)
            intake.feed(data)
        except (Refused, ContentBroken) as broken:
            self.give_up(broken.failure)
            return
        if reader.complete:
            self._uploaded()
            self.intake = None
            intake.release()
            intake.content.end(acceptable_trailers(reader.fields) if self.plan.chunked else ())
            if self.started:
                self._await_answer()
            else:
                self._start(intake.content)

    def _await_content(self, data: bytes) -> None:
        plan = self.plan
        self.intake = self._intake(most_bytes=self._door.settings.limits.content_bytes)
        self.intake.feed(data)
        self._connection.due = self._door.deadlines.after(self.intake.seconds_left())
        if plan.length is None or plan.length > self._door.settings.limits.whole_bytes or plan.expects_continue:
            if self._door.uploads.take(self._delivery.remote):
                self._uploader = self._delivery.remote
                self._ask(self.intake.content)
            else:
                self.give_up(Failure.RATE_LIMITED)

    def _intake(self, *, most_bytes: int | None) -> Intake:
        return Intake(
            self._connection,
            pace=Pace(self._door.deadlines.time, self._door.settings),
            length=self.plan.length,
            window_bytes=self._door.settings.limits.window_bytes,
            most_bytes=most_bytes,
            on_wanted=self._send_continue if self.plan.expects_continue else None,
        )

    def _prepare(self, match: RouteMatch, forwarder: Forwarder) -> None:
        door, plan = self._door, self.plan
        if door.overloaded:
            raise Refused(Failure.RELAY_OVERLOADED)
        added = forwarder.fields(plan.forwarding, plan.host)
        url, scheme = match.public_url, door.routes.scheme
        if forwarder.scheme != scheme:
            url = forwarder.scheme + url[len(scheme) :]
        self._handler = match.handler
        self._head = RequestHead(self._method, match.target, (*plan.fields, *added), self._version, plan.upgrade)
        self._delivery = Delivery(self._id, 1, match.endpoint_name, door.clock(), forwarder.remote, url)

    def _start(self, content: Content) -> None:
        self._await_answer()
        self._ask(content)

    def _await_answer(self) -> None:
        patience = self._door.settings.patience
        self._connection.due = self._door.deadlines.after(None if self.begun else patience.first_byte)

    def _ask(self, content: Content) -> None:
        door = self._door
        request = Request(self._head, self._delivery, content)
        self.started = True
        door.began()
        self._task = door.tasks.create_task(exchange(self, self._handler, request, door.log))
        if door.settings.patience.total is not None:
            self._fuse = Fuse(door.deadlines, door.settings.patience.total, self._take_too_long)

    def _send_continue(self) -> None:
        if not self.begun and self.intake is not None and not self.intake.received:
            self._connection.write(_CONTINUE)

    def give_up(self, failure: Failure) -> None:
        """End the exchange for a fault of the sender's, or because it takes too long."""
        task, begun = self._task, self.begun
        if begun:
            self._connection.abort()
        else:
            self.refuse(ExchangeFailed(failure, delivered="unknown" if failure in _AT_THE_APP else "no"))
        self._cancel(task, failure)

    def sender_left(self) -> None:
        """End the exchange, since nobody waits for its answer."""
        self._cancel(self._task, Failure.SENDER_ABORTED)

    def sender(self) -> Sender:
        """Give what framing needs to know of the request and its connection."""
        return Sender(self._method, self._version, self.plan.upgrade, self._connection.may_keep(self))

    @property
    def domain(self) -> bytes:
        """The relay's own host name."""
        return self._door.routes.domain

    def write(self, data: bytes) -> None:
        """Write to the sender."""
        if not self._given_up:
            self._connection.write(data)

    async def drained(self) -> None:
        """Wait until the sender reads."""
        await self._connection.drained()

    def began(self, *, switching: bool) -> None:
        """Note that the answer's head is about to be written."""
        self.begun = True
        self._connection.answer_began(switching=switching)

    def refuse(self, error: ExchangeFailed) -> None:
        """Answer that there is no answer."""
        if self._given_up:
            return
        if self.begun:
            self.broke_off(reset=True)
            return
        self.began(switching=False)
        # Where there is too little memory, the connection gives its own back.
        keep_alive = error.failure is not Failure.RELAY_OVERLOADED and self._connection.may_keep(self)
        page = wants_page(self._method, self.plan.fields)
        bodiless, now = self._method == b"HEAD", self._door.clock()
        self.write(
            refusal_answer(error, delivery=self._id, now=now, page=page, bodiless=bodiless, close=not keep_alive)
        )
        self.finished(keep_alive=keep_alive)

    def finished(self, *, keep_alive: bool, until_close: bool = False) -> None:
        """Go on after a complete answer."""
        if self._given_up:
            return
        self._over()
        self._connection.turn_over(self, keep_alive=keep_alive, until_close=until_close)

    def broke_off(self, *, reset: bool) -> None:
        """End the connection after an incomplete answer."""
        if self._given_up:
            return
        self._over()
        if reset:
            self._connection.abort()
        else:
            self._connection.close()

    def _uploaded(self) -> None:
        if self._uploader is not None:
            self._door.uploads.give_back(self._uploader)
            self._uploader = None

    def _over(self) -> None:
        self._uploaded()
        if self._task is not None:
            self._task = None
            self._door.ended()
        if self._fuse is not None:
            self._fuse.cancel()

    def _take_too_long(self) -> None:
        self.give_up(Failure.ORIGIN_TIMEOUT)

    def _cancel(self, task: asyncio.Task[None] | None, failure: Failure) -> None:
        self._over()
        self._given_up = True
        for intake in (self.intake, self.raw):
            if intake is not None:
                intake.content.fail(ContentBroken(failure))
        if task is not None:
            task.cancel(failure)
