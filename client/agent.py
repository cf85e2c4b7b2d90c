"""The root of the client: builds every part, decides nothing."""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from importlib.metadata import version

from client import places
from client.api import ApiServer
from client.archive import ServedArchive
from client.checks import Checks
from client.deliveries import Feed, Record, Store
from client.deliveries.judging import Judging
from client.deliveries.taking_in import TakeIn
from client.local_inspector import LocalInspector
from client.openings import Chain, Openings
from client.origin.address import BadAddress, OriginAddress
from client.origin.circles import EndCircles
from client.origin.forward import Forward
from client.origin.forwards import Forwards
from client.plan import AgentPlan, TunnelPlan
from client.relay import Tether
from client.replay import Replayer
from client.running import RunningAgent, announced
from client.signatures.catalogue import Catalogue
from client.signatures.engine import Signatures
from client.state import AgentState
from client.tunnels import Tunnels
from shared.errors import LinkRefused, leaf
from shared.exchange import Handler
from shared.ids import new_id
from shared.protocol.hello import Notice, Wanted

PRODUCT = f"hookline/{version('hookline')}"
_NOTICE_CHARACTERS = 500
"""Of what the relay's operator says: it stands in a line of the screen."""


class Agent:
    """One client: a link to the relay, the chains of its tunnels, the local API."""

    def __init__(self, plan: AgentPlan) -> None:
        self._plan = plan
        self._api_port = 0
        """Where the local API listens; 0: not yet."""
        self._forwards = Forwards()
        self._others: dict[str, Handler] = {}
        """By address: the chains of replays that name another app."""
        self.refusal: LinkRefused | None = None
        """Why the relay will not have us, once it is final."""
        self._catalogue = Catalogue.load(places.own_schemes_file())
        self._feed = Feed(first=int(time.time() * 1000))
        self._tunnels = Tunnels()
        self._store = self._build_store()
        self.state = AgentState(
            plan=plan, tunnels=lambda: self.openings.plans, store=self._store, feed=self._feed, clock=time.time
        )
        try:
            self._checks = self._build_checks()
            self.openings = Openings(plan.tunnels, build=self._build_tunnel, tunnels=self._tunnels)
        except BaseException:
            self._store.close()
            raise
        self._store.on_trouble = self.state.publish
        self._tether = self._build_tether()
        self.openings.binder = self._tether
        signatures = self._checks.of_all()
        replayer = Replayer(
            self._tunnels,
            store=self._store,
            signatures=signatures,
            signatures_of=self.openings.signatures_of,
            clock=time.time,
            elsewhere=self._elsewhere,
        )
        self._store.recover_landed(Judging(self._store, signatures).attend)
        doubt = self._checks.doubt(signatures)
        take_in = TakeIn(store=self._store, signatures=signatures, clock=time.time, new_id=new_id, doubt=doubt)
        self.inspector: ServedArchive = LocalInspector(
            store=self._store, feed=self._feed, replayer=replayer, take_in=take_in, status=self.state.status
        )

    @asynccontextmanager
    async def started(self) -> AsyncIterator[str]:
        """Serve the local API for as long as the block runs; give its URL."""
        api = ApiServer(
            self.inspector,
            host=self._plan.inspect_host,
            port=self._plan.inspect_port,
            openings=self.openings,
            catalogue=self._catalogue,
            token=self._plan.inspect_token,
        )
        try:
            url = await api.start()
            self._api_port = api.port
            for tunnel in self._plan.tunnels:
                self._refuse_own(tunnel.address)
            self.state.inspect_url = url
            me = RunningAgent(os.getpid(), url, time.time(), self._plan.inspect_token)
            with announced(me, self._plan.agents) if self._plan.agents else nullcontext():
                yield url
        finally:
            self._feed.close()
            await api.close()
            await self._forwards.close()
            self._store.close()

    async def serve(self) -> None:
        """Keep the link until cancelled.

        Raises:
            LinkRefused: the relay will not have us, or was never reached.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.state.watch(self._tether))
                tasks.create_task(self._checks.run())
                tasks.create_task(self._tether.run())
                try:
                    await asyncio.Event().wait()
                finally:  # before what runs is cancelled: it ends because the client does
                    self._store.leaving = True
        except* LinkRefused as group:
            refused = leaf(group)
            if isinstance(refused, LinkRefused):
                self.refusal = refused
                self.state.refused(refused)
            raise refused from None

    def _build_store(self) -> Store:
        return Store.open(self._plan.history, clock=time.time, limits=self._plan.limits)

    def _build_tether(self) -> Tether:
        return Tether(
            dialer=self._plan.dialer,
            wanted=tuple(Wanted(tunnel.name, tunnel.pool) for tunnel in self._plan.tunnels),
            handler=self._tunnels,
            on_state=self.state.link_changed,
            on_granted=self.openings.granted,
            on_notice=self._noticed,
            random=random.random,
            asleep=_asleep,
        )

    def _elsewhere(self, address: str) -> Handler:
        """Give the chain to another app, for a replay that names one."""
        if address not in self._others:
            plan = TunnelPlan("", OriginAddress.parse(address))
            self._others[address] = self._build_chain(plan, self._build_forward(plan), self._checks.of_all())
        return self._others[address]

    def _build_checks(self) -> Checks:
        return Checks(
            catalogue=self._catalogue,
            tunnels=self._plan.tunnels,
            store=self._store,
            keys=places.keys_directory(),
            secrets=places.secrets_directory(),
            urls=lambda: [url for tunnel in self.state.status().tunnels for url in tunnel.public_urls],
            say=self.state.say,
            clock=time.monotonic,
        )

    def _build_tunnel(self, tunnel: TunnelPlan) -> Chain:
        signatures = self._checks.signatures(tunnel)
        forward = self._build_forward(tunnel)
        return Chain(
            self._build_chain(tunnel, forward, signatures), signatures, partial(self._forwards.retire, forward)
        )

    def _refuse_own(self, address: OriginAddress) -> None:
        """Keep senders out of the local API.

        Raises:
            BadAddress: it listens there.
        """
        if self._api_port and address.is_own({self._api_port}):
            raise BadAddress(address.url, "is hookline's own API, which no sender may reach")

    def _build_forward(self, tunnel: TunnelPlan) -> Forward:
        self._refuse_own(tunnel.address)
        return self._forwards.add(
            Forward(
                tunnel.address,
                clock=time.time,
                host_header=tunnel.host_header,
                timeouts=tunnel.timeouts,
                insecure=tunnel.insecure_origin,
            )
        )

    def _build_chain(self, tunnel: TunnelPlan, forward: Forward, signatures: Signatures) -> Handler:
        chain = self._checks.before(EndCircles(forward, target=tunnel.address.url), signatures, tunnel)
        if not self._plan.record:
            return chain
        return Record(
            chain,
            store=self._store,
            signatures=signatures,
            feed=self._feed,
            clock=time.time,
            target=tunnel.address.url,
            capture_bytes=self._plan.capture_bytes,
            require_history=self._plan.require_history,
            doubt=self._checks.doubt(signatures),
        )

    def _noticed(self, notice: Notice) -> None:
        self.state.notice = notice.text[:_NOTICE_CHARACTERS]


def _asleep() -> float:
    """Give how long this machine has slept: what the clock that goes on in sleep is ahead of the one that stops."""
    going_on = getattr(time, "CLOCK_BOOTTIME", None)  # Linux; elsewhere a pause is noticed by its length alone
    return 0.0 if going_on is None else time.clock_gettime(going_on) - time.monotonic()
