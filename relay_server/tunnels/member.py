"""A client as the relay sees it: greeted, granted endpoints, kept for a while when its connection is lost."""

import hmac
import sqlite3
from collections import deque
from collections.abc import Callable

from relay_server.errors import NameRefused
from relay_server.tokens import Owner
from relay_server.tunnels.leases import Leases
from shared.link import Doorstep, Link
from shared.link.doorstep import words
from shared.logs import Log
from shared.protocol.codes import GoAwayCode
from shared.protocol.events import LinkEvent
from shared.protocol.hello import Bind, Bound, GoAway, Granted, Hello, Limits, Refused, Resume, Unbind, Wanted, Welcome

log = Log(__name__)

MOST_ENDPOINTS = 64
"""Endpoints that one link may serve."""
MOST_BINDS = 10_000
"""So often a link may ask for endpoints: each answer waits until its client reads."""
BINDS_AT_ONCE = 64
BINDS_SECONDS = 10.0
"""So many within so long: each may wait for the disk, and everybody's deliveries with it."""
RESUME_SECONDS = 30.0
"""How long a link lives without a connection: a change of networks takes less."""


class Member:
    """Greets a client, grants it endpoints, and lets go of them when its link ends."""

    def __init__(
        self,
        *,
        link_id: str,
        key: str,
        owner: Owner,
        remote: str,
        leases: Leases,
        product: str,
        hold_seconds: float,
        clock: Callable[[], float],
    ) -> None:
        """Begin without a connection.

        Args:
            link_id: names the link in the log and for resuming.
            key: what the client shows to go on with the link.
            owner: of the token that let the client in.
            remote: where it came from.
            leases: binds links to endpoints.
            product: what we say that we are.
            hold_seconds: how long a delivery waits for the link to be connected.
            clock: seconds, for bounding how often endpoints are asked for.
        """
        self.link_id = link_id
        self.owner = owner
        self._key = key
        self._remote = remote
        self._leases = leases
        self._product = product
        self._limits = Limits()
        self._endpoints: tuple[Granted, ...] = ()
        self._binds = 0
        self._clock = clock
        self._recent: deque[float] = deque(maxlen=BINDS_AT_ONCE)
        """When the last endpoints were asked for that were looked at."""
        self.link = Link(
            relay=True,
            on_event=self._on_event,
            limits=self._limits,
            resume_seconds=RESUME_SECONDS,
            hold_seconds=hold_seconds,
        )

    async def keep(self) -> None:
        """Carry the link until it is lost for good."""
        try:
            reason = await self.link.run()
            log.info("link.closed", link=self.link_id, owner=self.owner.name, reason=reason)
        finally:
            self._leases.leave(self.link)

    def greet(self, hello: Hello, doorstep: Doorstep) -> None:
        """Answer a client's first words, and begin over its connection."""
        answers = [self._grant(wanted) for wanted in hello.endpoints[:MOST_ENDPOINTS]]
        answers += [_too_many(wanted) for wanted in hello.endpoints[MOST_ENDPOINTS : MOST_ENDPOINTS + 1]]
        self._endpoints = tuple(answer for answer in answers if isinstance(answer, Granted))
        refused = [answer for answer in answers if isinstance(answer, Refused)]
        doorstep.transport.send(words(self._welcome(received=None), *refused))
        self.link.attach(doorstep)
        log.info(
            "link.opened",
            link=self.link_id,
            owner=self.owner.name,
            remote=self._remote,
            client=hello.product,
            endpoints=",".join(endpoint.name for endpoint in self._endpoints),
        )

    def may_resume(self, resume: Resume, owner: Owner) -> bool:
        """Tell whether this is the client's link, and still alive."""
        same = hmac.compare_digest(resume.key.encode(), self._key.encode())
        return same and owner.id == self.owner.id and not self.link.ended and self.link.resume_seconds > 0

    def resume(self, resume: Resume, doorstep: Doorstep) -> None:
        """Go on over the client's new connection.

        Raises:
            CannotResume: the two ends do not remember the same link; nothing was said yet.
        """
        self.link.check_resumable(resume.received)
        doorstep.transport.send(words(self._welcome(received=self.link.received)))
        self.link.attach(doorstep, peer_received=resume.received)
        log.info("link.resumed", link=self.link_id, owner=self.owner.name)

    def warn(self, sentence: str) -> None:
        """Tell the client to go elsewhere; what still comes is served by it until it is dismissed."""
        if not self.link.connected:
            self.dismiss(GoAwayCode.DRAINING, sentence)
            return
        self.link.resume_seconds = 0.0
        self.link.say(GoAway(GoAwayCode.DRAINING, sentence))

    def dismiss(self, code: GoAwayCode, sentence: str) -> None:
        """End the link, saying why."""
        self._leases.leave(self.link)
        self.link.close(code, sentence)

    def _welcome(self, *, received: int | None) -> Welcome:
        return Welcome(self._product, self.link_id, self._limits, self._endpoints, self._key, RESUME_SECONDS, received)

    def _on_event(self, event: LinkEvent) -> None:
        handlers: dict[type, Callable[..., None]] = {Bind: self._bind, Unbind: self._unbind, GoAway: self._goaway}
        handler = handlers.get(type(event))
        if handler is not None:
            handler(event)

    def _bind(self, bind: Bind) -> None:
        self._binds += 1
        if self._binds > MOST_BINDS:
            self.dismiss(GoAwayCode.PROTOCOL_ERROR, f"more than {MOST_BINDS} BIND on one link")
            return
        answer = _too_fast(bind.endpoint) if self._hurries() else self._grant(bind.endpoint)
        if isinstance(answer, Granted):
            self._endpoints = (*self._endpoints, answer)
            self.link.say(Bound(answer))
        else:
            self.link.say(answer)

    def _hurries(self) -> bool:
        now, recent = self._clock(), self._recent
        if len(recent) == BINDS_AT_ONCE and now - recent[0] < BINDS_SECONDS:
            return True
        recent.append(now)
        return False

    def _grant(self, wanted: Wanted) -> Granted | Refused:
        if len(self._endpoints) >= MOST_ENDPOINTS:
            return _too_many(wanted)
        try:
            return self._leases.bind(self.link, wanted, self.owner)
        except NameRefused as refusal:
            return Refused(wanted.name, refusal.code, refusal.sentence, final=True)
        except sqlite3.Error as error:
            log.error("name.not_claimed", name=wanted.name, owner=self.owner.name, error=error)
            sentence = "the relay cannot note names now (its disk?): try again, or tell the relay's operator"
            return Refused(wanted.name, "unavailable", sentence, final=False)

    def _unbind(self, unbind: Unbind) -> None:
        self._endpoints = tuple(endpoint for endpoint in self._endpoints if endpoint.name != unbind.name)
        self._leases.unbind(self.link, unbind.name)

    def _goaway(self, _goaway: GoAway) -> None:
        self._leases.leave(self.link)
        self.link.abort("the client left")


def _too_many(wanted: Wanted) -> Refused:
    return Refused(wanted.name, "too-many", f"a link serves at most {MOST_ENDPOINTS} endpoints", final=True)


def _too_fast(wanted: Wanted) -> Refused:
    sentence = f"a link may ask for {BINDS_AT_ONCE} endpoints within {BINDS_SECONDS:g} seconds: try again in a moment"
    return Refused(wanted.name, "too-many", sentence, final=False)
