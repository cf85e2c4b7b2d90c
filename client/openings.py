"""The tunnels of a client, in the order in which the relay was asked for them; more can be opened while it runs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import NamedTuple, Protocol

from client.origin.address import OriginAddress
from client.plan import TunnelPlan
from client.signatures.engine import Signatures
from client.tunnels import Tunnels
from shared.errors import TunnelError
from shared.exchange import Handler
from shared.protocol.hello import Granted, Wanted


class UnknownTunnel(TunnelError):  # noqa: N818 - reads as the sentence it is
    """No tunnel of this client has this name."""


class NameInUse(TunnelError):  # noqa: N818 - reads as the sentence it is
    """A tunnel of this client has this name already."""


class Chain(NamedTuple):
    """What answers a tunnel's deliveries."""

    handler: Handler
    signatures: Signatures
    retire: Callable[[], None]
    """Says that nothing new comes to it: what runs may finish."""


class _Open(NamedTuple):
    plan: TunnelPlan
    chain: Chain
    granted: Granted | None = None

    @property
    def name(self) -> str:
        return self.plan.name if self.granted is None else self.granted.name


class Binder(Protocol):
    """The part of the link to the relay that tunnels are opened over."""

    def bind(self, wanted: Wanted, on_bound: Callable[[Granted], None], /) -> Awaitable[Granted]:
        """Ask for one more endpoint."""
        ...

    def unbind(self, name: str, /) -> None:
        """Give an endpoint back."""
        ...


class Openings:
    """Opens, changes and closes tunnels, and knows which there are."""

    def __init__(self, plans: Sequence[TunnelPlan], *, build: Callable[[TunnelPlan], Chain], tunnels: Tunnels) -> None:
        """Begin with those that the client was started for; the relay grants them when it greets.

        Args:
            plans: the tunnels.
            build: composes the chain of a tunnel.
            tunnels: where chains are looked up.
        """
        self._build = build
        self._tunnels = tunnels
        self._open = [_Open(plan, build(plan)) for plan in plans]
        self._asking: list[TunnelPlan] = []
        """Those that the relay is being asked for."""
        self.binder: Binder | None = None
        """The link; it is built after this and told by it."""

    @property
    def plans(self) -> list[TunnelPlan]:
        """The tunnels, in the order in which the relay was asked for them."""
        return [one.plan for one in self._open]

    def granted(self, granted: Sequence[Granted]) -> None:
        """Know which endpoints a new link serves, in the order of the tunnels."""
        for index, (one, endpoint) in enumerate(zip(self._open, granted, strict=False)):
            self._open[index] = one._replace(granted=endpoint)
            self._tunnels.bind(endpoint.name, one.chain.handler)

    def signatures_of(self, endpoint: str) -> Signatures | None:
        """Give what judges the deliveries of an endpoint."""
        return next((one.chain.signatures for one in self._open if one.name == endpoint), None)

    async def open(self, plan: TunnelPlan) -> str:
        """Open one more tunnel, and give its endpoint's name.

        Raises:
            LinkRefused: the relay says no, or there is no link.
            NameInUse: a tunnel has its label.
            TunnelError: the plan does not fit.
        """
        if plan.label and self._is_taken(plan.label):
            raise NameInUse(f"a tunnel is called {plan.label!a} already: close it first, or choose another name")
        chain = self._build(plan)

        def bound(granted: Granted) -> None:
            """Know the tunnel before its first delivery comes."""
            self._open.append(_Open(plan, chain, granted))
            self._tunnels.bind(granted.name, chain.handler)

        assert self.binder is not None  # noqa: S101 - the root has set it
        self._asking.append(plan)
        try:
            return (await self.binder.bind(Wanted(plan.name, plan.pool), bound)).name
        except BaseException:
            if all(one.chain is not chain for one in self._open):
                chain.retire()
            raise
        finally:
            self._asking.remove(plan)

    def change(self, name: str, address: OriginAddress) -> str:
        """Have another app answer for a tunnel, and give its endpoint's name.

        Raises:
            UnknownTunnel: there is none of this name.
        """
        index = self._find(name)
        one = self._open[index]
        plan = replace(one.plan, address=address)
        chain = self._build(plan)
        self._open[index] = one._replace(plan=plan, chain=chain)
        self._tunnels.bind(one.name, chain.handler)
        one.chain.retire()
        return one.name

    def close(self, name: str) -> None:
        """Close a tunnel: its endpoint is offline at once.

        Raises:
            UnknownTunnel: there is none of this name.
        """
        one = self._open.pop(self._find(name))
        self._tunnels.unbind(one.name)
        assert self.binder is not None  # noqa: S101 - the root has set it
        self.binder.unbind(one.name)
        one.chain.retire()

    def _is_taken(self, label: str) -> bool:
        open_ = any(label in (one.plan.label, one.name) for one in self._open)
        return open_ or any(label in (plan.label, plan.name) for plan in self._asking)

    def _find(self, name: str) -> int:
        for index, one in enumerate(self._open):
            if name in (one.plan.label, one.name):
                return index
        raise UnknownTunnel(f"no tunnel is called {name!a}: GET /api/tunnels shows those that are open")
