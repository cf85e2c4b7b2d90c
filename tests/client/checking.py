"""A tunnel as the client composes it, from the record to a real app on this machine, with every check between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from client.checks import Checks
from client.deliveries import Feed, Record, Store
from client.deliveries.taking_in import TakeIn
from client.local_inspector import LocalInspector
from client.origin.address import OriginAddress
from client.origin.forward import Forward
from client.plan import TunnelPlan
from client.replay import Replayer
from client.signatures.engine import Rule, Signatures
from client.signatures.fetch import Download
from client.signatures.material import KeyUnavailable
from client.views import AttemptView, Status
from shared.errors import ExchangeFailed
from shared.exchange import Content, Delivery, Handler, Request
from shared.http.heads import Fields, RequestHead
from shared.ids import new_id
from tests.client.signatures.vectors import CATALOGUE

NOW = 1_800_000_000.0
PUBLIC_URL = "https://demo.example.com"


@dataclass
class App:
    """A real app: keeps what it was sent, and answers as it is told."""

    status: int = 200
    got: list[bytes] = field(default_factory=list)

    async def __call__(self, request: web.Request) -> web.Response:
        """Take a request."""
        self.got.append(await request.read())
        return web.Response(status=self.status)


async def offline(url: str, body: dict[str, str] | None = None) -> bytes:
    """Get nothing."""
    raise KeyUnavailable("the provider's key could not be fetched: this machine is offline")


@dataclass
class Tunnel:
    """One tunnel that runs."""

    app: App
    store: Store
    chain: Handler
    inspector: LocalInspector
    said: list[str]
    sent: int = 0
    now: float = NOW

    async def deliver(self, content: bytes, fields: Fields = (), *, target: bytes = b"/hooks") -> int | str:
        """Send a request; give the status of its answer, or the code of why there is none."""
        self.sent += 1
        delivery = Delivery(f"dlv_{self.sent:06d}", 1, "demo", self.now, "192.0.2.1", PUBLIC_URL)
        length = ((b"Content-Length", b"%d" % len(content)),)
        head = RequestHead(b"POST", target, (*fields, *length))
        try:
            response = await self.chain(Request(head, delivery, Content(content, length=len(content))))
        except ExchangeFailed as failed:
            return str(failed.failure)
        while await response.content.read():
            pass
        response.close()
        return response.head.status

    async def newest(self) -> AttemptView:
        """Give the newest delivery's last attempt, once nothing is being looked for any more."""
        found: list[AttemptView] = []
        while not found or found[-1].signature.searching:
            await asyncio.sleep(0.005)
            (row,) = (await self.inspector.deliveries())[-1:]
            found.append((await self.inspector.delivery(row.id)).attempts[-1])
        return found[-1]


@asynccontextmanager
async def tunnel(
    directory: Path, *rules: Rule, others: tuple[Rule, ...] = (), download: Download = offline
) -> AsyncIterator[Tunnel]:
    """Have a tunnel with these rules, beside another one with `others`, for as long as the block runs."""
    app, said = App(), list[str]()
    async with AsyncExitStack() as stack:
        address = await _serve(app, stack)
        plan = TunnelPlan("demo", address, rules)
        store, feed = await asyncio.to_thread(Store.open, directory / "history.db", clock=lambda: NOW), Feed()
        stack.callback(store.close)
        checks = await asyncio.to_thread(
            Checks,
            catalogue=CATALOGUE,
            tunnels=[plan, TunnelPlan("other", address, others)],
            store=store,
            keys=directory / "keys",
            secrets=directory / "secrets",
            urls=lambda: [PUBLIC_URL, "https://example.com/t/demo"],
            say=said.append,
            clock=asyncio.get_running_loop().time,
            download=download,
        )
        forward = Forward(address, clock=lambda: NOW)
        stack.push_async_callback(forward.close)
        signatures, before = await asyncio.to_thread(_composed, checks, forward, plan)
        record = Record(
            before,
            store=store,
            signatures=signatures,
            feed=feed,
            clock=lambda: NOW,
            target=address.url,
            doubt=checks.doubt(signatures),
        )
        replayer = Replayer(record, store=store, signatures=signatures, clock=lambda: NOW + 60)
        take_in = TakeIn(store=store, signatures=signatures, clock=lambda: NOW, new_id=new_id)
        inspector = LocalInspector(
            store=store, feed=feed, replayer=replayer, take_in=take_in, status=lambda: Status("0", "", "online")
        )
        async with asyncio.TaskGroup() as tasks:
            looking = tasks.create_task(checks.run())
            yield Tunnel(app, store, record, inspector, said)
            looking.cancel()


async def _serve(app: App, stack: AsyncExitStack) -> OriginAddress:
    """Serve an app until the stack is left."""
    runner = web.ServerRunner(web.Server(app))  # type: ignore[arg-type]
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return OriginAddress.parse(f"127.0.0.1:{runner.addresses[0][1]}")


def _composed(checks: Checks, forward: Handler, plan: TunnelPlan) -> tuple[Signatures, Handler]:
    """Make what reads files, in a thread."""
    signatures = checks.signatures(plan)
    return signatures, checks.before(forward, signatures, plan)
