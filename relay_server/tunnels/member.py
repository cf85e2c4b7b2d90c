"""A connected client as the relay sees it: answers what it says about its link."""

import asyncio
from collections.abc import Callable

from relay_server.errors import NameRefused
from relay_server.tokens import Owner
from relay_server.tunnels.leases import Leases
from shared.link import Link, Transport
from shared.logs import Log
from shared.protocol.codes import GoAwayCode
from shared.protocol.events import LinkEvent
from shared.protocol.hello import Bind, Bound, GoAway, Granted, Hello, Limits, Refused, Unbind, Wanted, Welcome

log = Log(__name__)

HELLO_SECONDS = 10.0
MOST_ENDPOINTS = 64
"""Endpoints that one link may serve."""


class Member:
    """Greets a client, grants it endpoints, and lets go of them when it leaves."""

    def __init__(self, *, link_id: str, owner: Owner, remote: str, leases: Leases, product: str) -> None:
        self.link_id = link_id
        self.owner = owner
        self._remote = remote
        self._leases = leases
        self._product = product
        self._limits = Limits()
        self._greeted = False
        self._granted = 0
        self.link = Link(relay=True, on_event=self._on_event, limits=self._limits)

    async def serve(self, transport: Transport) -> None:
        """Keep the link over `transport` until it is lost."""
        loop = asyncio.get_running_loop()
        impatient = loop.call_later(HELLO_SECONDS, self._expect_hello)
        try:
            self.link.attach(transport)
            reason = await self.link.run()
            log.info("link.closed", link=self.link_id, owner=self.owner.name, reason=reason)
        finally:
            impatient.cancel()
            self._leases.leave(self.link)

    def dismiss(self, code: GoAwayCode, sentence: str) -> None:
        """End the link, saying why."""
        self._leases.leave(self.link)
        self.link.close(code, sentence)

    def _expect_hello(self) -> None:
        if not self._greeted:
            self.link.abort("no HELLO in time")

    def _on_event(self, event: LinkEvent) -> None:
        handlers: dict[type, Callable[..., None]] = {
            Hello: self._hello,
            Bind: self._bind,
            Unbind: self._unbind,
            GoAway: self._goaway,
        }
        handler = handlers.get(type(event))
        if handler is not None:
            handler(event)

    def _hello(self, hello: Hello) -> None:
        if self._greeted:
            return
        self._greeted = True
        granted: list[Granted] = []
        refused: list[Refused] = []
        for wanted in hello.endpoints[:MOST_ENDPOINTS]:
            answer = self._grant(wanted)
            if isinstance(answer, Granted):
                granted.append(answer)
            else:
                refused.append(answer)
        self.link.say(Welcome(self._product, self.link_id, self._limits, tuple(granted)))
        for refusal in refused:
            self.link.say(refusal)
        log.info(
            "link.opened",
            link=self.link_id,
            owner=self.owner.name,
            remote=self._remote,
            client=hello.product,
            endpoints=",".join(endpoint.name for endpoint in granted),
        )

    def _bind(self, bind: Bind) -> None:
        answer = self._grant(bind.endpoint)
        self.link.say(Bound(answer) if isinstance(answer, Granted) else answer)

    def _grant(self, wanted: Wanted) -> Granted | Refused:
        if self._granted >= MOST_ENDPOINTS:
            return Refused(wanted.name, "too-many", f"a link serves at most {MOST_ENDPOINTS} endpoints", final=True)
        try:
            granted = self._leases.bind(self.link, wanted, self.owner)
        except NameRefused as refusal:
            return Refused(wanted.name, refusal.code, refusal.sentence, final=True)
        self._granted += 1
        return granted

    def _unbind(self, unbind: Unbind) -> None:
        self._granted -= 1
        self._leases.unbind(self.link, unbind.name)

    def _goaway(self, _goaway: GoAway) -> None:
        self._leases.leave(self.link)
