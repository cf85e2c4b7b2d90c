"""What a client does when its relay does not answer, or not as one."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from client.exits import Exit, exit_code
from client.relay import Dialer, DialFailed, RelayAddress
from client.relay.backoff import Backoff
from shared.errors import LinkRefused
from shared.protocol.hello import Granted
from tests.doors import Visitor, visiting
from tests.waiting import settled


@asynccontextmanager
async def site(answer: web.Response) -> AsyncIterator[RelayAddress]:
    """Serve the same answer to everybody."""

    async def handle(_request: web.Request) -> web.Response:
        """Answer everybody alike."""
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)  # one serves one request

    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", handle)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield RelayAddress.parse(f"http://127.0.0.1:{runner.addresses[0][1]}")
    finally:
        await runner.cleanup()


def unused_port() -> int:
    """Give a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_nothing_listens() -> None:
    """A refused connection is told as what it is, and may be tried again."""
    dialer = Dialer(RelayAddress.parse(f"http://127.0.0.1:{unused_port()}"), "hkl_x", "test")
    with pytest.raises(DialFailed) as caught:
        await dialer.dial()
    assert (caught.value.code, caught.value.final) == ("refused", False)
    assert "is the relay running?" in caught.value.detail


async def test_unknown_host_ends_the_first_try() -> None:
    """A name that DNS does not know is a mistyped address, not a passing fault."""
    visitor = Visitor(Dialer(RelayAddress.parse("https://no-such-relay.invalid"), "hkl_x", "test"))
    with pytest.raises(DialFailed) as caught:
        await visitor.tether.run()
    assert "no-such-relay.invalid" in caught.value.detail


@pytest.mark.parametrize("status", [200, 302, 404, 500])
async def test_what_is_no_relay_is_said_so(status: int) -> None:
    """A login page, a proxy or another server is not taken for a relay."""
    async with site(web.Response(status=status, text="<html>hello")) as address:
        visitor = Visitor(Dialer(address, "hkl_x", "test"))
        with pytest.raises(DialFailed) as caught:
            await visitor.tether.run()
    assert (caught.value.code, "not as a hookline relay" in caught.value.detail) == ("not-a-relay", True)


@pytest.mark.parametrize("own", [{"Hookline-Error": "draining"}, {}], ids=["relay", "proxy"])
async def test_retry_after_is_honoured(own: dict[str, str]) -> None:
    """What the relay, or a proxy in front of it, asks for is how long the client waits."""
    headers = {**own, "Retry-After": "7"}
    async with site(web.json_response({"detail": "restarting"}, status=503, headers=headers)) as address:
        with pytest.raises(DialFailed) as caught:
            await Dialer(address, "hkl_x", "test").dial()
    assert (caught.value.retry_after_seconds, caught.value.final) == (7.0, False)


async def test_hostile_refusal_is_made_printable() -> None:
    """What a stranger answers never steers the terminal."""
    evil = {"detail": "\x1b]52;c;eA==\x07" + "x" * 5000}
    async with site(web.json_response(evil, status=401, headers={"Hookline-Error": "bad-token"})) as address:
        with pytest.raises(DialFailed) as caught:
            await Dialer(address, "hkl_x", "test").dial()
    assert ("\x1b" in caught.value.detail, len(caught.value.detail) < 500) == (False, True)


async def test_broken_ca_file_is_named(tmp_path: Path) -> None:
    """A CA file that is none is told by its name."""
    (tmp_path / "ca.pem").write_text("not a certificate")
    dialer = Dialer(RelayAddress.parse("https://127.0.0.1:1"), "hkl_x", "test", tmp_path / "ca.pem")
    with pytest.raises(DialFailed) as caught:
        await dialer.dial()
    assert (caught.value.code, "ca.pem" in caught.value.detail) == ("bad-ca", True)


def test_token_is_not_in_the_dialers_words() -> None:
    """A dialer that is logged or shown in a traceback does not tell the token."""
    dialer = Dialer(RelayAddress.parse("https://relay.test"), "hkl_secret", "test")
    assert "hkl_secret" not in repr(dialer)


async def test_relay_that_accepts_and_closes_is_dialled_ever_more_rarely() -> None:
    """Each dial of a relay that greets nobody is followed by a wait of twice the length."""
    dials = 0

    async def close(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hang up."""
        nonlocal dials
        dials += 1
        writer.close()

    server = await asyncio.start_server(close, "127.0.0.1", 0)
    address = RelayAddress.parse(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    visitor = Visitor(Dialer(address, "hkl_x", "test"))
    visitor.tether._granted = (Granted("demo", ()),)  # had a link before, so that it does not give up
    async with visiting(visitor):
        await settled(lambda: len(visitor.states) >= 5)
        assert dials - len(visitor.states) in (0, 1)  # the next one may be under way
    server.close()
    backoff = Backoff(random=lambda: 0.5)
    waits = [state.wait_seconds for state in visitor.states]
    assert waits == [backoff.next_seconds() for _ in waits]
    assert waits == sorted(waits)


async def test_token_that_ended_meanwhile_is_told_as_revoked() -> None:
    """Who had a link and is let in no more has lost the token: the client stops, with the exit code for that."""
    headers = {"Hookline-Error": "bad-token"}
    async with site(web.json_response({"detail": "unknown token"}, status=401, headers=headers)) as address:
        visitor = Visitor(Dialer(address, "hkl_x", "test"))
        visitor.tether._granted = (Granted("demo", ()),)
        with pytest.raises(LinkRefused) as caught:
            await visitor.tether.run()
    assert (caught.value.code, exit_code(caught.value)) == ("revoked", Exit.GONE)


async def test_login_page_in_the_way_does_not_end_a_client_that_had_a_link() -> None:
    """A laptop that wakes up in a hotel goes on dialling until the page is gone."""
    async with site(web.Response(status=404, text="<html>please log in")) as address:
        visitor = Visitor(Dialer(address, "hkl_x", "test"))
        visitor.tether._granted = (Granted("demo", ()),)
        async with visiting(visitor):
            await settled(lambda: len(visitor.states) > 2)
    assert {state.online for state in visitor.states} == {False}
    assert "login page" in visitor.states[-1].sentence
