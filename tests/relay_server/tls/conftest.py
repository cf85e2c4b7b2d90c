"""A clock, a server with TLS, and a client that looks at its certificate."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from cryptography import x509

from relay_server.tls.sni import server_name


class Clock:
    """Tells the time that a test sets."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        """Give an aware time."""
        return self.now

    def pass_days(self, days: float) -> None:
        """Let time pass."""
        self.now += timedelta(days=days)


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands still."""
    return Clock()


class Names(asyncio.Protocol):
    """Answers each line with the server name that the client asked for."""

    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        # uvloop's TLS transport is no asyncio.Transport, though it has all its methods.
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer."""
        name = server_name(self.transport.get_extra_info("ssl_object"))
        self.transport.write(f"{name}\n".encode())


@asynccontextmanager
async def serving(context: ssl.SSLContext) -> AsyncIterator[int]:
    """Serve `Names` with TLS and give the port."""
    server = await asyncio.get_running_loop().create_server(Names, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def trusting(authority: Path) -> ssl.SSLContext:
    """Make a client's context that is as strict as the newest Pythons are by default."""
    context = ssl.create_default_context(cafile=authority)
    context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


async def ask(port: int, host: str | None, context: ssl.SSLContext) -> tuple[str, int]:
    """Connect, ask one line; give the answer and the serial number of the certificate that was served."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=host or "")
    try:
        writer.write(b"?\n")
        answer = (await reader.readline()).decode().strip()
        served = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        return answer, x509.load_der_x509_certificate(served).serial_number
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)
