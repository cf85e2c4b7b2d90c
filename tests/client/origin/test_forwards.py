"""Ways to apps that come and go while a client runs."""

import time

from client.origin.address import OriginAddress
from client.origin.forward import Forward
from client.origin.forwards import Forwards
from client.origin.timeouts import OriginTimeouts
from tests.exchanges import drain, request
from tests.origins import OK, origin
from tests.waiting import settled


def forward(url: str) -> Forward:
    """Make a way to an app that keeps its connections for a moment."""
    return Forward(OriginAddress.parse(url), clock=time.time, timeouts=OriginTimeouts(kept_seconds=0.05))


async def test_retired_forward_is_forgotten_with_its_last_connection() -> None:
    """However many tunnels are opened and closed, what is kept does not grow."""
    async with origin(OK) as app:
        forwards = Forwards()
        first = forwards.add(forward(app.address))
        answer = await first(request())
        await drain(answer.content)
        answer.close()
        forwards.retire(first)
        assert forwards.count == 1
        await settled(lambda: not first.connected)
        for _ in range(10):
            forwards.retire(forwards.add(forward(app.address)))
        assert forwards.count == 0
        await forwards.close()


async def test_end_of_the_client_is_the_end_of_all_connections() -> None:
    """Those that were retired with a connection are closed with the others."""
    async with origin(OK) as app:
        forwards = Forwards()
        used, retired = (forwards.add(forward(app.address)) for _ in range(2))
        for one in (used, retired):
            (await one(request())).close()
        forwards.retire(retired)
        await forwards.close()
        assert [used.connected, retired.connected] == [False, False]
