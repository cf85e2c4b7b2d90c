"""One connection to the app: one exchange after another, each begun, written, answered."""

import asyncio
from functools import partial

from client.origin.answer import Answer, BadAnswer, Ends, Question
from client.origin.deadline import Deadline
from client.origin.http1 import AnswerReader
from client.origin.inflow import Inflow
from client.origin.keeper import Keeper
from client.origin.kinds import Kinds
from client.origin.liveness import IDEMPOTENT, Liveness
from client.origin.outflow import Outflow
from client.origin.salvage import left_behind
from client.origin.silence import Silence, silence_seconds
from client.origin.states import State
from client.origin.timeouts import HEED, OriginTimeouts
from shared.errors import ContentBroken, Delivered, ExchangeFailed, Failure
from shared.exchange import Content, Response
from shared.http import forwardable


class Connection(asyncio.Protocol):
    """The asyncio protocol of a connection to the app.

    An exchange is `begin`, then `out.write`; the future that `begin` gives becomes the response, or `ExchangeFailed`.
    The exchange ends with the response's content; closing the response before that resets the connection.
    """

    __slots__ = (
        "_deadline",
        "_inflow",
        "_keeper",
        "_liveness",
        "_loop",
        "_reader",
        "_sending",
        "_sent_before",
        "_stale",
        "_timeouts",
        "_transport",
        "_waiter",
        "kept_seconds",
        "out",
        "reused",
        "since",
        "state",
    )

    _transport: asyncio.Transport
    _liveness: Liveness
    out: Outflow
    """Where the request is written."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, *, keeper: Keeper, timeouts: OriginTimeouts, kinds: Kinds
    ) -> None:
        self._loop = loop
        self._keeper = keeper
        self._timeouts = timeouts
        self._reader = AnswerReader(kinds)
        self._deadline = Deadline(loop, self._due)
        self._waiter: asyncio.Future[Response] | None = None
        self._inflow: Inflow | None = None
        self._sending = False
        self._sent_before = 0
        self._stale: bool | None = None
        self.state = State.IDLE
        self.reused = False
        """It has carried an exchange before the present one."""
        self.since = 0.0
        """When it was last given back: Unix seconds on the keeper's clock."""
        self.kept_seconds = timeouts.kept_seconds
        """How long it may stay unused."""

    @property
    def usable(self) -> bool:
        """True when it is idle and nothing has come that makes it unfit."""
        return self.state is State.IDLE and not self._transport.is_closing() and self._liveness.quiet()

    def begin(self, question: Question, *, sending: bool = False) -> "asyncio.Future[Response]":
        """Expect the answer to what is written next.

        Args:
            question: what decides how the answer reads.
            sending: content follows piece by piece; `sent` says when all of it was written.
        """
        self.state = State.WAITING
        self._reader.begin(question)
        self._sending = sending
        self._sent_before = self.out.sent_bytes
        waiter = self._waiter = self._loop.create_future()
        self._deadline.set(self._timeouts.first_byte_seconds)
        return waiter

    def hold_deadline(self) -> None:
        """Stop counting: it is the sender who is waited for."""
        if self.state is State.WAITING:
            self._deadline.clear()

    def restart_deadline(self) -> None:
        """Count from now: it is the app who is waited for."""
        if self.state is State.WAITING:
            self._deadline.set(self._timeouts.first_byte_seconds)
        elif self.state is State.ANSWERING and self._reader.ended:
            self._deadline.set(self._timeouts.linger_seconds)

    def sent(self) -> None:
        """Say that the request is written to its end; after a switch of protocols, that no more raw bytes follow."""
        self._sending = False
        raw_and_no_half_close = self.state is State.RAW and not self.out.end()
        if raw_and_no_half_close or (self.state is State.ANSWERING and self._reader.ended):
            self._complete()
        else:
            self.restart_deadline()

    def abandon(self, waiter: "asyncio.Future[Response]") -> None:
        """Forget about the exchange whose future is `waiter`, however far it came."""
        if self._waiter is waiter:
            self.abort(ContentBroken(Failure.SENDER_ABORTED))
        elif not waiter.cancelled() and waiter.exception() is None:
            waiter.result().close()

    @property
    def dead_on_reuse(self) -> bool:
        """True when it was lost in a later exchange than its first, before a byte of the answer."""
        return self.reused and self._stale is not None

    def may_resend(self, method: bytes) -> bool:
        """Tell whether the failed request can be sent again without the app seeing it twice (see `liveness`)."""
        return self.dead_on_reuse and (self._stale is True or method in IDEMPOTENT)

    def close(self) -> None:
        """Close in peace: what was written still leaves, as long as the app takes it."""
        self.state = State.CLOSED
        self._transport.close()
        self._deadline.set(self._timeouts.linger_seconds)

    def abort(self, error: ContentBroken) -> None:
        """Reset the connection, so that nothing that was sent can pass for complete; `error` is why."""
        if self.state is not State.CLOSED:
            self._fail(error, "unknown")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport  # type: ignore[assignment]
        self._liveness = Liveness(self._transport)
        self.out = Outflow(self._transport)

    def data_received(self, data: bytes) -> None:
        """Read on in the answer."""
        if self.state is State.RAW and self._inflow is not None:
            self._inflow.feed(data)
            return
        if self.state is State.IDLE:
            self._reset()
        if self.state is State.CLOSED:
            return
        reader = self._reader
        try:
            reader.feed(data)
        except BadAnswer as error:
            self._fail(ContentBroken(Failure.ORIGIN_BAD_RESPONSE, f"the app answered, and {error}"), "yes")
            return
        if self._waiter is not None:
            if reader.answer is not None:
                self._answer(self._waiter, reader.answer)
        elif self._inflow is not None and reader.answer is not None:
            self._inflow.feed(reader.take())
            if reader.ended and self._lingers(reader.answer):
                self.restart_deadline()
            elif reader.ended:
                self._complete()

    def eof_received(self) -> bool:
        """Note that the app will send nothing more."""
        if self.state is State.RAW and self._inflow is not None:
            self._inflow.end()
            return self._transport.can_write_eof()
        self._left(cleanly=True)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail what is unfinished."""
        if exc is not None and self._waiter is not None and (answered := left_behind(self._transport)):
            self.data_received(answered)
        self._left(cleanly=False)
        self._deadline.cancel()
        self.out.resume()
        self._keeper.lost(self)

    def pause_writing(self) -> None:
        """Note that the app takes less than is written."""
        self.out.pause()

    def resume_writing(self) -> None:
        """Note that there is room again: the app has taken something."""
        self.out.resume()
        self.restart_deadline()

    def _answer(self, waiter: "asyncio.Future[Response]", answer: Answer) -> None:
        """Give out the head, with all the content if that is here."""
        if waiter.done():
            return
        reader = self._reader
        self._waiter = None
        self._deadline.clear()
        if answer.kept_seconds is not None:
            self.kept_seconds = min(self.kept_seconds, answer.kept_seconds * HEED)
        if reader.ended and not self._lingers(answer):
            content = Content(reader.take(), length=answer.length)
            content.trailers = forwardable(reader.trailers)
            self._finish()
            waiter.set_result(Response(answer.head, content))
            return
        self.state = State.RAW if answer.ends is Ends.NEVER else State.ANSWERING
        silence = Silence(self._loop, silence_seconds(answer, self._timeouts), busy=self._held_up, give_up=self.abort)
        inflow = self._inflow = Inflow(self._transport, silence=silence, length=answer.length, first=reader.take())
        response = Response(answer.head, inflow.content)
        response.on_close(partial(self._let_go, inflow))
        self.restart_deadline()
        waiter.set_result(response)

    def _lingers(self, answer: Answer) -> bool:
        """An app may answer well before an upload's end and go on reading (Node.js does); after an error none does."""
        return self._sending and not answer.failed

    def _held_up(self) -> bool:
        """It is the sender who is waited for, in either direction, and not the app."""
        return (self._inflow is not None and self._inflow.paused) or (self._sending and self.out.unhindered())

    def _complete(self) -> None:
        if self._inflow is not None:
            self._inflow.end(forwardable(self._reader.trailers))
        self._finish()

    def _finish(self) -> None:
        """The exchange is over: go back to the keeper, or close."""
        reader, self._inflow = self._reader, None
        unsent = self._transport.get_write_buffer_size() > 0
        if self._sending or (unsent and reader.answer is not None and reader.answer.failed):
            self._reset()
        elif reader.persistent and not (reader.surplus or unsent) and self.kept_seconds > 0:
            self.state = State.IDLE
            self._deadline.set(self.kept_seconds)
            self._keeper.give(self)
        else:
            self.close()

    def _let_go(self, inflow: Inflow) -> None:
        """The response of `inflow` was closed."""
        if self._inflow is not inflow:
            return
        if self.state is State.RAW and inflow.content.ended:
            self.close()
        else:
            self.abort(ContentBroken(Failure.SENDER_ABORTED))

    def _left(self, *, cleanly: bool) -> None:
        """The app has ended the connection: with a FIN (`cleanly`), or otherwise."""
        if self.state in (State.IDLE, State.CLOSED):
            self.state = State.CLOSED
            return
        reader = self._reader
        broken = reader.cut_off(cleanly=cleanly)
        if broken is None:
            reader.surplus = True
            self._complete()
            return
        if not reader.received_bytes:
            self._stale = cleanly and not self._liveness.acknowledged(self._sent_before)
        delivered: Delivered = "yes" if broken.failure is Failure.ORIGIN_BAD_RESPONSE else "unknown"
        self._fail(broken, "no" if self._stale else delivered)

    def _due(self) -> None:
        if self.state is State.IDLE:
            self.close()
        elif self.state is State.ANSWERING:
            self._complete()
        elif self.out.moving():
            self._deadline.set(self._timeouts.first_byte_seconds)
        elif self.state is State.CLOSED:
            self._transport.abort()
        else:
            waited = f"no answer after {self._timeouts.first_byte_seconds:g} s"
            self._fail(ContentBroken(Failure.ORIGIN_TIMEOUT, waited), "unknown")

    def _fail(self, error: ContentBroken, delivered: Delivered) -> None:
        """End the exchange without its answer, or within it, and the connection with it."""
        waiter, self._waiter = self._waiter, None
        inflow, self._inflow = self._inflow, None
        if waiter is not None and not waiter.done():
            waiter.set_exception(ExchangeFailed(error.failure, error.detail, delivered=delivered))
        if inflow is not None:
            inflow.fail(error)
        self._reset()

    def _reset(self) -> None:
        self.state = State.CLOSED
        self.out.reset()
