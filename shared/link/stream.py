"""One exchange's place on a link: what arrives for it, and who waits for it."""

import asyncio

from shared.errors import ContentBroken, ExchangeFailed, Failure
from shared.exchange import Content
from shared.http.heads import ResponseHead
from shared.protocol.codes import FAILURE_OF_RESET, ResetCode
from shared.protocol.hello import Reset

_KNOWN_FAILURES = frozenset(Failure)


def failure_of(reset: Reset) -> ExchangeFailed:
    """Give what a reset means: by name where we know it, else by number."""
    if reset.failure in _KNOWN_FAILURES:
        failure = Failure(reset.failure)
    elif reset.code in FAILURE_OF_RESET:
        failure = FAILURE_OF_RESET[ResetCode(reset.code)]
    else:
        failure = Failure.CLIENT_INTERNAL
    match reset.delivered:
        case "no" | "yes" as delivered:
            return ExchangeFailed(failure, reset.detail, delivered=delivered)
    return ExchangeFailed(failure, reset.detail, delivered="unknown")


class Exchange:
    """What a link keeps for one stream."""

    __slots__ = ("_credit", "answer", "content", "number", "task")

    def __init__(self, number: int, content: Content, answer: asyncio.Future[ResponseHead] | None) -> None:
        self.number = number
        self.content = content
        """What arrives from the peer."""
        self.answer = answer
        """The head that the peer owes us; None at the answering end."""
        self.task: asyncio.Task[None] | None = None
        """What runs for the exchange at our end: the answering, or the upload of a long request."""
        self._credit: asyncio.Future[None] | None = None

    def broke(self, error: ExchangeFailed) -> None:
        """End the exchange because the peer did, or the link is gone. Its task is cancelled with the failure's code."""
        self.content.fail(ContentBroken(error.failure, error.detail))
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(error)
        if self.task is not None:
            self.task.cancel(error.failure)

    def credit_arrived(self) -> None:
        """Let the sending of content look again."""
        if self._credit is not None and not self._credit.done():
            self._credit.set_result(None)

    async def wait_credit(self) -> None:
        """Wait until more content may be sent."""
        self._credit = asyncio.get_running_loop().create_future()
        try:
            await self._credit
        finally:
            self._credit = None
