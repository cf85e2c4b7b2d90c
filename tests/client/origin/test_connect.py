"""Connections that are opened, and those that cannot be."""

import asyncio
import socket
import ssl
from contextlib import ExitStack
from pathlib import Path

import pytest

from client.origin.address import OriginAddress
from client.origin.connect import Dialer, tls_context
from shared.errors import ExchangeFailed, Failure
from tests.authority import Authority
from tests.origins import OK, Caller, origin


class Near(asyncio.Protocol):
    """The near end of a connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep it."""
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]


def dialer(address: str, *, connect_seconds: float = 5, tls: ssl.SSLContext | None = None) -> Dialer:
    """Give a dialer for an address as it is typed."""
    return Dialer(OriginAddress.parse(address), connect_seconds=connect_seconds, tls=tls)


async def reached(dialing: Dialer) -> tuple[str, int]:
    """Dial, hang up, and give the far end's address."""
    near = await dialing.dial(Near)
    peer = near.transport.get_extra_info("peername")
    near.transport.abort()
    await asyncio.sleep(0.01)
    return str(peer[0]), int(peer[1])


async def failed(dialing: Dialer) -> ExchangeFailed:
    """Dial in vain; give the failure."""
    with pytest.raises(ExchangeFailed) as raised:
        await dialing.dial(Near)
    assert raised.value.delivered == "no"
    return raised.value


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_localhost_is_found_in_both_families(host: str) -> None:
    """An app that listens on one of localhost's addresses is found there, and found again."""
    async with origin(OK, host=host) as app:
        dialing = dialer(str(app.port))
        assert await reached(dialing) == (host, app.port)
        assert await reached(dialing) == (host, app.port)
    assert app.connections == 2


async def test_localhost_that_moved_to_the_other_family(free_port: int) -> None:
    """An app that is restarted on the other address is found there."""
    dialing = dialer(str(free_port))
    for host, family in (("::1", socket.AF_INET6), ("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)):
        with socket.create_server((host, free_port), family=family):
            assert await reached(dialing) == (host, free_port)


async def test_refused_names_both_addresses(free_port: int) -> None:
    """A refusal says what was tried."""
    error = await failed(dialer(str(free_port)))
    assert error.failure is Failure.ORIGIN_REFUSED
    assert error.detail == f"tried 127.0.0.1:{free_port} refused · [::1]:{free_port} refused"


async def test_name_is_looked_up() -> None:
    """A name is asked of the system, and its addresses are tried."""
    async with origin(OK) as app:
        assert await reached(dialer(f"127.1:{app.port}")) == ("127.0.0.1", app.port)


async def test_number_is_dialled_as_it_is(free_port: int) -> None:
    """A numeric address is tried alone."""
    error = await failed(dialer(f"127.0.0.1:{free_port}"))
    assert error.detail == f"tried 127.0.0.1:{free_port} refused"


async def test_name_that_does_not_exist() -> None:
    """A name that nobody knows is told from an app that is not running."""
    impossible = ".".join(["a" * 60] * 5)
    error = await failed(dialer(f"http://{impossible}:3000"))
    assert error.failure is Failure.ORIGIN_DNS
    assert error.detail.startswith(f"the name {impossible} was not found (")


async def test_socket_that_does_not_exist(tmp_path: Path) -> None:
    """A missing socket means that the app is not running."""
    error = await failed(dialer(f"unix:{tmp_path / 'app.sock'}"))
    assert error.failure is Failure.ORIGIN_REFUSED
    assert error.detail == f"tried {tmp_path / 'app.sock'} no such socket"


async def test_socket_whose_queue_is_full(tmp_path: Path) -> None:
    """An app that accepts nothing any more on its Unix socket is told from one that is not running."""
    path = str(tmp_path / "app.sock")
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as caller:
        listener.bind(path)
        listener.listen(0)
        caller.connect(path)
        error = await failed(dialer(f"unix:{path}"))
    assert error.failure is Failure.ORIGIN_UNREACHABLE
    assert error.detail == f"tried {path} resource temporarily unavailable"


async def test_app_that_accepts_nothing() -> None:
    """Where no answer comes at all, the time to connect runs out."""
    with socket.socket() as listener, ExitStack() as callers:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listener.getsockname())
        error = await failed(dialer(f"127.0.0.1:{listener.getsockname()[1]}", connect_seconds=0.1))
    assert error.failure is Failure.ORIGIN_CONNECT_TIMEOUT
    assert error.detail.endswith("no answer")


async def test_address_that_cannot_be_reached() -> None:
    """Where the system refuses to send, the app is unreachable."""
    error = await failed(dialer("255.255.255.255:9"))
    assert error.failure is Failure.ORIGIN_UNREACHABLE


async def silent(caller: Caller) -> None:
    """Accept, and say nothing."""
    await caller.left()


async def test_handshake_that_does_not_end() -> None:
    """The time to connect includes TLS."""
    async with origin(silent) as app:
        error = await failed(
            dialer(f"https://127.0.0.1:{app.port}", connect_seconds=0.05, tls=tls_context(insecure=True))
        )
    assert error.failure is Failure.ORIGIN_CONNECT_TIMEOUT
    assert error.detail.startswith(f"no connection to https://127.0.0.1:{app.port} within 0.05 s: tried ")


async def test_app_that_does_not_speak_tls() -> None:
    """An `https` address of an `http` app is recognised."""

    async def plain(caller: Caller) -> None:
        """Answer the handshake in plain HTTP."""
        await caller.reader.read(100)
        await caller.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await caller.left()

    async with origin(plain) as app:
        error = await failed(dialer(f"https://127.0.0.1:{app.port}", tls=tls_context(insecure=True)))
    assert error.failure is Failure.ORIGIN_TLS
    assert error.detail == f"https://127.0.0.1:{app.port} does not speak TLS; is it http://?"


async def test_app_that_hangs_up_in_the_handshake() -> None:
    """An app that breaks TLS off says so."""

    async def leaving(caller: Caller) -> None:
        """Hang up."""
        await caller.reader.read(100)

    async with origin(leaving) as app:
        error = await failed(dialer(f"https://127.0.0.1:{app.port}", tls=tls_context(insecure=True)))
    assert error.failure is Failure.ORIGIN_TLS
    assert "broke off while the connection was made" in error.detail


async def test_app_that_objects_to_the_handshake() -> None:
    """What the app's TLS objects to is said in its words."""

    async def objecting(caller: Caller) -> None:
        """Send the alert `handshake_failure`."""
        await caller.reader.read(100)
        await caller.send(b"\x15\x03\x03\x00\x02\x02\x28")
        await caller.left()

    async with origin(objecting) as app:
        error = await failed(dialer(f"https://127.0.0.1:{app.port}", tls=tls_context(insecure=True)))
    assert error.failure is Failure.ORIGIN_TLS
    assert "handshake failure" in error.detail


@pytest.mark.parametrize(("names", "expired"), [(["other.test"], False), (["localhost"], True)])
async def test_certificate_that_is_not_accepted(authority: Authority, names: list[str], *, expired: bool) -> None:
    """A certificate for another name, or out of its time, is refused with its reason and the way out."""
    issued = authority.issue(*names, expired=expired)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(issued.certificate, issued.key)
    trusted = ssl.create_default_context(cafile=authority.certificate)
    async with origin(OK, tls=served) as app:
        error = await failed(dialer(f"https://localhost:{app.port}", tls=trusted))
    assert error.failure is Failure.ORIGIN_TLS
    assert error.detail.startswith(f"the certificate of https://localhost:{app.port} is not accepted: ")
    assert error.detail.endswith("; --insecure-origin accepts any")
