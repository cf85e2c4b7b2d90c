"""The state of a running client, put together for those who look on."""

import asyncio
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Literal

from client.deliveries import Feed, Store
from client.origin.address import OriginAddress
from client.origin.forward import probe
from client.plan import AgentPlan, TunnelPlan
from client.relay import Tether, TetherState
from client.views import LinkState, Status, TunnelStatus
from shared.errors import LinkRefused
from shared.protocol.hello import Granted

REFRESH_SECONDS = 1.0
PROBE_SECONDS = 5.0
"""How often an app that did not answer is tried again. One that answers is left in peace until a delivery fails."""

SILENT_SECONDS = 12.0
"""A relay that lives is heard at least every PING_SECONDS; the rest is for the round trip."""

_VERSION = version("hookline")
"""Known once: it stands in files, and the state is told every second."""

OriginState = Literal["unknown", "answering", "refused"]


class AgentState:
    """Collects what changes and publishes it, at most once in REFRESH_SECONDS for what changes all the time."""

    def __init__(
        self,
        *,
        plan: AgentPlan,
        tunnels: Callable[[], Sequence[TunnelPlan]],
        store: Store,
        feed: Feed,
        clock: Callable[[], float],
    ) -> None:
        self._plan = plan
        self._plans = tunnels
        self._store = store
        self._feed = feed
        self._clock = clock
        self._link: LinkState = "connecting"
        self._detail = ""
        self._retry_at: float | None = None
        self._granted: tuple[Granted, ...] = ()
        self._origins: dict[OriginAddress, OriginState] = {}
        self._round_trip_seconds: float | None = None
        self._published: Status | None = None
        ca = plan.dialer.ca_file
        self._ca_file = "" if ca is None else str(ca.absolute())
        self.online = asyncio.Event()
        """Set once the relay has granted the endpoints."""
        self.inspect_url = ""
        self.notice = _left_behind(store.interrupted)
        """What the relay's operator, or the client itself, said last."""

    def status(self) -> Status:
        """Give the state as of now."""
        return Status(
            version=_VERSION,
            relay=self._plan.dialer.address.url,
            link=self._link,
            detail=self._detail or self.notice,
            round_trip_seconds=self._round_trip_seconds,
            retry_at=self._retry_at,
            tunnels=tuple(self._tunnels()),
            counts=self._store.counts,
            history=self._store.trouble if self._plan.record else "deliveries are not recorded: --no-record",
            inspect_url=self.inspect_url,
            ca_file=self._ca_file,
        )

    def link_changed(self, state: TetherState) -> None:
        """Take the link's new state."""
        self._granted = state.granted or self._granted
        self._detail = state.sentence
        if state.online:
            self._link, self._retry_at = "online", None
            self.online.set()
        else:
            self._link = "reconnecting" if self._granted else "connecting"
            self._retry_at = self._clock() + state.wait_seconds
            self._round_trip_seconds = None
        self.publish()

    def refused(self, refusal: LinkRefused) -> None:
        """Take the relay's final word."""
        self._link, self._detail, self._retry_at = "refused", refusal.detail, None
        self.publish()

    def say(self, sentence: str) -> None:
        """Tell the user something that is not about the link."""
        self.notice = sentence
        self.publish()

    def publish(self) -> None:
        """Tell everybody who looks on, if anything is new."""
        status = self.status()
        if status != self._published:
            self._published = status
            self._feed.publish(status=status)

    async def watch(self, tether: Tether) -> None:
        """Keep round trip, counts and the apps' states fresh until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch_origins())
            while True:
                self._round_trip_seconds = _rounded(tether.round_trip_seconds)
                self._note_silence(tether.silent_seconds)
                self.publish()
                await asyncio.sleep(REFRESH_SECONDS)

    def _note_silence(self, seconds: float) -> None:
        if self._link == "online":
            self._detail = f"no contact for {seconds:.0f} s" if seconds > SILENT_SECONDS else ""

    async def _watch_origins(self) -> None:
        failed = self._store.counts.failed
        while True:
            again, failed = self._store.counts.failed != failed, self._store.counts.failed
            for address in {tunnel.address for tunnel in self._plans()}:
                if again or self._origins.get(address) != "answering":
                    self._origins[address] = "answering" if await probe(address) else "refused"
            await asyncio.sleep(PROBE_SECONDS)

    def _tunnels(self) -> list[TunnelStatus]:
        found = []
        for index, tunnel in enumerate(self._plans()):
            granted = self._granted[index] if index < len(self._granted) else Granted(tunnel.name, ())
            verify = tuple(dict.fromkeys(rule.scheme for rule in tunnel.rules))
            state = self._origins.get(tunnel.address, "unknown")
            found.append(TunnelStatus(granted.name, granted.urls, tunnel.address.url, state, verify, tunnel.label))
        return found


def _rounded(seconds: float | None) -> float | None:
    """Keep tenths of milliseconds: a smaller change of the round trip is no news."""
    return None if seconds is None else round(seconds, 4)


def _left_behind(count: int) -> str:
    """Say what the last run of the client did not see the end of."""
    if not count:
        return ""
    what = "1 delivery was" if count == 1 else f"{count} deliveries were"
    return f"{what} interrupted when the client last ended: hookline list is:interrupted"
