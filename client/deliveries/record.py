"""Records every exchange on its way to the app and back."""

import asyncio
from collections.abc import Callable

from client.deliveries.attempt import Attempt
from client.deliveries.capture import Capture
from client.deliveries.feed import Feed
from client.deliveries.judging import Doubt, Judging
from client.deliveries.schema import REQUEST_SIDE, RESPONSE_SIDE
from client.deliveries.store import Store
from client.signatures.engine import Signatures
from client.views import AttemptKind
from shared.errors import ContentBroken, ExchangeFailed, Failure, LinkClosed, cancelled_for
from shared.exchange import Content, Handler, Request, Response
from shared.http.heads import ResponseHead

CAPTURE_BYTES = 64 * 1024**2
"""Of one content; what goes beyond is counted and the attempt marked as cut."""

NOT_RECORDED = (b"Hookline-Recorded", b"no")

_KINDS: dict[str, AttemptKind] = {"replay": "replay", "edit": "edit", "resigned": "resigned"}
_SWITCHING_PROTOCOLS = 101


class Record:
    """A handler that records what passes: an answer leaves when its row is in the file.

    What can be recorded never decides what is answered: an answer that could not be recorded says so in a field.
    """

    def __init__(
        self,
        inner: Handler,
        *,
        store: Store,
        signatures: Signatures,
        feed: Feed,
        clock: Callable[[], float],
        target: str,
        capture_bytes: int = CAPTURE_BYTES,
        require_history: bool = False,
        doubt: Doubt | None = None,
    ) -> None:
        """Record what `inner` is asked and answers.

        Args:
            inner: the way to the app.
            store: where it is recorded.
            signatures: judges requests and answers.
            feed: where changes are published.
            clock: Unix seconds.
            target: the app's address, to be shown.
            capture_bytes: of each content, what is kept at most.
            require_history: refuse a delivery that cannot be recorded.
            doubt: has the cause of a failed signature check found, beside the exchanges.
        """
        self._inner = inner
        self._store = store
        self._judging = Judging(store, signatures, doubt)
        self._clock = clock
        self._target = target
        self._capture_bytes = capture_bytes
        self._require_history = require_history
        store.follow(feed)

    async def __call__(self, request: Request) -> Response:
        """Hand the request on and record it with its answer.

        Raises:
            ExchangeFailed: there is no answer; it is recorded why.
        """
        attempt = self._attempt(request)
        self._store.begin(attempt)
        try:
            self._check_history()
            response = await self._inner(request)
        except Exception as error:
            self._fail(attempt, error)
            await self._finish(attempt)
            raise
        except asyncio.CancelledError as error:
            self._abandon(attempt, cancelled_for(error))
            raise
        try:
            await self._answer(attempt, response)
        except BaseException:
            response.close()
            raise
        return response

    def _check_history(self) -> None:
        if self._require_history and not self._store.recording:
            raise ExchangeFailed(Failure.HISTORY_FULL, self._store.trouble)

    def _attempt(self, request: Request) -> Attempt:
        data = request.content.peek()
        attempt = Attempt(
            delivery=request.delivery,
            head=request.head,
            kind=_KINDS.get(request.delivery.source, "received"),
            started_at=self._clock(),
            app=self._target,
            request=Capture() if data is None else Capture.of(data, limit=self._capture_bytes),
            response=Capture(),
            judge=self._judge,
            tell=self._judging.tell,
        )
        if data is None and not request.head.upgrade:
            attempt.request = self._watch(attempt, REQUEST_SIDE, request.content)
            attempt.request.on_end = lambda: self._request_ended(attempt)
        elif data is not None:
            attempt.request.trailers = request.content.trailers
        return attempt

    def _watch(self, attempt: Attempt, side: int, content: Content) -> Capture:
        def spill(start: int, data: bytes) -> None:
            self._store.add_part(attempt, side, start, data)

        return Capture.watching(content, limit=self._capture_bytes, spill=spill)

    async def _answer(self, attempt: Attempt, response: Response) -> None:
        head = attempt.answer = response.head
        attempt.connect_seconds = response.connect_seconds
        attempt.first_byte_seconds = max(self._clock() - attempt.started_at, 0.0)
        data = None if head.status == _SWITCHING_PROTOCOLS else response.content.peek()
        if data is not None:
            attempt.response = Capture.of(data, limit=self._capture_bytes)
            attempt.state = "answered"
            recorded = await self._finish(attempt)
        else:
            self._follow(attempt, response)
            recorded = await self._store.put(attempt)
        if not recorded:
            response.head = ResponseHead(head.status, head.reason, (*head.fields, NOT_RECORDED))

    def _follow(self, attempt: Attempt, response: Response) -> None:
        """Complete the attempt when its answer has passed, before the answer's end leaves."""
        if response.head.status != _SWITCHING_PROTOCOLS:
            attempt.response = self._watch(attempt, RESPONSE_SIDE, response.content)

        def end() -> None:
            broken = attempt.response.broken
            if attempt.state == "pending":
                attempt.state = "failed" if broken else "answered"
                if broken:
                    attempt.failure, attempt.detail = broken.failure, broken.detail
                self._complete(attempt)
                self._store.finish_now(attempt)

        def closed() -> None:
            if attempt.state == "pending" and not attempt.response.ended:
                self._abandon(attempt)
            else:
                end()

        attempt.response.on_end = end
        response.on_close(closed)

    async def _finish(self, attempt: Attempt) -> bool:
        if attempt.request.parts_bytes and attempt.request.whole:
            try:
                await self._judging.judge_long(attempt)
            except asyncio.CancelledError:
                self._complete(attempt)
                self._store.finish_now(attempt)
                raise
        self._complete(attempt)
        return self._store.land(attempt) or await self._store.put(attempt)

    def _complete(self, attempt: Attempt) -> None:
        attempt.duration_seconds = max(self._clock() - attempt.started_at, 0.0)

    def _judge(self, attempt: Attempt) -> None:
        self._judging.judge(attempt)
        if attempt.state != "pending":
            self._store.count(attempt)

    def _request_ended(self, attempt: Attempt) -> None:
        """Complete an attempt whose request ends after its answer."""
        if attempt.state != "pending":
            attempt.judged = False
            self._judging.judge(attempt)
            self._store.note(attempt)

    def _fail(self, attempt: Attempt, error: Exception) -> None:
        attempt.state = "failed"
        if isinstance(error, ExchangeFailed | ContentBroken):
            attempt.failure, attempt.detail = error.failure, error.detail
        elif isinstance(error, LinkClosed):
            attempt.failure, attempt.detail = Failure.ENDPOINT_LOST, str(error)
        else:
            attempt.failure, attempt.detail = Failure.CLIENT_INTERNAL, type(error).__name__

    def _abandon(self, attempt: Attempt, failure: Failure = Failure.SENDER_ABORTED) -> None:
        """Record an exchange that nobody waits for any more."""
        if self._store.leaving:
            attempt.state = "interrupted"
        else:
            attempt.state, attempt.failure = "failed", failure
            gone = "the link to the relay was lost" if failure == Failure.ENDPOINT_LOST else "the sender went away"
            attempt.detail = f"{gone} before the answer was complete"
        self._complete(attempt)
        self._store.finish_now(attempt)
