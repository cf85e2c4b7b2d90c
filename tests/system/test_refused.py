"""Whom the relay does not serve, and what relay is none: one sentence and the right exit code."""

import asyncio
import ssl

import pytest

from tests.authority import Authority
from tests.system.app import App
from tests.system.supervisor import NAME, Client, Relay, Supervisor, free_port
from tests.system.tools import curl
from tests.system.words import FAILED, GONE, MISUSED, REFUSED, http, sentence

pytestmark = pytest.mark.system


async def test_wrong_token_is_refused(supervisor: Supervisor, relay: Relay) -> None:
    """A token that the relay does not know ends the client with the reason and what to do."""
    done = await supervisor.run("client", "hookline", *http(relay, 3000), HOOKLINE_TOKEN="hkl_" + "a" * 52)
    assert done.code in {REFUSED, GONE}, done.text
    assert "token" in sentence(done)


async def test_missing_token_is_asked_for(supervisor: Supervisor, relay: Relay) -> None:
    """Without a token the user is told to log in."""
    done = await supervisor.run("client", "hookline", *http(relay, 3000))
    assert done.code == MISUSED, done.text
    assert "hookline login" in sentence(done)


async def test_login_with_a_wrong_token_is_refused(supervisor: Supervisor, relay: Relay) -> None:
    """`hookline login` tries the token before it keeps it."""
    words = ("login", relay.url, "--relay-ca", relay.ca)
    done = await supervisor.run("client", "hookline", *words, stdin="hkl_" + "b" * 52 + "\n")
    assert done.code == REFUSED, done.text
    assert "token" in sentence(done)
    assert not list(supervisor.home("client").rglob("credentials*"))


async def test_unknown_relay_is_named(supervisor: Supervisor) -> None:
    """A relay that nothing answers for is named, with the address that was tried."""
    port = free_port()
    words = ("login", f"http://localhost:{port}")
    done = await supervisor.run("client", "hookline", *words, stdin="hkl_x\n")
    assert done.code == FAILED, done.text
    assert str(port) in sentence(done)


async def test_relay_that_is_no_relay_is_told_apart(supervisor: Supervisor, app: App) -> None:
    """A web server that is no relay is not taken for one."""
    words = (
        "http",
        3000,
        "--relay",
        app.url,
        "--url",
        NAME,
        "--ui",
        "lines",
        "--inspect-addr",
        f"127.0.0.1:{free_port()}",
    )
    program = supervisor.start("client", "hookline", *words, HOOKLINE_TOKEN="hkl_x")
    await program.says(r"not as a hookline relay")


async def test_unknown_authority_is_explained(supervisor: Supervisor, relay: Relay, token: str) -> None:
    """A certificate that nobody vouches for stops the client, and `--relay-ca` is offered."""
    relay.ca = None
    done = await supervisor.run("client", "hookline", *http(relay, 3000), HOOKLINE_TOKEN=token)
    assert done.code in {REFUSED, GONE, FAILED}, done.text
    assert "--relay-ca" in sentence(done)


async def test_expired_certificate_is_explained(supervisor: Supervisor, authority: Authority) -> None:
    """An expired certificate is called that, by the relay that has it and by the client that is shown it."""
    issued = authority.issue("localhost", expired=True)
    words = ("serve", "--data-dir", supervisor.home("relay"), "--domain", "localhost", "--listen", "127.0.0.1:0")
    files = ("--tls", "files", "--cert", issued.certificate, "--key", issued.key)
    done = await supervisor.run("relay", "hookline-relay", *words, *files)
    assert (done.code, "expired" in sentence(done)) == (FAILED, True), done.text
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(issued.certificate, issued.key)
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        url = f"https://localhost:{server.sockets[0].getsockname()[1]}"
        trust = ("--relay-ca", authority.certificate)
        done = await supervisor.run("client", "hookline", "login", url, *trust, stdin="hkl_x\n")
    assert done.code in {REFUSED, GONE, FAILED}, done.text
    assert "expired" in sentence(done)


async def test_name_of_another_owner_is_refused(supervisor: Supervisor, relay: Relay, client: Client, app: App) -> None:
    """A name stays its first owner's: another token is told so, and the first client goes on."""
    other = await supervisor.token("stranger")
    done = await supervisor.run("other", "hookline", *http(relay, 3000), HOOKLINE_TOKEN=other)
    assert done.code in {REFUSED, GONE}, done.text
    assert NAME in sentence(done)
    assert (await client.get("/api/status"))["link"] == "online"


async def test_name_outside_the_grant_is_refused(supervisor: Supervisor, relay: Relay) -> None:
    """A token for some names opens no other."""
    token = await supervisor.token("narrow", "--names", "ci-*")
    done = await supervisor.run("client", "hookline", *http(relay, 3000), HOOKLINE_TOKEN=token)
    assert done.code in {REFUSED, GONE}, done.text
    assert NAME in sentence(done)


async def test_name_that_is_none_is_refused(supervisor: Supervisor, relay: Relay, token: str) -> None:
    """A name that no host can have is called that."""
    done = await supervisor.run("client", "hookline", *http(relay, 3000, name="no_name!"), HOOKLINE_TOKEN=token)
    assert done.code in {MISUSED, REFUSED}, done.text
    assert "no_name!" in sentence(done)


async def test_second_client_takes_the_name_over(
    supervisor: Supervisor, relay: Relay, client: Client, token: str, app: App
) -> None:
    """The same owner's second client gets the name at once; the first is told and does not fight for it."""
    second = await supervisor.client(relay, app.port, token=token, role="second")
    ended = await client.program.ended()
    assert ended.code in {REFUSED, GONE}, ended.text
    assert NAME in ended.text
    done = await curl(relay, "/hooks", "--data", "x", "--write-out", "%{http_code}")
    assert done.out == "200", done.err
    assert (await second.get("/api/status"))["link"] == "online"
