"""Where an app may be, and a relay that a client brings itself."""

import ssl

import pytest

from tests.authority import Authority
from tests.system.app import App, serving
from tests.system.history import deliveries
from tests.system.sender import Sender
from tests.system.supervisor import Client, Relay, Supervisor, free_port
from tests.system.tools import run

pytestmark = pytest.mark.system

LINE_BYTES = 5 * 1024 * 1024


async def test_app_on_a_unix_socket_is_reached(supervisor: Supervisor, relay: Relay, token: str) -> None:
    """`unix:/path` leads to an app that listens there."""
    path = supervisor.directory / "app.sock"
    async with serving(path=path) as app:
        await supervisor.client(relay, f"unix:{path}", token=token)
        sent = await Sender(relay.plain_port, "demo.localhost").send(b"x")
    assert (sent.status, len(app.journal)) == (200, 1)


@pytest.mark.parametrize("options", [(), ("--insecure-origin",)])
async def test_app_with_its_own_certificate_needs_consent(
    supervisor: Supervisor, relay: Relay, token: str, authority: Authority, options: tuple[str, ...]
) -> None:
    """An https app whose certificate nobody vouches for is 502 `origin-tls`, unless `--insecure-origin` is said."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    issued = authority.issue("localhost")
    context.load_cert_chain(issued.certificate, issued.key)
    async with serving(tls=context) as app:
        await supervisor.client(relay, f"https://localhost:{app.port}", *options, token=token)
        sent = await Sender(relay.plain_port, "demo.localhost").send(b"x")
    assert sent.response is not None
    assert (sent.status, sent.response.first(b"hookline-error")) == ((200, None) if options else (502, b"origin-tls"))


async def test_single_line_of_five_mib_passes_and_harms_nothing(relay: Relay, client: Client, app: App) -> None:
    """A line of 5 MiB is delivered, kept and listed; the next delivery is as quick as ever."""
    line = b'{"a":"' + b"y" * LINE_BYTES + b'"}'
    sender = Sender(relay.plain_port, "demo.localhost")
    assert (await sender.send(line, fields=[(b"Content-Type", b"application/json")])).status == 200
    after = await sender.send(b"x")
    assert after.status == 200
    assert after.seconds < 1
    assert [summary["size_bytes"] for summary in await deliveries(client)] == [len(line), 1]
    assert all(len(line) < 2000 for line in client.program.text.splitlines())


@pytest.mark.needs("curl")
@pytest.mark.xdist_group("demo")
async def test_local_needs_no_server(supervisor: Supervisor, app: App) -> None:
    """`hookline http ADDR --local` brings its own relay with HTTPS, says where its CA is, and takes it along again."""
    inspect = ("--inspect-addr", f"127.0.0.1:{free_port()}")
    words = ("http", app.port, "--local", "--url", "demo", "--ui", "lines", *inspect)
    program = supervisor.start("client", "hookline", *words)
    ca = (await program.says(r"CA: (\S+\.pem)"))[1]
    port = (await program.says(r"https://demo\.localhost:(\d+)"))[1]
    resolve = ("--resolve", f"demo.localhost:{port}:127.0.0.1")
    status = ("--silent", "--show-error", "--write-out", "%{http_code}")
    done = await run("curl", *status, *resolve, "--cacert", ca, "--data", "x", f"https://demo.localhost:{port}/hooks")
    assert (done.code, done.out) == (0, "200"), done.err
    ended = await program.interrupt()
    assert ended.code in {0, 130}, ended.text
    assert program.family() == []
    assert "PRIVATE KEY" not in ended.text
