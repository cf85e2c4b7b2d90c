"""Ends a delivery that comes back to its own relay: the app's address leads to the endpoint's public URL."""

from shared.errors import ExchangeFailed, Failure
from shared.exchange import Handler, Request, Response
from shared.http import first

LOOP_STATUS = 508
"""RFC 5842 section 7.2; a relay answers so when a request has passed relays too often."""
MARK = (b"Hookline-Error", b"loop")


class EndCircles:
    """A handler: turns a relay's answer that the request goes in circles into that failure."""

    def __init__(self, inner: Handler, *, target: str) -> None:
        """Wrap `inner`.

        Args:
            inner: gives the app's answer; where it is a relay's, `MARK` is in it.
            target: the app's address, for the user.
        """
        self._inner = inner
        self._target = target

    async def __call__(self, request: Request) -> Response:
        """Have `inner` answer.

        Raises:
            ExchangeFailed: the request goes in circles, or what `inner` says.
        """
        response = await self._inner(request)
        head = response.head
        if head.status == LOOP_STATUS and first(head.fields, b"hookline-error") == MARK[1]:
            response.close()
            raise ExchangeFailed(Failure.LOOP, f"{self._target} leads back to the relay", delivered="no")
        return response
