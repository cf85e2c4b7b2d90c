"""Dials the relay once, and says in a sentence why it did not answer."""

import asyncio
import errno
import os
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import (
    InvalidHandshake,
    InvalidMessage,
    InvalidProxy,
    InvalidStatus,
    ProxyError,
    WebSocketException,
)
from websockets.http11 import Response
from websockets.proxy import get_proxy
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from client.relay.address import RelayAddress
from client.relay.reach import reach
from client.relay.transport import ClientTransport, LinkConnection
from shared.errors import LinkRefused
from shared.link.websocket import MOST_BYTES, give_up_on_silence
from shared.printable import printable_line
from shared.protocol.codes import SUBPROTOCOL

WRITE_HIGH_BYTES = 512 << 10
_DATES = (9, 10)
"""X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED."""
_NAMES = (62, 64)
"""X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH."""


class DialFailed(LinkRefused):
    """The relay was not reached, or said no. `final` where no later attempt can succeed."""


class _Connect(connect):
    """Follows no redirect: a relay sends none, and whoever does is not to get the token."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """Take a redirect for the answer that it is."""
        return exc


class _Problem(msgspec.Struct):
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Dialer:
    """Knows where and as whom to dial."""

    address: RelayAddress
    token: str
    product: str
    ca_file: Path | None = None
    """Certificates to trust instead of the system's, for a relay with a CA of its own."""
    timeout_seconds: float = 10.0

    def __repr__(self) -> str:
        """Hide the token."""
        return f"Dialer({self.address.url})"

    async def dial(self) -> ClientTransport:
        """Open a connection to the relay.

        Raises:
            DialFailed: it was not reached or said no.
        """
        tls = self._tls() if self.address.link_url.startswith("wss:") else None
        try:
            connection = await _Connect(
                self.address.link_url,
                sock=await self._reached(),
                server_hostname=self.address.host if tls is not None else None,
                create_connection=LinkConnection,
                subprotocols=[Subprotocol(SUBPROTOCOL)],
                additional_headers={"Authorization": f"Bearer {self.token}"},
                user_agent_header=self.product,
                compression=None,
                open_timeout=self.timeout_seconds,
                ping_interval=None,
                close_timeout=2.0,
                max_size=MOST_BYTES,
                write_limit=WRITE_HIGH_BYTES,
                ssl=tls,
            )
        except InvalidStatus as error:
            raise _refusal(self.address, error.response) from error
        except (OSError, WebSocketException) as error:
            raise _unreachable(self.address, error) from error
        assert isinstance(connection, LinkConnection)  # noqa: S101 - said by create_connection, lost by its type
        give_up_on_silence(connection.transport.get_extra_info("socket"))
        return ClientTransport(connection)

    async def _reached(self) -> socket.socket | None:
        """Give a socket that is connected to the relay; None: a proxy is in use, and the library goes through it."""
        uri = parse_uri(self.address.link_url)
        if get_proxy(uri) is not None:
            return None
        async with asyncio.timeout(self.timeout_seconds):
            # Names below `localhost` mean this machine (RFC 6761 section 6.3), and not every resolver knows.
            return await reach("localhost" if uri.host.endswith(".localhost") else uri.host, uri.port)

    def _tls(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:
            why = "it holds no certificate in PEM" if isinstance(error, ssl.SSLError) else os.strerror(error.errno or 0)
            raise DialFailed("bad-ca", f"{self.ca_file} cannot be used as the relay's CA: {why}", final=True) from error


def _refusal(address: RelayAddress, response: Response) -> DialFailed:
    """Put a plain HTTP answer into words."""
    status = response.status_code
    code = printable_line(response.headers.get("Hookline-Error", ""))
    try:
        problem = msgspec.json.decode(response.body or b"{}", type=_Problem)
    except msgspec.DecodeError:
        problem = _Problem()
    detail = printable_line(problem.detail)[:300]
    retry_after = _retry_after(response)
    if not code:
        return DialFailed(
            "not-a-relay",
            f"{address.url} answered {status}, but not as a hookline relay: check the address, "
            "or whether a proxy or login page stands in between",
            final=False,
            retry_after_seconds=retry_after,
        )
    final = status in (401, 403, 426)
    return DialFailed(code, f"{address.url} refused: {detail}", final=final, retry_after_seconds=retry_after)


def _retry_after(response: Response) -> float | None:
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else None


def _advice(error: ssl.SSLCertVerificationError) -> str:
    """Say what to do about a certificate, by OpenSSL's X509_V_ERR codes."""
    if error.verify_code in _DATES:
        return (
            f"this machine's clock says {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; if that is right, "
            "the relay's operator has to renew it"
        )
    if error.verify_code in _NAMES:
        return "it is for another host: check the relay's address, or whether this network's login page answers"
    return (
        "if the relay has a CA of its own, give its file with --relay-ca; else this network's login page "
        "or a proxy may be answering"
    )


def _unreachable(address: RelayAddress, error: Exception) -> DialFailed:
    """Put a failed connection into words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return DialFailed(
            "certificate",
            f"the certificate of {address.url} is not trusted ({printable_line(error.verify_message)}): "
            f"{_advice(error)}",
            final=True,
        )
    if isinstance(error, ssl.SSLError):
        return DialFailed("tls", f"no TLS with {address.url} ({error.reason}): does it serve plain HTTP?", final=False)
    if isinstance(error, socket.gaierror):
        unknown = error.errno == socket.EAI_NONAME
        sentence = f"{address.host} is not known to DNS: check the relay's address and your network"
        return DialFailed("dns" if unknown else "dns-down", sentence, final=False)
    if isinstance(error, TimeoutError):
        return DialFailed("timeout", f"{address.url} did not answer in time", final=False)
    if isinstance(error, ConnectionRefusedError) or getattr(error, "errno", None) == errno.ECONNREFUSED:
        return DialFailed("refused", f"nothing listens at {address.url}: is the relay running?", final=False)
    if isinstance(error, ProxyError | InvalidProxy):
        return DialFailed("proxy", f"the proxy on the way to {address.url} refused: {error}", final=False)
    if isinstance(error, InvalidMessage | InvalidHandshake):
        return DialFailed("not-a-relay", f"{address.url} does not answer as a hookline relay ({error})", final=False)
    number = getattr(error, "errno", None)
    why = os.strerror(number).lower() if number else printable_line(str(error))
    return DialFailed("unreachable", f"{address.url} cannot be reached: {why}", final=False)
