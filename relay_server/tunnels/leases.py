"""Which client serves which endpoint at the moment."""

from collections.abc import Callable

from relay_server.endpoint import Endpoint
from relay_server.errors import NameRefused, Refusal
from relay_server.routes import Routes
from relay_server.tokens import Names, Owner
from shared.link import Link
from shared.protocol.codes import GoAwayCode
from shared.protocol.hello import Granted, Wanted


class Leases:
    """Binds links to endpoints. A name is its token's owner's; of that owner the newest link serves it."""

    def __init__(
        self, *, names: Names, routes: Routes, endpoint: Callable[[str], Endpoint], random_name: Callable[[], str]
    ) -> None:
        """Begin with no link bound.

        Args:
            names: whose a name is.
            routes: tells the public URLs.
            endpoint: gives the endpoint of a name, made and routed where it is new.
            random_name: gives a name nobody would choose, for clients that ask for none.
        """
        self._names = names
        self._routes = routes
        self._endpoint = endpoint
        self._random_name = random_name
        self._links: dict[str, list[Link]] = {}

    def bind(self, link: Link, wanted: Wanted, owner: Owner) -> Granted:
        """Let `link` serve what it wants; unless it asked for a pool, other links of the name are superseded.

        Raises:
            NameRefused: the owner may not have the name.
            sqlite3.Error: whose a name is cannot be noted now; nothing changed.
        """
        name = self._claim(wanted.name, owner, link)
        if not wanted.pool:
            for other in [holder for holder in self._links.get(name, ()) if holder is not link]:
                self._release(other, name)
                other.close(
                    GoAwayCode.SUPERSEDED,
                    f"another hookline with your token took over the name {name}: "
                    "stop that one, or give one of them another name with --url",
                )
        holders = self._links.setdefault(name, [])
        if link not in holders:
            holders.append(link)
        self._endpoint(name).attach(link)
        return Granted(name, self._routes.public_urls(name))

    def unbind(self, link: Link, name: str) -> None:
        """Let `link` serve `name` no more."""
        if link in self._links.get(name, ()):
            self._release(link, name)

    def leave(self, link: Link) -> None:
        """Let `link` serve nothing any more."""
        for name in [name for name, holders in self._links.items() if link in holders]:
            self._release(link, name)

    def serving(self, name: str) -> int:
        """Give how many links serve `name`."""
        return len(self._links.get(name, ()))

    def _release(self, link: Link, name: str) -> None:
        holders = self._links[name]
        holders.remove(link)
        if not holders:
            del self._links[name]
        self._endpoint(name).detach(link)

    def _claim(self, name: str, owner: Owner, link: Link) -> str:
        """Take a name for `link`; one that it did not choose is none that it has."""
        if name:
            self._names.claim(name, owner)
            return name
        why = "your link has them all"
        for candidate in (owner.name.lower(), *(self._random_name() for _ in range(3))):
            if link in self._links.get(candidate, ()):
                continue
            try:
                self._names.claim(candidate, owner)
            except NameRefused as refused:
                why = refused.sentence
            else:
                return candidate
        raise NameRefused(Refusal.NOT_GRANTED, f"no name could be chosen for you: ask for one with --url ({why})")
