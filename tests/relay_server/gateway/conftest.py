"""Everything about the public door is tested on asyncio's own loop and on uvloop: both are served."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from typing import NamedTuple

import pytest
import uvloop

from relay_server.tls.sni import remember_names
from tests.authority import Authority


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run every test of this directory on both loops."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


class Contexts(NamedTuple):
    """TLS for both ends."""

    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture
def tls(authority: Authority) -> Contexts:
    """Give TLS as the relay uses it: it remembers the name that was asked for."""
    issued = authority.issue("relay.test", "*.relay.test", "127.0.0.1")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(issued.certificate, issued.key)
    remember_names(server, lambda *_: None)
    return Contexts(server, ssl.create_default_context(cafile=str(authority.certificate)))
