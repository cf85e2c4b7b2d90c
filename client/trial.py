"""A client in a thread of its own, for tests: opened, asked and closed by plain calls."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from client.agent import PRODUCT, Agent
from client.inspector import Inspector
from client.local_relay import LocalRelay
from client.origin.address import OriginAddress
from client.plan import AgentPlan, TunnelPlan
from client.relay import Dialer, RelayAddress
from client.signatures.rule import Rule
from client.signatures.secret import Secret
from shared.errors import LinkRefused, TunnelError, leaf

T = TypeVar("T")

READY_SECONDS = 30.0
_NAME = "trial"


class TrialFailed(TunnelError):  # noqa: N818 - reads as the sentence it is
    """The client of a test did not come up; says why."""


@dataclass(frozen=True, slots=True)
class TrialPlan:
    """What a test wants."""

    app: str
    """The app's address, as `3000` or `http://127.0.0.1:5000`."""
    directory: Path
    """Where the history is, and the embedded relay's data."""
    rules: tuple[Rule, ...] = ()
    name: str = _NAME
    """The endpoint's."""
    relay: str = ""
    """A relay's URL; empty: one on this machine for as long as the trial lasts."""
    token: str = ""
    """For a relay that is given."""
    relay_ca: Path | None = None


class Trial:
    """A client that runs in a thread."""

    def __init__(self, plan: TrialPlan) -> None:
        self._plan = plan
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._agent: Agent | None = None
        self._failure: BaseException | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hookline-trial", daemon=True)
        self.public_url = ""
        """Where deliveries are sent."""
        self.ca_file: Path | None = None
        """The CA that signed the relay's certificate, where it is none that the system trusts."""

    def open(self) -> None:
        """Return when deliveries can be sent.

        Raises:
            TrialFailed: relay or client did not come up.
        """
        self._thread.start()
        self._ready.wait(READY_SECONDS)
        if not self.public_url:
            self.close()
            why = str(self._failure) if self._failure else f"there is no link to the relay after {READY_SECONDS:.0f} s"
            raise TrialFailed(f"hookline did not start: {why}") from self._failure

    def close(self) -> None:
        """End client and relay; nothing of them is left running."""
        if self._loop is not None and self._stop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def ask(self, question: Callable[[Inspector], Coroutine[Any, Any, T]]) -> T:
        """Run a question to the inspector in the client's loop and give its answer."""
        if self._loop is None or self._agent is None:
            raise TrialFailed("hookline does not run")
        return asyncio.run_coroutine_threadsafe(question(self._agent.inspector), self._loop).result()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - told by `open`, in the thread of who asked
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with self._dialer() as dialer:
            tunnel = TunnelPlan(self._plan.name, OriginAddress.parse(self._plan.app), self._plan.rules)
            history = self._plan.directory / "history.db"
            self._agent = agent = Agent(AgentPlan(dialer, (tunnel,), history, inspect_port=0))
            async with agent.started():
                await self._until_stopped(agent)

    async def _until_stopped(self, agent: Agent) -> None:
        async def announce() -> None:
            """Say that deliveries can come."""
            await agent.state.online.wait()
            self.public_url = agent.state.status().tunnels[0].public_urls[0]
            self._ready.set()

        assert self._stop is not None  # noqa: S101 - set before
        try:
            async with asyncio.TaskGroup() as tasks:
                kept = [tasks.create_task(agent.serve()), tasks.create_task(announce())]
                await self._stop.wait()
                for task in kept:
                    task.cancel()
        except* LinkRefused as group:
            raise leaf(group) from None

    @asynccontextmanager
    async def _dialer(self) -> AsyncIterator[Dialer]:
        plan = self._plan
        if plan.relay:
            yield Dialer(RelayAddress.parse(plan.relay), plan.token, PRODUCT, plan.relay_ca)
            return
        async with LocalRelay.started(plan.directory / "relay", domain="localhost") as relay:
            self.ca_file = relay.ca_file
            yield relay.dialer(PRODUCT)


def rules(lines: Sequence[str]) -> tuple[Rule, ...]:
    """Read lines of `SCHEME REFERENCE [PATH]`, as `talkifai env:TALKIFAI_SECRET /hooks`.

    Raises:
        TrialFailed: a line has another form.
        SecretUnusable: there is no such secret.
    """
    made: list[Rule] = []
    for line in lines:
        words = line.split()
        if len(words) not in (2, 3):
            raise TrialFailed(f"hookline_verify: {line!a}: write SCHEME REFERENCE [PATH], as stripe env:SECRET /hooks")
        path = words[2] if len(words) == 3 else "/"  # noqa: PLR2004 - the words above
        made.append(Rule(scheme=words[0], secrets=(Secret.from_reference(words[1]),), path=path))
    return tuple(made)
