"""Sends a recorded delivery to the app again."""

from collections.abc import Callable

from msgspec.structs import replace

from client.deliveries import Store, reading
from client.deliveries.edits import changes, edited, framed
from client.deliveries.original import Original, content_of, original, whole_content
from client.deliveries.resigning import resigned
from client.inspector import ReplayRefused, UnknownDelivery
from client.signatures.engine import Signatures
from client.views import AttemptView, Edits
from shared.errors import ContentBroken, ExchangeFailed, LinkClosed
from shared.exchange import Content, Handler, Request

AS_IT_WAS = Edits()


class Replayer:
    """A source of exchanges: the same bytes down the same chain, without the relay."""

    def __init__(
        self,
        handler: Handler | None,
        *,
        store: Store,
        signatures: Signatures,
        signatures_of: Callable[[str], Signatures | None] | None = None,
        clock: Callable[[], float],
        elsewhere: Callable[[str], Handler] | None = None,
    ) -> None:
        """Replay through `handler`.

        Args:
            handler: the chain that live deliveries take, from the place where the endpoint is looked up; None: there
                are none, and a delivery goes to the app that it went to when it was received.
            store: where deliveries are found.
            signatures: signs afresh.
            signatures_of: gives what signs for one endpoint, where several have rules of their own.
            clock: Unix seconds.
            elsewhere: gives the chain to another app's address, once for each, for `Edits.to`; may raise a
                TunnelError. None: there is no other way than `handler`.
        """
        self._handler = handler
        self._store = store
        self._signatures = signatures
        self._signatures_of = signatures_of
        self._clock = clock
        self._elsewhere = elsewhere
        self._ways: dict[str, Handler] = {}

    async def replay(self, delivery_id: str, edits: Edits | None = None) -> AttemptView:
        """Send the delivery again and give the finished attempt. Any number may run at once.

        Raises:
            UnknownDelivery: there is no such delivery, or several ids begin like this.
            ReplayRefused: its capture is not complete, or it cannot be sent like this.
            StoreUnusable: the history cannot be read.
        """
        wanted = edits or AS_IT_WAS
        found = await original(self._store, delivery_id, content_wanted=wanted.content is None)
        handler = self._way(found, wanted)
        request = await self._request(found, wanted)
        refusal = await _send(handler, request)
        return await self._made(found.seq, request.delivery.attempt, refusal)

    def _way(self, found: Original, wanted: Edits) -> Handler:
        if wanted.to is None and self._handler is not None:
            return self._handler
        address = found.facts.app if wanted.to is None else wanted.to
        if not address:
            raise ReplayRefused(f"delivery {found.id} never went to an app: say to which with --to ADDR, such as 3000")
        if self._elsewhere is None:
            raise ReplayRefused(f"nothing can be replayed to {address} here: leave the address out")
        if address not in self._ways:
            self._ways[address] = self._elsewhere(address)
        return self._ways[address]

    async def _request(self, found: Original, wanted: Edits) -> Request:
        received = found.facts.delivery
        head = edited(found.facts.request, wanted)
        now = self._clock()
        if wanted.resign:
            source, received_at = "resigned", now
        else:
            source, received_at = "edit" if changes(wanted) else "replay", received.received_at
        delivery = replace(received, id=found.id, source=source, received_at=received_at)
        if source == "replay":
            content = content_of(self._store, found)
        else:
            data = await whole_content(self._store, found) if wanted.content is None else wanted.content
            if wanted.resign:
                provider = found.facts.signature.scheme
                head, data = resigned(self._of(delivery.endpoint), head, delivery, data, provider=provider, now=now)
            fields = framed(head.fields, len(data), chunked=found.size_bytes > 0 and wanted.fields is None)
            head = replace(head, fields=fields)
            content = Content(data, length=len(data))
        number = self._store.reserve(found.id)
        return Request(head, replace(delivery, attempt=number), content)

    def _of(self, endpoint: str) -> Signatures:
        return (self._signatures_of(endpoint) if self._signatures_of is not None else None) or self._signatures

    async def _made(self, seq: int, number: int, refusal: str) -> AttemptView:
        for attempt in self._store.unrecorded:
            if (attempt.seq, attempt.number) == (seq, number):
                return reading.view_of(attempt)
        try:
            return await self._store.read(lambda connection: reading.attempt(connection, seq, number)[0])
        except UnknownDelivery:
            raise ReplayRefused(f"the replay reached no app: {refusal or 'it was not recorded'}") from None


async def _send(handler: Handler, request: Request) -> str:
    """Have the request answered and take the whole answer; give what went wrong, or nothing."""
    try:
        response = await handler(request)
        try:
            while await response.content.read():
                pass
        finally:
            response.close()
    except (ExchangeFailed, ContentBroken) as error:
        return error.detail or str(error)
    except LinkClosed as error:
        return str(error)
    return ""
