"""A delivery from curl, over TLS, through both programs, to the app; and what is kept of it."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.system.app import Answer, App
from tests.system.history import deliveries
from tests.system.supervisor import Client, Relay, Supervisor
from tests.system.tools import curl

pytestmark = [pytest.mark.system, pytest.mark.needs("curl")]


async def test_delivery_reaches_the_app_by_host_name(relay: Relay, client: Client, app: App) -> None:
    """`https://NAME.DOMAIN/…` leads to the app, and the app's own answer comes back."""
    done = await curl(relay, "/hooks?a=1", "--data", '{"a":1}', "--write-out", " %{http_code}")
    (entry,) = app.journal
    assert (done.code, done.out) == (0, " 200"), done.err
    assert (entry.message.line, entry.message.content) == (b"POST /hooks?a=1 HTTP/1.1", b'{"a":1}')


async def test_delivery_reaches_the_app_by_path(relay: Relay, client: Client, app: App) -> None:
    """`https://DOMAIN/t/NAME/…` leads to the app, which sees the rest of the path alone."""
    done = await curl(relay, "/t/demo/hooks", "--data", "x", "--write-out", "%{http_code}", host="localhost")
    assert (done.code, done.out) == (0, "200"), done.err
    assert app.journal[0].message.line == b"POST /hooks HTTP/1.1"


async def test_large_bodies_pass_both_ways(relay: Relay, client: Client, app: App, tmp_path: Path) -> None:
    """Eight MiB up and eight down arrive whole."""
    upload = tmp_path / "upload"
    upload.write_bytes(bytes(range(256)) * 32768)
    name, value = Answer(size=8 << 20).field()
    field = f"{name.decode()}: {value.decode()}"
    done = await curl(
        relay,
        "/big",
        "--data-binary",
        f"@{upload}",
        "--header",
        field,
        "--output",
        tmp_path / "down",
        "--write-out",
        "%{http_code} %{size_download}",
    )
    assert (done.code, done.out) == (0, f"200 {8 << 20}"), done.err
    assert app.journal[0].message.sha256 == hashlib.sha256(upload.read_bytes()).hexdigest()


async def test_delivery_is_kept_and_replayed(relay: Relay, client: Client, app: App) -> None:
    """The history has the delivery; a replay reaches the app with the same bytes, as its second attempt."""
    await curl(relay, "/hooks", "--data", "kept", "--header", "X-Odd-CASE: 1")
    (summary,) = await deliveries(client)
    status, attempt = await client.post(f"/api/deliveries/{summary['id']}/replay", {})
    assert (status, attempt["number"], attempt["kind"], attempt["status"]) == (201, 2, "replay", 200)
    first, second = app.journal
    assert (second.message.line, second.message.content) == (first.message.line, first.message.content)
    assert (b"X-Odd-CASE", b"1") in second.message.fields
    detail = await client.get(f"/api/deliveries/{summary['id']}")
    assert [attempt["kind"] for attempt in detail["attempts"]] == ["received", "replay"]


async def test_arrow_lines_tell_of_the_delivery(relay: Relay, client: Client) -> None:
    """Without a terminal the client prints the public URL first, then a line each way."""
    await curl(relay, "/hooks", "--data", "x")
    await client.program.says(r"-->.*POST /hooks")
    await client.program.says(r"<--.*200")
    assert f"https://demo.localhost:{relay.port}" in client.program.text


async def test_json_lines_are_json(supervisor: Supervisor, relay: Relay, token: str, app: App) -> None:
    """With `--ui json` standard output holds one JSON object a line and nothing else."""
    client = await supervisor.client(relay, app.port, token=token, ui="json")
    await curl(relay, "/hooks", "--data", "x")
    await client.program.says(r'"status": ?200')
    assert all(isinstance(json.loads(line), dict) for line in client.program.out.splitlines())


async def test_relay_makes_its_own_certificates(supervisor: Supervisor, app: App) -> None:
    """With `--tls local-ca` the relay vouches for itself and every name below it, to whoever trusts its CA."""
    relay = await supervisor.relay(tls="local-ca")
    await supervisor.client(relay, app.port, token=await supervisor.token())
    done = await curl(relay, "/hooks", "--data", "x", "--write-out", "%{http_code}")
    assert (done.code, done.out) == (0, "200"), done.err


async def test_relay_is_found_under_its_address(supervisor: Supervisor, app: App) -> None:
    """A client may dial the relay by its IP address, where the certificate names that."""
    relay = await supervisor.relay(names=("127.0.0.1", "localhost", "demo.localhost"))
    address = f"https://127.0.0.1:{relay.port}"
    await supervisor.client(relay, app.port, token=await supervisor.token(), relay_url=address)
    done = await curl(relay, "/hooks", "--data", "x", "--write-out", "%{http_code}")
    assert (done.code, done.out) == (0, "200"), done.err


async def test_relay_without_tls_serves_plain(supervisor: Supervisor, app: App) -> None:
    """With `--tls off` everything runs over plain HTTP, the link included."""
    relay = await supervisor.relay(tls="off")
    await supervisor.client(relay, app.port, token=await supervisor.token())
    done = await curl(relay, "/hooks", "--data", "x", "--write-out", "%{http_code}")
    assert (done.code, done.out) == (0, "200"), done.err


async def test_login_is_remembered(supervisor: Supervisor, relay: Relay, token: str, app: App) -> None:
    """After `hookline login URL` the one line `hookline http ADDR` is enough."""
    trust = ("--relay-ca", relay.ca)
    done = await supervisor.run("laptop", "hookline", "login", relay.url, *trust, stdin=f"{token}\n")
    assert done.code == 0, done.text
    program = supervisor.start("laptop", "hookline", "http", app.port, "--url", "demo", "--ui", "lines", *trust)
    await program.says(rf"https://demo\.localhost:{relay.port}")
    answered = await curl(relay, "/hooks", "--data", "x", "--write-out", "%{http_code}")
    assert answered.out == "200", answered.err
