"""An endpoint answers with the links that serve it."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from relay_server.shares import Shares
from shared.errors import ExchangeFailed, Failure, LinkClosed
from shared.exchange import Request, Response
from shared.link.waiting import Waiting

_HOPEFUL_SECONDS = 30.0
"""Whoever was here so lately may be changing networks, restarting, or moving over from a relay that ended."""
_RECENTLY_SECONDS = 60.0
_SOON_SECONDS = 5.0
_LATER_SECONDS = 60.0
"""How long a sender should wait: a laptop that was here a minute ago is probably changing networks."""
_RESERVED_SHARE = 16
"""Of what is reserved, for one sender: a browser has six connections."""
_CROWDED_EXCHANGES = 384
"""On one link, which carries 512 for all of its endpoints: the rest is reserved too."""
_FEW_EXCHANGES = 64
"""With fewer at this endpoint nothing is reserved: it is others that crowd the link."""


class Serves(Protocol):
    """What an endpoint needs of a link."""

    @property
    def active(self) -> int:
        """Exchanges that run, this endpoint's and others'."""
        ...

    async def request(self, request: Request) -> Response:
        """Have the other end of the link answer.

        Raises:
            ExchangeFailed: there is no answer; says why.
            LinkClosed: the link went away before anything was sent.
        """
        ...


class EndpointOffline(ExchangeFailed):
    """No client serves the endpoint now."""

    def __init__(self, *, retry_after_seconds: float) -> None:
        super().__init__(Failure.ENDPOINT_OFFLINE)
        self.retry_after_seconds = retry_after_seconds


class Endpoint:
    """A handler: passes requests to its links in turn."""

    def __init__(
        self,
        name: str,
        *,
        clock: Callable[[], float],
        most_exchanges: int = 256,
        reserved_exchanges: int = 64,
        hold_seconds: float = 0.0,
        expected: bool = False,
    ) -> None:
        """Begin without a link.

        Args:
            name: a DNS label.
            clock: seconds, for how long the endpoint has been offline.
            hold_seconds: how long a request waits for a link, if there was one a moment ago.
            expected: links are about to come: they were here before the relay restarted.
            most_exchanges: how many may run at the same time on each link; more are refused, so that one flooded
                endpoint does not take the relay's memory.
            reserved_exchanges: how many more when those run, a few for each sender: one that takes all there are, or
                takes its answers slowly, leaves something to the others.
        """
        self.name = name
        self.links: list[Serves] = []
        self._clock = clock
        self._most_exchanges = most_exchanges
        self._reserved_exchanges = reserved_exchanges
        self._reserve = Shares(most=_RESERVED_SHARE)
        self._active = 0
        self._turn = 0
        self._last_seen: float | None = clock() if expected else None
        self._waiting = Waiting(seconds=hold_seconds, most=most_exchanges)

    @property
    def active(self) -> int:
        """How many exchanges run now."""
        return self._active

    def attach(self, link: Serves) -> None:
        """Let `link` have its share of the requests."""
        if link not in self.links:
            self.links.append(link)
            self._waiting.release()

    def detach(self, link: Serves) -> None:
        """Give `link` no more requests; those that run are its own affair."""
        if link in self.links:
            self.links.remove(link)
            self._last_seen = self._clock()

    async def __call__(self, request: Request) -> Response:
        """Have a link answer. One that turns out to be gone is passed over: nothing was sent by it.

        Raises:
            EndpointOffline: there is no link.
            ExchangeFailed: too many exchanges run, or the link was lost, or what its client says.
        """
        while True:
            if not self.links:
                await self._wait()
            link = self._choose()
            finished = self._of_reserve(request.delivery.remote) if self._is_full(link) else self._finished
            self._active += 1
            try:
                response = await link.request(request)
            except LinkClosed:
                finished()
                self.detach(link)
            except BaseException:
                finished()
                raise
            else:
                response.on_close(finished)
                return response

    async def _wait(self) -> None:
        if self._last_seen is None or self._clock() - self._last_seen > _HOPEFUL_SECONDS:
            raise self._offline()
        try:
            await self._waiting.wait()
        except ExchangeFailed as error:
            raise self._offline() from error

    def _choose(self) -> Serves:
        links = self.links
        if not links:
            raise self._offline()
        if len(links) == 1:
            return links[0]
        self._turn = (self._turn + 1) % len(links)
        return links[self._turn]

    def _is_full(self, link: Serves) -> bool:
        active = self._active
        if active >= self._most_exchanges * len(self.links):
            return True
        return active >= _FEW_EXCHANGES and link.active >= _CROWDED_EXCHANGES

    def _of_reserve(self, remote: str) -> Callable[[], None]:
        """Take one of the reserved exchanges; give what gives it back."""
        most = (self._most_exchanges + self._reserved_exchanges) * len(self.links)
        if self._active >= most or not self._reserve.take(remote):
            raise ExchangeFailed(Failure.ENDPOINT_OVERLOADED)
        return partial(self._reserve_finished, remote)

    def _offline(self) -> EndpointOffline:
        return EndpointOffline(retry_after_seconds=self._retry_after())

    def _retry_after(self) -> float:
        if self._last_seen is not None and self._clock() - self._last_seen < _RECENTLY_SECONDS:
            return _SOON_SECONDS
        return _LATER_SECONDS

    def _finished(self) -> None:
        self._active -= 1

    def _reserve_finished(self, remote: str) -> None:
        self._reserve.give_back(remote)
        self._active -= 1
