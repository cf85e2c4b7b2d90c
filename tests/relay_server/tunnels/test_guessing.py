"""Whoever guesses tokens is slowed down, and nobody else."""

from ipaddress import ip_network
from pathlib import Path

import aiohttp
import pytest

from shared.protocol.codes import LINK_PATH, SUBPROTOCOL
from tests.doors import Door, Visitor, opened, visiting


async def knocks(door: Door, token: str, *, times: int = 1, sender: str = "") -> list[int]:
    """Knock with a token so often; give the statuses."""
    fields = {"Sec-WebSocket-Protocol": SUBPROTOCOL, "Authorization": f"Bearer {token}"}
    fields |= {"X-Forwarded-For": sender} if sender else {}
    seen = []
    async with aiohttp.ClientSession() as session:
        for _ in range(times):
            async with session.get(f"http://127.0.0.1:{door.port}{LINK_PATH}", headers=fields) as answer:
                seen.append(answer.status)
                assert (answer.status == 429) is ("Retry-After" in answer.headers)
    return seen


async def test_whoever_tries_tokens_has_to_wait(tmp_path: Path) -> None:
    """After ten bad tokens an address is told to come back later; what it says of others counts for nothing."""
    async with opened(tmp_path) as door:
        assert await knocks(door, "hkl_guess", times=10) == [401] * 10
        assert await knocks(door, "hkl_guess", sender="198.51.100.1") == [429]


async def test_good_token_is_let_in_whatever_others_tried(tmp_path: Path) -> None:
    """Guesses from an address lock nobody out who shares it."""
    async with opened(tmp_path) as door:
        assert (await knocks(door, "hkl_guess", times=11))[-1] == 429
        visitor = Visitor(door.dialer(door.tokens.create("laptop")))
        async with visiting(visitor):
            assert (await visitor.until(online=True)).online


@pytest.mark.parametrize(
    ("other", "status"), [("2001:db8::2", 429), ("2001:db8:0:1::1", 401), ("2001:db8::3, 127.0.0.2", 429)]
)
async def test_guesses_behind_a_trusted_proxy_are_their_sender_s(tmp_path: Path, other: str, status: int) -> None:
    """The proxy says who asks; of IPv6 a network is one sender."""
    async with opened(tmp_path, trusted=(ip_network("127.0.0.0/8"),)) as door:
        await knocks(door, "hkl_guess", times=10, sender="2001:db8::1")
        assert await knocks(door, "hkl_guess", sender=other) == [status]
