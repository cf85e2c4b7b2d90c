"""Opens connections to the app, and says in words why one cannot be opened."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable
from typing import TypeVar

from client.origin.address import OriginAddress
from client.race import Candidate, Outcomes, alternated, race
from shared.errors import ExchangeFailed, Failure
from shared.printable import printable_line

_P = TypeVar("_P", bound=asyncio.BaseProtocol)

_GOODBYE_SECONDS = 1.0
"""How long a closed connection waits for the app's own end of TLS."""
_LOCALHOST = ("localhost", "localhost.")
"""Both loopback addresses without asking anybody (RFC 6761 section 6.3): many an app listens on one of them only."""


def tls_context(*, insecure: bool) -> ssl.SSLContext:
    """Give the settings for an app that speaks TLS: verified against the system's authorities unless `insecure`."""
    context = ssl.create_default_context()
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return context


class Dialer:
    """Dials one address, and never another: no proxy, no redirect."""

    def __init__(self, address: OriginAddress, *, connect_seconds: float, tls: ssl.SSLContext | None) -> None:
        """Dial `address`.

        Args:
            address: where the app listens.
            connect_seconds: until the connection stands, TLS included.
            tls: how to speak TLS; needed if the address is `https`.
        """
        self._address = address
        self._connect_seconds = connect_seconds
        self._tls = tls if address.scheme == "https" else None
        self._preferred = socket.AF_INET

    async def dial(self, new_protocol: Callable[[], _P]) -> _P:
        """Open a connection.

        Raises:
            ExchangeFailed: `origin-refused`, `-unreachable`, `-dns`, `-connect-timeout` or `-tls`; the detail tells
                what was tried.
        """
        outcomes: Outcomes = {}
        try:
            async with asyncio.timeout(self._connect_seconds):
                sock = await race(await self._candidates(), outcomes)
                if sock is None:
                    raise ExchangeFailed(_failure(outcomes), _told(outcomes), delivered="no")
                self._preferred = sock.family
                return await self._speak(sock, new_protocol)
        except TimeoutError:
            detail = f"no connection to {self._address.url} within {self._connect_seconds:g} s: {_told(outcomes)}"
            raise ExchangeFailed(Failure.ORIGIN_CONNECT_TIMEOUT, detail, delivered="no") from None

    async def _candidates(self) -> list[Candidate]:
        address = self._address
        if address.scheme == "unix":
            return [Candidate(socket.AF_UNIX, address.path)]
        if address.host in _LOCALHOST:
            both = [
                Candidate(socket.AF_INET, ("127.0.0.1", address.port)),
                Candidate(socket.AF_INET6, ("::1", address.port)),
            ]
            return sorted(both, key=lambda candidate: candidate.family != self._preferred)
        if (family := _numeric_family(address.host)) is not None:
            return [Candidate(family, (address.host, address.port))]
        try:
            loop = asyncio.get_running_loop()
            found = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            detail = f"the name {address.host} was not found ({_words(error)})"
            raise ExchangeFailed(Failure.ORIGIN_DNS, detail, delivered="no") from None
        return alternated([Candidate(family, (str(sockaddr[0]), address.port)) for family, *_, sockaddr in found])

    async def _speak(self, sock: socket.socket, new_protocol: Callable[[], _P]) -> _P:
        loop = asyncio.get_running_loop()
        try:
            if sock.family == socket.AF_UNIX:
                _, protocol = await loop.create_unix_connection(new_protocol, sock=sock)
            elif self._tls is None:
                _, protocol = await loop.create_connection(new_protocol, sock=sock)
            else:
                host = self._address.host.removesuffix(".")
                _, protocol = await loop.create_connection(
                    new_protocol, sock=sock, ssl=self._tls, server_hostname=host, ssl_shutdown_timeout=_GOODBYE_SECONDS
                )
        except TimeoutError:
            sock.close()
            raise
        except OSError as error:
            sock.close()
            raise self._broken_off(error) from None
        except BaseException:
            sock.close()
            raise
        return protocol

    def _broken_off(self, error: OSError) -> ExchangeFailed:
        url = self._address.url
        if isinstance(error, ssl.SSLCertVerificationError):
            detail = f"the certificate of {url} is not accepted: {error.verify_message}; --insecure-origin accepts any"
        elif isinstance(error, ssl.SSLError) and error.reason == "WRONG_VERSION_NUMBER":
            detail = f"{url} does not speak TLS; is it http://?"
        else:
            detail = f"{url} broke off while the connection was made ({_words(error)})"
        failure = Failure.ORIGIN_TLS if self._tls is not None else Failure.ORIGIN_UNREACHABLE
        return ExchangeFailed(failure, detail, delivered="no")


def _numeric_family(host: str) -> socket.AddressFamily | None:
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        return None
    return socket.AF_INET if version == 4 else socket.AF_INET6  # noqa: PLR2004 - the protocol's own name


def _failure(outcomes: Outcomes) -> Failure:
    """Give the kind of failure: refused if anybody was there to refuse."""
    errors = list(outcomes.values())
    if any(isinstance(error, ConnectionRefusedError | FileNotFoundError) for error in errors):
        return Failure.ORIGIN_REFUSED
    if any(isinstance(error, TimeoutError) for error in errors):
        return Failure.ORIGIN_CONNECT_TIMEOUT
    return Failure.ORIGIN_UNREACHABLE


def _told(outcomes: Outcomes) -> str:
    words = (f"{candidate} {_words(error) if error else 'no answer'}" for candidate, error in outcomes.items())
    return printable_line("tried " + " · ".join(words)) if outcomes else "the name was still being looked up"


def _words(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, FileNotFoundError):
        return "no such socket"
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.lower().replace("_", " ")
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[:1].lower() + error.strerror[1:]
    return str(error) or type(error).__name__
