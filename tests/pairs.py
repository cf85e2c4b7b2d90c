"""Two ends of a link joined by a wire in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.exchange import Handler
from shared.link import Doorstep, Link, Receiver
from shared.protocol.events import LinkEvent
from shared.protocol.hello import Limits


class Wire:
    """One end of a pair of transports that hand messages over in the next turn of the loop."""

    def __init__(self) -> None:
        self.peer: Wire | None = None
        self.receiver: Receiver | None = None
        self.congested = False
        self.waiting_bytes = 0
        self.sent: list[bytes] = []
        self.lost = False

    def attach(self, receiver: Receiver) -> None:
        """Deliver to `receiver`."""
        self.receiver = receiver

    def send(self, message: bytes) -> None:
        """Hand a message to the peer in the next turn."""
        self.sent.append(message)
        if not self.lost and self.peer is not None:
            asyncio.get_running_loop().call_soon(self.peer._arrive, message)

    def close(self, code: int, reason: str) -> None:
        """Lose both ends in the next turn."""
        asyncio.get_running_loop().call_soon(self._lose, f"{code} {reason}")

    def abort(self) -> None:
        """Lose both ends in the next turn."""
        asyncio.get_running_loop().call_soon(self._lose, "aborted")

    def cut(self) -> None:
        """Lose both ends now, and what is on the way."""
        self._lose("cut")

    def _arrive(self, message: bytes) -> None:
        if not self.lost and self.receiver is not None:
            self.receiver.on_message(message)

    def _lose(self, reason: str) -> None:
        for end in (self, self.peer):
            if end is not None and not end.lost:
                end.lost = True
                if end.receiver is not None:
                    end.receiver.on_lost(reason)


def wires() -> tuple[Wire, Wire]:
    """Give the two ends of a wire."""
    one, two = Wire(), Wire()
    one.peer, two.peer = two, one
    return one, two


class Pair:
    """A relay's and a client's end of one link."""

    def __init__(self, limits: Limits | None, resume_seconds: float, hold_seconds: float) -> None:
        self.events: list[LinkEvent] = []
        self.relay = Link(
            relay=True,
            on_event=self.events.append,
            limits=limits,
            resume_seconds=resume_seconds,
            hold_seconds=hold_seconds,
        )
        self.client = Link(relay=False, on_event=self.events.append, limits=limits, resume_seconds=resume_seconds)
        self.relay_wire, self.client_wire = wires()

    def join(self) -> None:
        """Join the ends by a fresh wire; they tell each other what they have, as HELLO and WELCOME do."""
        self.relay_wire, self.client_wire = wires()
        relay_has, client_has = self.relay.received, self.client.received
        self.relay.attach(Doorstep(self.relay_wire), peer_received=client_has)
        self.client.attach(Doorstep(self.client_wire), peer_received=relay_has)


@asynccontextmanager
async def linked(
    handler: Handler, limits: Limits | None = None, *, resume_seconds: float = 0.0, hold_seconds: float = 0.0
) -> AsyncIterator[Pair]:
    """Have a client's end answer with `handler` what the relay's end asks; both end with the block."""
    pair = Pair(limits, resume_seconds, hold_seconds)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(pair.relay.run())
        tasks.create_task(pair.client.run(handler))
        await asyncio.sleep(0)
        pair.join()
        try:
            yield pair
        finally:
            pair.relay.abort("the test is over")
            pair.client.abort("the test is over")
