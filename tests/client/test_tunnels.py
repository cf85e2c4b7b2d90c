"""Which app answers for which endpoint."""

import msgspec
import pytest

from client.tunnels import Tunnels
from shared.errors import ExchangeFailed, Failure
from shared.exchange import Handler, Request, Response
from tests.exchanges import request, response


def answering(status: int) -> Handler:
    """Make a chain that answers with a status."""

    async def chain(_asked: Request) -> Response:
        """Answer."""
        return response(status=status)

    return chain


def replay() -> Request:
    """Make a replay of a delivery of `demo`."""
    asked = request()
    return Request(asked.head, msgspec.structs.replace(asked.delivery, source="replay"), asked.content)


async def test_only_tunnel_answers_replays_of_every_name() -> None:
    """What was captured under an earlier name can be replayed to the one app there is; the relay means its name."""
    tunnels = Tunnels()
    tunnels.bind("other", answering(201))
    assert (await tunnels(replay())).head.status == 201
    with pytest.raises(ExchangeFailed):
        await tunnels(request())


async def test_each_of_several_answers_for_its_own() -> None:
    """With two, a name is exact; the newest binding of a name counts."""
    tunnels = Tunnels()
    for name, status in (("other", 201), ("demo", 202), ("demo", 203)):
        tunnels.bind(name, answering(status))
    assert (await tunnels(request())).head.status == 203


async def test_unknown_endpoint_is_offline() -> None:
    """Where two others are served, a third is refused by its name and not delivered."""
    tunnels = Tunnels()
    for name in ("one", "two"):
        tunnels.bind(name, answering(200))
    with pytest.raises(ExchangeFailed, match="no tunnel serves demo here") as caught:
        await tunnels(replay())
    assert (caught.value.failure, caught.value.delivered) == (Failure.ENDPOINT_OFFLINE, "no")


async def test_nobody_answers_before_the_relay_has_granted() -> None:
    """Without any tunnel the endpoint is offline."""
    with pytest.raises(ExchangeFailed):
        await Tunnels()(request())


async def test_given_back_name_is_answered_for_no_more() -> None:
    """The one that is left becomes the only one again; unbinding what is not bound does nothing."""
    tunnels = Tunnels()
    for name in ("one", "demo"):
        tunnels.bind(name, answering(200 if name == "one" else 204))
    tunnels.unbind("demo")
    tunnels.unbind("demo")
    assert (await tunnels(replay())).head.status == 200
