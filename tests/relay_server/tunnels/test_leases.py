"""Which client serves which endpoint."""

import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from relay_server.endpoint import Endpoint
from relay_server.errors import NameRefused
from relay_server.routes import Routes
from relay_server.tokens import Names, Owner, Tokens
from relay_server.tokens.schema import open_store
from relay_server.tunnels.leases import Leases
from shared.link import Doorstep, Link
from shared.protocol.hello import Wanted
from tests.pairs import wires


class Stage:
    """Leases on real names, with links that are told what is said."""

    def __init__(self, directory: Path) -> None:
        self.store = open_store(directory)
        self.tokens = Tokens(self.store, clock=time.time)
        self.routes = Routes(domain="relay.test", scheme="https", port=443)
        self.endpoints: dict[str, Endpoint] = {}
        self.randoms = cycle(("taken", "free", "free-too"))
        self.leases = Leases(
            names=Names(self.store, clock=time.time),
            routes=self.routes,
            endpoint=self.endpoint,
            random_name=lambda: next(self.randoms),
        )

    def endpoint(self, name: str) -> Endpoint:
        """Give the endpoint of a name."""
        return self.endpoints.setdefault(name, Endpoint(name, clock=time.monotonic))

    def owner(self, name: str = "laptop", *globs: str) -> Owner:
        """Give the holder of a new token."""
        owner = self.tokens.check(self.tokens.create(name, names=globs or ("*",)))
        assert owner is not None
        return owner

    def link(self) -> Link:
        """Give a client's link."""
        link = Link(relay=True, on_event=lambda _event: None)
        link.attach(Doorstep(wires()[0]))
        return link


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Give leases with nobody served."""
    stage = Stage(tmp_path)
    yield stage
    stage.store.close()


async def test_name_is_granted_with_its_urls(stage: Stage) -> None:
    """The host of its own first; asked for again it is the same, and served once."""
    link, owner = stage.link(), stage.owner()
    for _ in range(2):
        granted = stage.leases.bind(link, Wanted("demo"), owner)
    assert granted.urls == ("https://demo.relay.test", "https://relay.test/t/demo")
    assert (stage.leases.serving("demo"), list(stage.endpoint("demo").links)) == (1, [link])


async def test_name_is_its_owner_s(stage: Stage) -> None:
    """Another one gets it neither while it is served nor afterwards."""
    link = stage.link()
    stage.leases.bind(link, Wanted("demo"), stage.owner())
    stage.leases.leave(link)
    with pytest.raises(NameRefused):
        stage.leases.bind(stage.link(), Wanted("demo"), stage.owner("other"))


async def test_newest_link_supersedes(stage: Stage) -> None:
    """The one before is off the endpoint before the new one is on it, and its link ends."""
    owner = stage.owner()
    old, new = stage.link(), stage.link()
    stage.leases.bind(old, Wanted("demo"), owner)
    stage.leases.bind(new, Wanted("demo"), owner)
    assert (list(stage.endpoint("demo").links), old.resume_seconds) == ([new], 0.0)


async def test_link_that_took_over_leaves_nothing_behind(stage: Stage) -> None:
    """The endpoint is off line when the link that superseded another one leaves."""
    owner, first, second = stage.owner(), stage.link(), stage.link()
    stage.leases.bind(first, Wanted("demo"), owner)
    stage.leases.bind(second, Wanted("demo"), owner)
    stage.leases.leave(second)
    assert (stage.leases.serving("demo"), stage.endpoint("demo").links) == (0, [])


async def test_pool_is_shared(stage: Stage) -> None:
    """Each that leaves leaves alone."""
    owner, links = stage.owner(), [stage.link(), stage.link()]
    for link in links:
        stage.leases.bind(link, Wanted("demo", pool=True), owner)
    assert stage.leases.serving("demo") == 2
    stage.leases.leave(links[0])
    assert list(stage.endpoint("demo").links) == [links[1]]


async def test_one_name_is_given_back(stage: Stage) -> None:
    """The others stay; giving back what is not served does nothing."""
    link, owner = stage.link(), stage.owner()
    for name in ("one", "two"):
        stage.leases.bind(link, Wanted(name), owner)
    for name in ("one", "one", "never"):
        stage.leases.unbind(link, name)
    assert [stage.leases.serving(name) for name in ("one", "two", "never")] == [0, 1, 0]


async def test_relay_chooses_the_token_s_name(stage: Stage) -> None:
    """In lower case; where another owner has it, a name nobody would choose."""
    assert stage.leases.bind(stage.link(), Wanted(""), stage.owner("Laptop")).name == "laptop"
    stage.leases.bind(stage.link(), Wanted("taken"), stage.owner("first"))
    stage.leases.bind(stage.link(), Wanted("second"), stage.owner("third"))
    assert stage.leases.bind(stage.link(), Wanted(""), stage.owner("second")).name == "free"


async def test_relay_chooses_another_name_for_a_second_tunnel(stage: Stage) -> None:
    """A link that serves its token's name already gets one more."""
    link, owner = stage.link(), stage.owner("laptop")
    assert [stage.leases.bind(link, Wanted(""), owner).name for _ in range(2)] == ["laptop", "taken"]


async def test_token_without_any_name_is_told(stage: Stage) -> None:
    """What it may do: ask for one that it is good for."""
    with pytest.raises(NameRefused, match="ask for one with --url"):
        stage.leases.bind(stage.link(), Wanted(""), stage.owner("narrow", "ci-*"))
