"""Tunnels that are opened, changed and closed while a client runs."""

import asyncio
from collections.abc import Callable

import pytest

from client.openings import Chain, NameInUse, Openings, UnknownTunnel
from client.origin.address import OriginAddress
from client.plan import TunnelPlan
from client.signatures.engine import Signatures
from client.tunnels import Tunnels
from shared.errors import ExchangeFailed, LinkRefused
from shared.exchange import Request, Response
from shared.protocol.hello import Granted, Wanted
from tests.client.deliveries.stage import CATALOGUE, answering
from tests.exchanges import drain, request

SIGNATURES = Signatures(catalogue=CATALOGUE)


class Relay:
    """A relay that grants everything, and a client's openings over it."""

    def __init__(self, *plans: TunnelPlan) -> None:
        self.given_back: list[str] = []
        self.retired: list[str] = []
        self.refusal: LinkRefused | None = None
        self.tunnels = Tunnels()
        self.openings = Openings(plans, build=self.build, tunnels=self.tunnels)
        self.openings.binder = self

    def build(self, plan: TunnelPlan) -> Chain:
        """Compose a chain that answers with the app's address."""
        url = plan.address.url
        return Chain(answering(content=url.encode()), SIGNATURES, lambda: self.retired.append(url))

    async def bind(self, wanted: Wanted, on_bound: Callable[[Granted], None], /) -> Granted:
        """Grant it in a moment, unless it is to be refused."""
        await asyncio.sleep(0)
        if self.refusal is not None:
            raise self.refusal
        granted = Granted(wanted.name or "chosen", ())
        on_bound(granted)
        return granted

    def unbind(self, name: str, /) -> None:
        """Note it."""
        self.given_back.append(name)

    async def answer(self, endpoint: str) -> bytes:
        """Give what a delivery to an endpoint is answered."""
        asked = request()
        delivery = type(asked.delivery)("dlv_1", 1, endpoint, 0.0, "", "")
        response: Response = await self.tunnels(Request(asked.head, delivery, asked.content))
        return await drain(response.content)


def plan(port: int, name: str = "", label: str = "") -> TunnelPlan:
    """Make a plan."""
    return TunnelPlan(name, OriginAddress.parse(str(port)), label=label)


async def test_tunnels_are_opened_changed_and_closed() -> None:
    """Each is found by its label or its endpoint's name, and answers with its app."""
    relay = Relay(plan(1, "demo"))
    relay.openings.granted([Granted("demo", ())])
    assert await relay.openings.open(plan(2, "", "http-2")) == "chosen"
    assert (await relay.answer("demo"), await relay.answer("chosen")) == (b"http://localhost:1", b"http://localhost:2")
    assert relay.openings.signatures_of("chosen") is SIGNATURES
    assert relay.openings.signatures_of("other") is None
    assert relay.openings.change("http-2", OriginAddress.parse("3")) == "chosen"
    assert await relay.answer("chosen") == b"http://localhost:3"
    assert [one.address.url for one in relay.openings.plans] == ["http://localhost:1", "http://localhost:3"]
    relay.openings.close("http-2")
    relay.openings.close("demo")
    assert relay.given_back == ["chosen", "demo"]
    with pytest.raises(ExchangeFailed):
        await relay.answer("chosen")


async def test_labels_are_given_once() -> None:
    """Two tunnels with one name could not be told apart."""
    relay = Relay(plan(1, "demo"))
    for name in ("demo", "again"):
        if name == "again":
            await relay.openings.open(plan(2, "x", "again"))
        with pytest.raises(NameInUse, match="close it first"):
            await relay.openings.open(plan(3, "y", name))


async def test_labels_are_given_once_to_those_who_ask_at_the_same_time() -> None:
    """While the relay is asked for one tunnel, its label and its name are taken."""
    relay = Relay()
    asked = [plan(1, "x", "same"), plan(2, "y", "same"), plan(3, "z", "x")]
    results = await asyncio.gather(*(relay.openings.open(one) for one in asked), return_exceptions=True)
    assert [type(result) for result in results] == [str, NameInUse, NameInUse]
    assert [one.name for one in relay.openings.plans] == ["x"]
    relay.openings.close("same")
    assert await relay.openings.open(plan(4, "y", "same")) == "y"


async def test_what_answers_a_tunnel_is_let_go_of_with_it() -> None:
    """A closed tunnel, a refused one and the app before a change leave nothing behind."""
    relay = Relay(plan(1, "demo"))
    relay.openings.granted([Granted("demo", ())])
    relay.openings.change("demo", OriginAddress.parse("2"))
    assert relay.retired == ["http://localhost:1"]
    relay.openings.close("demo")
    assert relay.retired == ["http://localhost:1", "http://localhost:2"]
    relay.refusal = LinkRefused("taken", "somebody has it", final=True)
    with pytest.raises(LinkRefused):
        await relay.openings.open(plan(3, "x", "again"))
    assert relay.retired[2:] == ["http://localhost:3"]
    relay.refusal = None
    assert await relay.openings.open(plan(4, "x", "again")) == "x"


def test_unknown_tunnel_is_said() -> None:
    """What is not open can be neither closed nor changed."""
    relay = Relay()
    with pytest.raises(UnknownTunnel, match="GET /api/tunnels"):
        relay.openings.close("x")
    with pytest.raises(UnknownTunnel):
        relay.openings.change("x", OriginAddress.parse("3"))
