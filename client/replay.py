"""Sends a recorded delivery to the app again."""

from collections.abc import Callable
from typing import Any

from client.deliveries import Store
from client.inspector import ReplayRefused
from client.views import AttemptView, Edits
from shared.exchange import Handler


class Replayer:
    """A source of exchanges: the same bytes down the same chain, without the relay."""

    def __init__(
        self,
        handler: Handler,
        *,
        store: Store,
        signatures: Any,
        clock: Callable[[], float],
        elsewhere: Callable[[str], Handler] | None = None,
    ) -> None:
        """Replay through `handler`.

        Args:
            handler: the chain that live deliveries take, from the place where the endpoint is looked up.
            store: where deliveries are found.
            signatures: signs afresh.
            clock: Unix seconds.
            elsewhere: gives the chain to another app's address, for `Edits.to`.
        """
        self._handler = handler
        self._store = store
        self._signatures = signatures
        self._clock = clock
        self._elsewhere = elsewhere

    async def replay(self, delivery_id: str, edits: Edits | None = None) -> AttemptView:
        """Send the delivery again and give the finished attempt.

        Raises:
            UnknownDelivery: there is no such delivery.
            ReplayRefused: its capture is not complete, or it cannot be sent like this.
        """
        raise ReplayRefused(f"{delivery_id} cannot be replayed{' edited' if edits else ''}")
