"""Which app answers for which endpoint."""

from shared.errors import ExchangeFailed, Failure
from shared.exchange import Handler, Request, Response

_OWN = frozenset(("replay", "edit", "resigned"))
"""Sources of deliveries that the user sends, not the relay."""


class Tunnels:
    """A handler: the chain of each endpoint, composed once."""

    def __init__(self) -> None:
        self._chains: dict[str, Handler] = {}
        self._only: Handler | None = None

    def bind(self, endpoint: str, chain: Handler) -> None:
        """Have `chain` answer for `endpoint` from now on."""
        self._chains[endpoint] = chain
        self._find_only()

    def unbind(self, endpoint: str) -> None:
        """Have nobody answer for `endpoint` any more."""
        self._chains.pop(endpoint, None)
        self._find_only()

    def _find_only(self) -> None:
        self._only = next(iter(self._chains.values())) if len(self._chains) == 1 else None

    async def __call__(self, request: Request) -> Response:
        """Answer with the endpoint's chain.

        A replay of what was captured under another name, as an earlier run had, goes to the only tunnel there is.

        Raises:
            ExchangeFailed: no tunnel has this endpoint.
        """
        delivery = request.delivery
        chain = self._chains.get(delivery.endpoint)
        if chain is None and delivery.source in _OWN:
            chain = self._only
        if chain is None:
            raise ExchangeFailed(Failure.ENDPOINT_OFFLINE, f"no tunnel serves {delivery.endpoint} here")
        return await chain(request)
