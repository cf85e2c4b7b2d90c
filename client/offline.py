"""The inspector on the history file while no client runs; replays go straight to the app."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from client.deliveries import Feed, Record, Store
from client.deliveries.judging import Judging
from client.deliveries.taking_in import TakeIn
from client.local_inspector import LocalInspector
from client.origin.address import OriginAddress
from client.origin.forward import Forward
from client.plan import TunnelPlan
from client.replay import Replayer
from client.signatures.catalogue import Catalogue
from client.signatures.engine import Signatures
from client.views import Status
from shared.exchange import Handler
from shared.ids import new_id


class OfflineInspector(LocalInspector):
    """An `Inspector` that stands on the file alone: no relay, no tunnel, no client."""

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, path: Path, *, clock: Callable[[], float], catalogue: Catalogue, tunnels: Sequence[TunnelPlan] = ()
    ) -> AsyncIterator["OfflineInspector"]:
        """Open the history file for as long as the block runs.

        Args:
            path: the history file; it is made where there is none.
            clock: Unix seconds.
            catalogue: of signature schemes.
            tunnels: what the settings say of the apps that deliveries are replayed to.

        Raises:
            SchemaTooNew: a newer version of the product wrote the file.
        """
        store = await asyncio.to_thread(Store.open, path, clock=clock)
        async with AsyncExitStack() as stack:
            stack.callback(store.close)
            feed = Feed(first=int(clock() * 1000))
            stack.callback(feed.close)
            signatures = Signatures(catalogue=catalogue, rules=[rule for plan in tunnels for rule in plan.rules])
            await asyncio.to_thread(store.recover_landed, Judging(store, signatures).attend)

            def way(address: str) -> Handler:
                """Give the way to an app."""
                forward = _forward(_plan(OriginAddress.parse(address), tunnels), clock)
                stack.push_async_callback(forward.close)
                target = forward.address.url
                return Record(forward, store=store, signatures=signatures, feed=feed, clock=clock, target=target)

            replayer = Replayer(None, store=store, signatures=signatures, clock=clock, elsewhere=way)
            take_in = TakeIn(store=store, signatures=signatures, clock=clock, new_id=new_id)
            yield cls(store=store, feed=feed, replayer=replayer, take_in=take_in, status=lambda: _status(store))


def _plan(address: OriginAddress, tunnels: Sequence[TunnelPlan]) -> TunnelPlan:
    return next((plan for plan in tunnels if plan.address.url == address.url), TunnelPlan("", address))


def _forward(plan: TunnelPlan, clock: Callable[[], float]) -> Forward:
    return Forward(
        plan.address,
        clock=clock,
        host_header=plan.host_header,
        timeouts=plan.timeouts,
        insecure=plan.insecure_origin,
    )


def _status(store: Store) -> Status:
    return Status(version=version("hookline"), relay="", link="offline", detail="no client runs", history=store.trouble)
