"""Keeps a link to the relay: dials, greets, goes on with the link or begins one, stops when the relay means it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import msgspec

from client.relay.backoff import Backoff
from client.relay.binding import ANSWER_SECONDS, Binding, no_link
from client.relay.dial import Dialer, DialFailed
from client.relay.state import TetherState
from shared.errors import LinkClosed, LinkRefused, ProtocolError, leaf
from shared.exchange import Handler
from shared.link import Doorstep, Link
from shared.link.doorstep import words
from shared.link.heartbeat import never_asleep
from shared.link.ledger import CannotResume
from shared.logs import Log
from shared.protocol.codes import GoAwayCode
from shared.protocol.events import LinkEvent
from shared.protocol.hello import Bind, Bound, GoAway, Granted, Hello, Notice, Refused, Resume, Unbind, Wanted, Welcome

log = Log(__name__)

WELCOME_SECONDS = 10.0
GOODBYE_SECONDS = 0.5
PATIENCE_SECONDS = 10.0
"""How long a relay that was never reached is tried: a wrong address should be told, not hidden."""

_FINAL = {GoAwayCode.SUPERSEDED: "superseded", GoAwayCode.REVOKED: "revoked"}


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
        asleep: Callable[[], float] = never_asleep,
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
            asleep: seconds that this machine has slept since some moment.
        """
        self._asleep = asleep
        self._dialer = dialer
        self._wanted = wanted
        self._handler = handler
        self._on_state = on_state
        self._on_granted = on_granted
        self._on_notice = on_notice
        self._backoff = Backoff(random=random)
        self._link: Link | None = None
        self._link_id = self._key = ""
        self._granted: tuple[Granted, ...] = ()
        self._binding = Binding()
        self._state: TetherState | None = None
        self._refused: LinkRefused | None = None

    @property
    def round_trip_seconds(self) -> float | None:
        """The last measured round trip, or None before the first."""
        return self._link.round_trip_seconds if self._link is not None else None

    @property
    def silent_seconds(self) -> float:
        """How long nothing has come from the relay over the present connection."""
        return self._link.silent_seconds if self._link is not None else 0.0

    async def bind(self, wanted: Wanted, on_bound: Callable[[Granted], None]) -> Granted:
        """Ask for one more endpoint; it is asked for again whenever a link begins, until `unbind`.

        Args:
            wanted: the endpoint.
            on_bound: told of what was granted, before the first delivery can come.

        Raises:
            LinkRefused: the relay says no, or there is no link to ask over.
        """
        link = self._link
        if link is None or link.ended:
            raise no_link()
        if self._binding.asks_for(wanted.name) or any(one.name == wanted.name for one in self._granted):
            raise LinkRefused("already-open", f"this client serves {wanted.name} already", final=True)
        answer = self._binding.ask(wanted, on_bound)
        link.say(Bind(wanted))
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await answer
        except TimeoutError:
            raise no_link() from None

    def unbind(self, name: str) -> None:
        """Give an endpoint back; one that is not served is none."""
        kept = [pair for pair in zip(self._wanted, self._granted, strict=False) if pair[1].name != name]
        if len(kept) == len(self._granted):
            return
        self._wanted = tuple(wanted for wanted, _ in kept)
        self._granted = tuple(granted for _, granted in kept)
        if self._link is not None and not self._link.ended:
            self._link.say(Unbind(name))
        self._tell_granted()

    def _bound(self, event: Bound) -> None:
        wanted = self._binding.bound(event)
        if wanted is None:
            if self._link is not None:
                self._link.say(Unbind(event.endpoint.name))
            return
        self._wanted = (*self._wanted, wanted)
        self._granted = (*self._granted, event.endpoint)
        self._tell_granted()

    def _tell_granted(self) -> None:
        if self._state is not None:
            self._tell(msgspec.structs.replace(self._state, granted=self._granted))

    def _tell(self, state: TetherState) -> None:
        self._state = state
        self._on_state(state)

    async def run(self) -> None:
        """Keep a link until cancelled.

        Raises:
            LinkRefused: the relay will not have us, or was never reached; `detail` is for the user.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                try:
                    await self._hold_on(tasks)
                finally:
                    await self._leave()
        except* LinkRefused as group:
            raise leaf(group) from None

    async def _hold_on(self, tasks: asyncio.TaskGroup) -> None:
        loop = asyncio.get_running_loop()
        began, attempt = loop.time(), 0
        while True:
            lived, asked = 0.0, None
            try:
                link = await self._connect(tasks)
                connected_at, attempt = loop.time(), 0
                sentence = await link.wait_detached()
                lived = loop.time() - connected_at
            except DialFailed as failed:
                self._judge(failed, loop.time() - began)
                sentence, asked = failed.detail, failed.retry_after_seconds
            except (LinkClosed, ProtocolError) as error:
                sentence = f"the relay did not greet: {error}"
            if self._refused is not None:
                raise self._refused
            attempt += 1
            wait = self._backoff.next_seconds(lived_seconds=lived, asked_seconds=asked)
            log.info("link.detached", reason=sentence, retry_in=round(wait, 2))
            self._tell(TetherState(False, sentence, self._granted, attempt, wait))
            await asyncio.sleep(wait)

    async def _leave(self) -> None:
        """Tell the relay, so that it need not wait for us to come back."""
        link = self._link
        if link is not None and not link.ended:
            link.close(GoAwayCode.LEAVING, "the client ended")
            with suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE_SECONDS):
                    await link.wait_detached()

    def _judge(self, failed: DialFailed, waited_seconds: float) -> None:
        """Decide whether to dial again.

        Raises:
            LinkRefused: not: the refusal is final, or the relay was never reached.
        """
        if not self._granted:
            if failed.final or failed.code in ("dns", "not-a-relay") or waited_seconds > PATIENCE_SECONDS:
                raise failed
        elif failed.code == "bad-token":
            raise LinkRefused("revoked", failed.detail, final=True) from failed
        elif failed.final and failed.code != "certificate":
            # Whoever had a link and now meets a strange certificate is behind another network's login page.
            raise failed

    async def _connect(self, tasks: asyncio.TaskGroup) -> Link:
        """Dial and greet; give the link that goes on, or a new one.

        Raises:
            DialFailed: the relay was not reached or said no.
            LinkRefused: it grants no endpoint.
            LinkClosed, ProtocolError: it did not greet as a relay does.
        """
        doorstep = Doorstep(await self._dialer.dial())
        asked = self._wanted
        doorstep.transport.send(words(Hello(self._dialer.product, (), asked, self._resume())))
        welcome, more = await doorstep.listen(Welcome, WELCOME_SECONDS)
        for event in more:
            self._on_event(None, event)
        refused = self._refused
        if refused is not None:
            doorstep.transport.abort()
            if refused.final:
                raise refused
            self._refused = None
            raise DialFailed(refused.code, refused.detail, final=False)
        link = self._going_on(welcome)
        if link is None:
            link = self._begin(welcome, asked, tasks)
            await asyncio.sleep(0)  # until it runs: with the relay's greeting the first requests may have come
        try:
            link.attach(doorstep, peer_received=welcome.received or 0)
        except CannotResume as error:
            doorstep.transport.abort()
            link.abort(str(error))
            raise ProtocolError(str(error)) from error
        self._tell(TetherState(True, granted=self._granted))
        return link

    def _resume(self) -> Resume | None:
        """Say which link we have, if it can go on."""
        link = self._link
        if link is None or link.ended or not link.resume_seconds:
            return None
        return Resume(self._link_id, self._key, link.received)

    def _going_on(self, welcome: Welcome) -> Link | None:
        link = self._link
        if link is None or link.ended or welcome.received is None or welcome.link_id != self._link_id:
            return None
        return link

    def _begin(self, welcome: Welcome, asked: tuple[Wanted, ...], tasks: asyncio.TaskGroup) -> Link:
        """Make a new link. One before it that waits for a connection has lost its peer; one that retires goes on."""
        if self._link is not None and self._link.resume_seconds:
            self._link.abort("the relay does not know the link any more: it was restarted, or too much time passed")
        self._binding.lost()
        self._link_id, self._key = welcome.link_id, welcome.resume_key
        pairs = [pair for pair in zip(asked, welcome.endpoints, strict=False) if pair[0] in self._wanted]
        self._wanted = tuple(Wanted(granted.name, wanted.pool) for wanted, granted in pairs)  # a name once chosen stays
        self._granted = tuple(granted for _, granted in pairs)
        self._on_granted(self._granted)
        link = self._link = Link(
            relay=False,
            on_event=lambda event: self._on_event(link, event),
            limits=welcome.limits,
            resume_seconds=welcome.resume_seconds,
            asleep=self._asleep,
        )
        for endpoint in set(welcome.endpoints) - set(self._granted):  # it was given back after it was asked for
            link.say(Unbind(endpoint.name))
        tasks.create_task(self._keep(link))
        return link

    async def _keep(self, link: Link) -> None:
        reason = await link.run(self._handler)
        log.info("link.closed", reason=reason)

    def _on_event(self, link: Link | None, event: LinkEvent) -> None:
        match event:
            case Bound(endpoint) if link is not self._link:
                if link is not None:  # whoever asked over it has asked its successor, or was told that it is gone
                    link.say(Unbind(endpoint.name))
            case Refused(name, code) if link not in (None, self._link):
                log.debug("endpoint.refused_late", endpoint=name, code=code)
            case Bound():
                self._bound(event)
            case Refused(name, code, sentence, final):
                log.info("endpoint.refused", endpoint=name, code=code)
                if link is None or not self._binding.refused(event):
                    self._refused = LinkRefused(code, sentence, final=final)
            case GoAway(code, sentence):
                self._dismissed(link, code, sentence)
            case Notice():
                self._on_notice(event)
            case _:
                log.debug("link.event", kind=type(event).__name__)

    def _dismissed(self, link: Link | None, code: int, sentence: str) -> None:
        """Take the relay's goodbye. What it says on a link that another has followed is no news."""
        if code in _FINAL and link is self._link:
            self._refused = LinkRefused(_FINAL[GoAwayCode(code)], sentence, final=True)
        if link is not None:
            link.retire(sentence)
