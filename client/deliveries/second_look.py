"""Looks once more at what was not found valid, beside the exchanges: fetches keys, finds causes."""

import asyncio
from collections import OrderedDict, deque
from typing import NamedTuple

from msgspec.structs import replace

from client.deliveries.attempt import Attempt
from client.deliveries.judging import Doubt, accept
from client.deliveries.store import Store
from client.signatures.engine import Judgement, Subject
from client.signatures.explaining import Explainer
from client.signatures.fetch import KeyFetcher
from client.signatures.verdict import Reason
from client.views import SignatureView
from shared.logs import Log

MOST_WAITING = 200
MOST_WAITING_BYTES = 32 * 1024**2
"""What waits holds its content. Beyond these bounds a flood of forgeries keeps its verdicts without their causes."""

SHARE = 0.01
"""Of one core, what causes may take for long: the search shares the interpreter with the exchanges."""
AT_ONCE_SECONDS = 0.5
"""Of that, what may be taken at once: a few failures after a quiet time have their causes without delay."""

REMEMBERED = 500
"""Causes that a replay of the same bytes need not have found again."""

_log = Log(__name__)


class _Doubted(NamedTuple):
    attempt: Attempt
    subject: Subject
    judgement: Judgement
    explainer: Explainer

    @property
    def size_bytes(self) -> int:
        return len(self.subject.content or b"")


class SecondLook:
    """Takes what others doubt, each attempt once, and writes what it finds into the attempt's row."""

    def __init__(self, *, store: Store, fetcher: KeyFetcher) -> None:
        """Prepare to look.

        Args:
            store: where the attempts are.
            fetcher: gets the keys that their providers publish.
        """
        self._store = store
        self._fetcher = fetcher
        self._waiting: deque[_Doubted] = deque()
        self._waiting_bytes = 0
        self._news = asyncio.Event()
        self._known: OrderedDict[str, tuple[SignatureView, SignatureView]] = OrderedDict()

    def through(self, explainer: Explainer) -> Doubt:
        """Give what takes the attempts whose failures `explainer` explains."""

        def doubt(attempt: Attempt, subject: Subject, judgement: Judgement) -> None:
            """Take an attempt, if there is anything to be found."""
            view = judgement.signature
            worth = view.state == "invalid" or view.reason == Reason.CERTIFICATE
            if attempt.doubted or not worth:
                return
            attempt.doubted = True
            if len(self._waiting) < MOST_WAITING:
                self._take(_Doubted(attempt, subject, judgement, explainer))

        return doubt

    async def run(self) -> None:
        """Look at one after the other until cancelled."""
        loop = asyncio.get_running_loop()
        allowance_seconds = AT_ONCE_SECONDS
        while True:
            idle_since = loop.time()
            while not self._waiting:
                self._news.clear()
                await self._news.wait()
            began = loop.time()
            allowance_seconds = min(AT_ONCE_SECONDS, allowance_seconds + (began - idle_since) * SHARE)
            await self._look_safely(self._next())
            allowance_seconds -= loop.time() - began
            if allowance_seconds < 0:
                await asyncio.sleep(-allowance_seconds / SHARE)
                allowance_seconds = 0.0

    def _next(self) -> _Doubted:
        doubted = self._waiting.popleft()
        self._waiting_bytes -= doubted.size_bytes
        return doubted

    async def _look_safely(self, doubted: _Doubted) -> None:
        try:
            await self._look(doubted)
        except Exception as error:  # noqa: BLE001 - a cause that cannot be told must not end the tunnels
            _log.error("second-look.failed", error=error, delivery=doubted.attempt.delivery.id)
            doubted.attempt.signature = doubted.judgement.signature
            self._store.amend(doubted.attempt)

    def _take(self, doubted: _Doubted) -> None:
        if self._waiting and self._waiting_bytes + doubted.size_bytes > MOST_WAITING_BYTES:
            return
        attempt = doubted.attempt
        attempt.signature = replace(attempt.signature, searching=True)
        self._waiting.append(doubted)
        self._waiting_bytes += doubted.size_bytes
        self._news.set()

    async def _look(self, doubted: _Doubted) -> None:
        attempt, subject, judgement, explainer = doubted
        if judgement.signature.reason == Reason.CERTIFICATE:
            trouble = await self._fetcher.prepare(explainer.signatures, subject)
            judgement = explainer.signatures.judge(subject)
            if trouble and judgement.signature.reason == Reason.CERTIFICATE:
                view = replace(judgement.signature, sentence=f"not checked: {trouble}")
                judgement = replace(judgement, signature=view)
            accept(attempt, judgement)
        attempt.signature = await self._explained(attempt, subject, judgement, explainer)
        self._store.amend(attempt)

    async def _explained(
        self, attempt: Attempt, subject: Subject, judgement: Judgement, explainer: Explainer
    ) -> SignatureView:
        """Give the view with its cause: for a replay of the same bytes the one that was found before."""
        view = judgement.signature
        known = self._known.get(attempt.delivery.id)
        if attempt.kind == "replay" and known is not None and known[0] == view:
            return known[1]
        found = await explainer.explain(subject, judgement)
        self._known[attempt.delivery.id] = (view, found)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return found
