"""What one dial meets that is no relay of ours: certificates, redirects, silence."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from client.relay import Dialer, DialFailed, RelayAddress
from tests.authority import Authority
from tests.system.listening import listening

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def serving(serve: Serve, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[RelayAddress]:
    """Serve connections on a port of their own."""
    scheme = "http" if tls is None else "https"
    async with listening(serve, tls=tls) as port:
        yield RelayAddress.parse(f"{scheme}://localhost:{port}")


async def _hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


def _tls(authority: Authority, *names: str, expired: bool = False) -> ssl.SSLContext:
    issued = authority.issue(*names, expired=expired)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.certificate, issued.key)
    return context


async def _refused(address: RelayAddress, authority: Authority | None = None, seconds: float = 5.0) -> DialFailed:
    ca = None if authority is None else authority.certificate
    with pytest.raises(DialFailed) as caught:
        await Dialer(address, "hkl_x", "test", ca, timeout_seconds=seconds).dial()
    return caught.value


async def test_names_below_localhost_are_this_machine(authority: Authority) -> None:
    """Whatever the resolver knows of them (RFC 6761 section 6.3); the certificate must be for the name all the same."""
    async with serving(_hang_up, tls=_tls(authority, "localhost")) as address:
        named = RelayAddress.parse(address.url.replace("localhost", "demo.localhost"))
        failed = await _refused(named, authority)
    assert (failed.code, "another host" in failed.detail) == ("certificate", True)


async def test_expired_certificate_names_this_machines_clock(authority: Authority) -> None:
    """Whose clock is a year off reads what it says, and what else it may be."""
    async with serving(_hang_up, tls=_tls(authority, "localhost", expired=True)) as address:
        failed = await _refused(address, authority)
    assert (failed.code, failed.final) == ("certificate", True)
    assert "this machine's clock says 20" in failed.detail


@pytest.mark.parametrize(
    ("names", "trusted", "advice"), [(("relay.test",), True, "another host"), (("localhost",), False, "--relay-ca")]
)
async def test_certificate_that_is_not_trusted_is_explained(
    authority: Authority, names: tuple[str, ...], trusted: bool, advice: str
) -> None:
    """For another host, or of an authority that nobody told us of."""
    async with serving(_hang_up, tls=_tls(authority, *names)) as address:
        failed = await _refused(address, authority if trusted else None)
    assert (failed.code, failed.final, advice in failed.detail) == ("certificate", True, True)


@pytest.mark.parametrize(
    "location", [b"http://login.test/", b"https://login.test/", b"wss://login.test/", b"::bad::", b"/again"]
)
async def test_redirect_is_not_followed(location: bytes) -> None:
    """A login page that redirects does not get the token, and is told as what it is."""
    heads: list[bytes] = []

    async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send whoever comes elsewhere."""
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with serving(redirect) as address:
        failed = await _refused(address)
    assert (failed.code, failed.final, len(heads)) == ("not-a-relay", False, 1)
    assert "login page" in failed.detail


async def test_relay_that_accepts_and_closes_is_told() -> None:
    """An empty answer is no relay's, and another try may find one."""
    async with serving(_hang_up) as address:
        failed = await _refused(address)
    assert failed.final is False


async def test_silence_is_given_up() -> None:
    """A host that accepts and says nothing costs the time of one dial."""

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Say nothing."""
        await reader.read()
        writer.close()

    async with serving(silent) as address:
        failed = await _refused(address, seconds=0.2)
    assert (failed.code, failed.final) == ("timeout", False)


async def test_plain_http_on_a_tls_address_is_told() -> None:
    """TLS with a server that speaks plain HTTP."""

    async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer in plain HTTP."""
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with serving(page) as address:
        failed = await _refused(RelayAddress.parse(address.url.replace("http://", "https://")))
    assert (failed.code, "plain HTTP?" in failed.detail) == ("tls", True)
