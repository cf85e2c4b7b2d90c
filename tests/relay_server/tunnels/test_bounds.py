"""What the holder of one token may take, and what becomes of clients while the file of tokens fails."""

from pathlib import Path

import aiohttp
import pytest

from relay_server.tunnels import entrance
from relay_server.tunnels.member import BINDS_AT_ONCE
from shared.errors import LinkRefused
from shared.protocol.codes import LINK_PATH, SUBPROTOCOL
from shared.protocol.hello import Wanted
from tests.doors import Door, Visitor, opened, visiting


async def knock(door: Door, token: str) -> tuple[int, str]:
    """Knock with a token; give the status and the code of the refusal."""
    fields = {"Sec-WebSocket-Protocol": SUBPROTOCOL, "Authorization": f"Bearer {token}"}
    url = f"http://127.0.0.1:{door.port}{LINK_PATH}"
    async with aiohttp.ClientSession() as session, session.get(url, headers=fields) as answer:
        return answer.status, answer.headers["Hookline-Error"]


async def test_link_that_asks_again_and_again_is_slowed_down(tmp_path: Path) -> None:
    """Endpoints asked for and given back in a row do not keep the disk busy; the link stays."""
    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop")))
        async with visiting(visitor):
            await visitor.until(online=True)
            for number in range(BINDS_AT_ONCE):
                await visitor.tether.bind(Wanted(f"n{number}"), lambda _granted: None)
                visitor.tether.unbind(f"n{number}")
            with pytest.raises(LinkRefused, match="try again in a moment") as caught:
                await visitor.tether.bind(Wanted("more"), lambda _granted: None)
            assert (caught.value.code, caught.value.final) == ("too-many", False)
            assert (door.names.owner("more"), len(door.entrance.members)) == (None, 1)


async def test_token_lets_so_many_clients_in_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more is told why, before any upgrade; other tokens are not concerned."""
    monkeypatch.setattr(entrance, "LINKS_PER_OWNER", 2)
    async with opened(tmp_path) as door:
        token = door.tokens.create("laptop")
        one, two = (Visitor(door.dialer(token), Wanted(name)) for name in ("one", "two"))
        other = Visitor(door.dialer(door.tokens.create("other")), Wanted("other"))
        async with visiting(one, two):
            await one.until(online=True)
            await two.until(online=True)
            assert await knock(door, token) == (429, "too-many")
            async with visiting(other):
                await other.until(online=True)


async def test_name_that_cannot_be_noted_is_refused_for_now(tmp_path: Path) -> None:
    """A full disk ends no link: the client is told, and may ask again."""
    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop")))
        async with visiting(visitor):
            await visitor.until(online=True)
            door.store.execute("PRAGMA query_only = ON")
            with pytest.raises(LinkRefused, match="cannot note names now") as caught:
                await visitor.tether.bind(Wanted("more"), lambda _granted: None)
            assert (caught.value.code, caught.value.final) == ("unavailable", False)
            door.store.execute("PRAGMA query_only = OFF")
            assert (await visitor.tether.bind(Wanted("more"), lambda _granted: None)).name == "more"


async def test_token_that_cannot_be_looked_up_is_not_called_bad(tmp_path: Path) -> None:
    """A file that cannot be read is the relay's fault: the client comes back."""
    async with opened(tmp_path) as door:
        token = door.tokens.create("laptop")
        door.store.execute("ALTER TABLE tokens RENAME TO elsewhere")
        assert await knock(door, token) == (503, "unavailable")


async def test_client_comes_back_when_names_can_be_noted_again(tmp_path: Path) -> None:
    """A refusal for now, in the greeting, ends no client."""
    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop")))
        door.store.execute("PRAGMA query_only = ON")
        async with visiting(visitor):
            assert "cannot note names" in (await visitor.until(online=False)).sentence
            door.store.execute("PRAGMA query_only = OFF")
            assert (await visitor.until(online=True)).online
