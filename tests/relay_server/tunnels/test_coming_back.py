"""Clients that come back after their link was forgotten: with what names."""

from itertools import count
from pathlib import Path

from relay_server.tokens import Owner
from shared.link import Link
from shared.protocol.hello import Granted, Wanted
from tests.doors import Visitor, opened, visiting
from tests.waiting import settled


async def test_name_that_the_relay_chose_outlives_the_link(tmp_path: Path) -> None:
    """The URL stays when the relay has forgotten the link: providers know it by then."""
    async with opened(tmp_path) as door:
        numbers = count()
        door.entrance._leases._random_name = lambda: f"random-{next(numbers)}"
        visitor = Visitor(door.dialer(door.tokens.create("no_label")), Wanted(""))
        async with visiting(visitor):
            names = []
            for _ in range(2):
                names.append((await visitor.until(online=True)).granted[0].name)
                for member in door.entrance.members:
                    member.link.abort("forgotten by the test")
                await visitor.until(online=False)
        assert names == ["random-0", "random-0"]


async def test_endpoint_given_back_while_it_is_asked_for_is_not_served(tmp_path: Path) -> None:
    """Those after it keep their places: no app gets another one's deliveries."""
    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop")), Wanted("demo"), Wanted("second"))
        async with visiting(visitor):
            await visitor.until(online=True)
            leases = door.entrance._leases
            bind = leases.bind

            def give_back_first(link: Link, wanted: Wanted, owner: Owner) -> Granted:
                visitor.tether.unbind("demo")
                return bind(link, wanted, owner)

            leases.bind = give_back_first  # type: ignore[method-assign]
            for member in door.entrance.members:
                member.link.abort("forgotten by the test")
            await visitor.until(online=False)
            state = await visitor.until(online=True)
            assert [endpoint.name for endpoint in (*state.granted, *visitor.granted)] == ["second", "second"]
            await settled(lambda: not door.endpoint("demo").links)
            assert door.endpoint("second").links
