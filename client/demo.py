"""The demo: a relay, a client, a sample app and a sender of signed events, all on this machine and gone afterwards."""

import asyncio
import secrets
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from client.agent import PRODUCT, Agent
from client.local_relay import LocalRelay
from client.origin.address import OriginAddress
from client.plan import AgentPlan, TunnelPlan
from client.signatures.catalogue import Catalogue
from client.signatures.rule import Rule
from client.signatures.secret import Secret
from client.simulate import sample_app
from client.simulate.events import Events
from client.simulate.sender import Sender, Sent, Step
from client.simulate.series import WEBHOOK_PATH, series
from client.views import DeliverySummary
from shared.errors import LinkRefused

NAME = "demo"
PROVIDER = "talkifai"
TIME_SCALE = 0.1
"""TalkifAI retries after 30 s; nobody watches a demo for so long."""
PAUSE_SECONDS = 1.2
"""Between the events of a demo that is watched."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that runs."""

    agent: Agent
    url: str
    """The local API."""
    relay: LocalRelay
    sender: Sender
    events: Events

    async def link(self) -> None:
        """Keep the client's link until cancelled.

        Raises:
            LinkRefused: the relay of the demo itself was lost for good.
        """
        await self.agent.serve()

    async def ready(self) -> str:
        """Wait until the tunnel stands, and give its public URL."""
        await self.agent.state.online.wait()
        return self.agent.state.status().tunnels[0].public_urls[0]

    def steps(self) -> list[Step]:
        """Give a fresh series."""
        return series(self.events, now=time.time())

    async def play(self) -> None:
        """Send series after series, at a pace that can be watched, until cancelled."""
        await self.ready()
        while True:
            for step in self.steps():
                await self.sender.send(step)
                await asyncio.sleep(PAUSE_SECONDS)
            await asyncio.sleep(10 * PAUSE_SECONDS)

    async def recorded(self) -> list[DeliverySummary]:
        """Give what the client recorded."""
        return await self.agent.inspector.deliveries(limit=1000)


@asynccontextmanager
async def running(inspect_port: int) -> AsyncIterator[Demo]:
    """Set up the demo for as long as the block runs; afterwards no process, port or file of it is left.

    Raises:
        RelayBroken: the demo's relay did not start.
    """
    secret = secrets.token_hex(16).encode()
    with tempfile.TemporaryDirectory(prefix="hookline-demo-") as directory:
        async with LocalRelay.started(Path(directory) / "relay", domain="localhost") as relay:
            app = await sample_app.start(secret)
            try:
                async with _client(Path(directory), relay, app.port, secret, inspect_port) as demo:
                    yield demo
            finally:
                await app.close()


@asynccontextmanager
async def _client(
    directory: Path, relay: LocalRelay, app_port: int, secret: bytes, inspect_port: int
) -> AsyncIterator[Demo]:
    rule = Rule(PROVIDER, (Secret("the demo's secret", secret),), path=WEBHOOK_PATH)
    agent = Agent(
        AgentPlan(
            dialer=relay.dialer(PRODUCT),
            tunnels=(TunnelPlan(NAME, OriginAddress.parse(f"127.0.0.1:{app_port}"), (rule,)),),
            history=directory / "history.db",
            inspect_port=inspect_port,
        )
    )
    sender = Sender(
        url=f"https://{NAME}.{relay.domain}:{relay.port}",
        scheme=Catalogue.load().get(PROVIDER),
        secret=rule.secrets[0],
        ca=relay.ca_file,
        now=time.time,
        clock=time.monotonic,
        pause=asyncio.sleep,
        time_scale=TIME_SCALE,
    )
    async with agent.started() as url, sender:
        yield Demo(agent, url, relay, sender, Events.load())


__all__ = ["Demo", "LinkRefused", "Sent", "running"]
