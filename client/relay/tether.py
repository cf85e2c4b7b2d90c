"""Keeps a link to the relay: dials, greets, dials again, stops when the relay means it."""

import asyncio
from collections.abc import Callable

import msgspec

from client.relay.backoff import Backoff
from client.relay.dial import Dialer, DialFailed
from shared.errors import LinkRefused
from shared.exchange import Handler
from shared.link import Link
from shared.logs import Log
from shared.protocol.codes import GoAwayCode
from shared.protocol.events import LinkEvent
from shared.protocol.hello import GoAway, Granted, Hello, Notice, Refused, Wanted, Welcome

log = Log(__name__)

WELCOME_SECONDS = 10.0
PATIENCE_SECONDS = 10.0
"""How long a relay that was never reached is tried: a wrong address should be told, not hidden."""

_FINAL = {GoAwayCode.SUPERSEDED: "superseded", GoAwayCode.REVOKED: "revoked"}


class TetherState(msgspec.Struct, frozen=True):
    """What the user should know about the link."""

    online: bool
    sentence: str = ""
    """Why it is not online, or empty."""
    granted: tuple[Granted, ...] = ()
    attempt: int = 0
    """Dials since the link was lost."""
    wait_seconds: float = 0.0
    """Until the next dial."""


class Tether:
    """Holds on to the relay until it is told to stop, or the relay's refusal is final."""

    def __init__(
        self,
        *,
        dialer: Dialer,
        wanted: tuple[Wanted, ...],
        handler: Handler,
        on_state: Callable[[TetherState], None],
        on_granted: Callable[[tuple[Granted, ...]], None],
        on_notice: Callable[[Notice], None],
        random: Callable[[], float],
    ) -> None:
        """Begin without a link.

        Args:
            dialer: knows where and as whom to dial.
            wanted: endpoints to ask for.
            handler: answers deliveries.
            on_state: told whenever the state changes.
            on_granted: told which endpoints were granted, in the order they were wanted, before the first delivery.
            on_notice: told what the relay's operator wants the user to read.
            random: gives a number from 0 to 1.
        """
        self._dialer = dialer
        self._wanted = wanted
        self._handler = handler
        self._on_state = on_state
        self._on_granted = on_granted
        self._on_notice = on_notice
        self._backoff = Backoff(random=random)
        self._link: Link | None = None
        self._greeting: asyncio.TimerHandle | None = None
        self._granted: tuple[Granted, ...] = ()
        self._refused: LinkRefused | None = None
        self._welcomed_at: float | None = None

    @property
    def round_trip_seconds(self) -> float | None:
        """The last measured round trip, or None while there is no link."""
        return self._link.round_trip_seconds if self._link is not None else None

    async def run(self) -> None:
        """Keep a link until cancelled.

        Raises:
            LinkRefused: the relay will not have us, or was never reached; `detail` is for the user.
        """
        loop = asyncio.get_running_loop()
        began, ever, attempt = loop.time(), False, 0
        while True:
            lived, asked = 0.0, None
            try:
                sentence = await self._once()
                lived = loop.time() - (self._welcomed_at or loop.time())
            except DialFailed as failed:
                if failed.final or (not ever and self._impatient(failed, loop.time() - began)):
                    raise
                sentence, asked = failed.detail, failed.retry_after_seconds
            if self._welcomed_at is not None:
                ever, attempt = True, 0
                self._welcomed_at = None
            attempt += 1
            wait = self._backoff.next_seconds(lived_seconds=lived, asked_seconds=asked)
            log.info("link.lost", reason=sentence, retry_in=round(wait, 1))
            self._on_state(TetherState(False, sentence, self._granted, attempt, wait))
            await asyncio.sleep(wait)

    def _impatient(self, failed: DialFailed, waited_seconds: float) -> bool:
        return failed.code in ("dns", "not-a-relay") or waited_seconds > PATIENCE_SECONDS

    async def _once(self) -> str:
        """Keep one link until it is lost; give the sentence that says why."""
        transport = await self._dialer.dial()
        self._link = link = Link(relay=False, on_event=self._on_event)
        link.attach(transport)
        link.say(Hello(self._dialer.product, (), self._wanted))
        loop = asyncio.get_running_loop()
        self._greeting = loop.call_later(WELCOME_SECONDS, link.abort, "the relay did not greet in time")
        try:
            sentence = await link.run(self._handler)
        finally:
            self._greeting.cancel()
            self._link = None
        if self._refused is not None:
            raise self._refused
        return sentence

    def _on_event(self, event: LinkEvent) -> None:
        match event:
            case Welcome(_, _, _, endpoints):
                self._welcomed(endpoints)
            case Refused(name, code, sentence, final):
                self._give_up(LinkRefused(code, sentence, final=final), name)
            case GoAway(code, sentence):
                if code in _FINAL:
                    self._refused = LinkRefused(_FINAL[GoAwayCode(code)], sentence, final=True)
            case Notice():
                self._on_notice(event)
            case _:
                log.debug("link.event", kind=type(event).__name__)

    def _welcomed(self, endpoints: tuple[Granted, ...]) -> None:
        if self._greeting is not None:
            self._greeting.cancel()
        self._welcomed_at = asyncio.get_running_loop().time()
        self._granted = endpoints
        if len(endpoints) == len(self._wanted):
            self._on_granted(endpoints)
            self._on_state(TetherState(True, granted=endpoints))

    def _give_up(self, refused: LinkRefused, name: str) -> None:
        log.info("endpoint.refused", endpoint=name, code=refused.code)
        self._refused = refused
        if self._link is not None:
            self._link.abort(refused.detail)
