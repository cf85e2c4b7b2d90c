"""The server name that a TLS client asked for."""

import asyncio
import ssl
import sys
from typing import Any

import pytest
import uvloop

from relay_server.tls.context import make_context
from relay_server.tls.sni import remember_names, server_name
from tests.authority import Authority
from tests.relay_server.tls.conftest import ask, serving, trusting

LOOPS = pytest.mark.parametrize("factory", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])


async def names_seen(authority: Authority, *asked: str | None) -> list[str]:
    """Ask for some names and give what the server saw of each."""
    context = make_context(*authority.issue("*.example.test", "Example.test"))
    remember_names(context, lambda *_: None)
    client = trusting(authority.certificate)
    client.check_hostname = False
    async with serving(context) as port:
        return [(await ask(port, name, client))[0] for name in asked]


@LOOPS
def test_server_knows_the_name(authority: Authority, factory: Any) -> None:
    """On either loop the server knows the name, in lower case, and that there was none."""
    with asyncio.Runner(loop_factory=factory) as runner:
        seen = runner.run(names_seen(authority, "A.Example.TEST", "b.example.test", None))
    assert seen == ["a.example.test", "b.example.test", "None"]


def test_connection_without_tls_has_no_name() -> None:
    """What is no TLS connection of ours has no name."""
    assert (server_name(None), server_name(object())) == (None, None)


def test_name_that_is_no_text_ends_the_handshake_alone(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server name of stray bytes ends its own handshake with an alert, and nothing is kept of it."""
    told: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    context = make_context(*authority.issue("example.test"))
    remember_names(context, lambda *_: None)
    client, server = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = ssl._create_unverified_context().wrap_bio(ssl.MemoryBIO(), client, server_hostname="stray.example")  # noqa: S323
    with pytest.raises(ssl.SSLWantReadError):
        asking.do_handshake()
    answering = ssl.MemoryBIO()
    answering.write(client.read().replace(b"stray.example", b"\xff\xfe\xfdst.example"))
    with pytest.raises(ssl.SSLError):
        context.wrap_bio(answering, server, server_side=True).do_handshake()
    assert len(told) == 1
