"""A relay's door for clients, served by aiohttp on a port of its own, and clients that come in by it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from client.relay import Dialer, RelayAddress, Tether, TetherState
from relay_server.endpoint import Endpoint
from relay_server.routes import Routes
from relay_server.senders import Networks
from relay_server.tokens import Names, Tokens
from relay_server.tokens.schema import open_store
from relay_server.tunnels import Entrance
from shared.exchange import Handler
from shared.ids import new_id
from shared.protocol.hello import Granted, Notice, Wanted
from tests.exchanges import echo


class Door:
    """An entrance with everything that it stands on."""

    def __init__(self, data_dir: Path, trusted: Networks) -> None:
        store = open_store(data_dir)
        self.store = store
        self.tokens = Tokens(store, clock=time.time)
        self.names = Names(store, clock=time.time)
        self.routes = Routes(domain="relay.test", scheme="https", port=443)
        self.endpoints: dict[str, Endpoint] = {}
        self.entrance = Entrance(
            tokens=self.tokens,
            names=self.names,
            routes=self.routes,
            endpoint=self.endpoint,
            clock=time.monotonic,
            new_id=new_id,
            random_name=lambda: "random-name",
            hold_seconds=2.5,
            trusted=trusted,
        )
        self.port = 0

    def endpoint(self, name: str) -> Endpoint:
        """Give the endpoint of a name."""
        if name not in self.endpoints:
            self.endpoints[name] = Endpoint(name, clock=time.monotonic)
            self.routes.add(name, self.endpoints[name])
        return self.endpoints[name]

    def cut(self) -> None:
        """Cut every client's TCP connection, as a network that goes away does."""
        for member in self.entrance.members:
            transport = member.link._transport
            assert transport is not None
            transport.abort()

    def dialer(self, token: str) -> Dialer:
        """Give what dials this door."""
        return Dialer(RelayAddress.parse(f"http://127.0.0.1:{self.port}"), token, "hookline/test")


@asynccontextmanager
async def opened(data_dir: Path, *, trusted: Networks = ()) -> AsyncIterator[Door]:
    """Serve a door for as long as the block runs."""
    door = Door(data_dir, trusted)
    async with door.entrance.open(), _served(door):
        yield door
    door.store.close()


@asynccontextmanager
async def _served(door: Door) -> AsyncIterator[None]:
    application = web.Application()
    door.entrance.register(application)
    runner = web.AppRunner(application, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    door.port = runner.addresses[0][1]
    try:
        yield
    finally:
        door.entrance.close()
        await runner.cleanup()


class Visitor:
    """A client's tether, and what it was told."""

    def __init__(self, dialer: Dialer, *wanted: Wanted, handler: Handler = echo) -> None:
        self.states: list[TetherState] = []
        self.granted: tuple[Granted, ...] = ()
        self._changed = asyncio.Event()
        self.tether = Tether(
            dialer=dialer,
            wanted=wanted or (Wanted("demo"),),
            handler=handler,
            on_state=self._on_state,
            on_granted=self._on_granted,
            on_notice=self._on_notice,
            random=lambda: 0.5,
        )

    def _on_state(self, state: TetherState) -> None:
        self.states.append(state)
        self._changed.set()

    def _on_granted(self, granted: tuple[Granted, ...]) -> None:
        self.granted = granted

    def _on_notice(self, notice: Notice) -> None:
        raise AssertionError(notice)

    async def until(self, *, online: bool) -> TetherState:
        """Wait until the newest state is on or off line."""
        async with asyncio.timeout(10):
            while not self.states or self.states[-1].online is not online:
                self._changed.clear()
                await self._changed.wait()
        return self.states[-1]


@asynccontextmanager
async def visiting(*visitors: Visitor) -> AsyncIterator[list["asyncio.Task[None]"]]:
    """Keep the visitors' tethers for as long as the block runs; their ends are the block's to look at."""
    tasks = [asyncio.get_running_loop().create_task(visitor.tether.run()) for visitor in visitors]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
