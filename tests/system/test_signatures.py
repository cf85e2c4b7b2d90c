"""Signatures through both programs: what a user types and sees, from the check to the cause."""

import hashlib
import hmac
import json
import time
from typing import Any

import pytest

from tests.system.app import Answer, App
from tests.system.history import deliveries
from tests.system.polling import until_async
from tests.system.sender import Sender, Sent
from tests.system.supervisor import Client, Relay, Supervisor

pytestmark = [pytest.mark.system]

SECRET = "the signing secret of this suite"
TOLD = "a key that a provider tells"
BODY = b'{"id":"evt_1","type":"call.ended","data":{}}'


def digest(content: bytes, secret: str = SECRET) -> bytes:
    """Give the HMAC in hexadecimal."""
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest().encode()


async def started(supervisor: Supervisor, relay: Relay, token: str, app: App, *options: object) -> Client:
    """Start a client that checks TalkifAI's signatures."""
    supervisor.secrets += [SECRET, TOLD]
    return await supervisor.client(relay, app.port, *options, token=token, SECRET=SECRET)


TALKIFAI = ("--verify", "talkifai", "--secret-env", "SECRET")


async def deliver(relay: Relay, content: bytes, *fields: tuple[bytes, bytes]) -> Sent:
    """Post to the public URL."""
    return await Sender(relay.plain_port, "demo.localhost").send(content, fields=fields)


def signature(content: bytes) -> tuple[bytes, bytes]:
    """Sign as TalkifAI does."""
    return b"X-TalkifAI-Signature", b"sha256=" + digest(content)


async def newest(client: Client) -> dict[str, Any]:
    """Give the last attempt of the newest delivery, once its cause has been looked for."""
    found: dict[str, Any] = {}

    async def settled() -> bool:
        """Look at it."""
        rows = await deliveries(client)
        last = max(rows, key=lambda row: int(row["seq"]))
        found.update((await client.get(f"/api/deliveries/{last['id']}"))["attempts"][-1])
        return not found["signature"]["searching"]

    await until_async(settled, seconds=10, what="the cause of the newest delivery")
    return found


async def test_cause_is_shown_and_outlives_the_client(
    supervisor: Supervisor, relay: Relay, token: str, app: App
) -> None:
    """The API tells the proven cause; after the client has ended, `hookline verify` reads it from the history."""
    client = await started(supervisor, relay, token, app, *TALKIFAI)
    assert (await deliver(relay, BODY + b"\n", signature(BODY))).status == 200
    view = (await newest(client))["signature"]
    assert (view["state"], view["reason"], view["proven"]) == ("invalid", "body_trailing_newline", True)
    await client.program.stop()
    done = await supervisor.run("client", "hookline", "verify", "1", "--json")
    assert (done.code, json.loads(done.out)["reason"]) == (1, "body_trailing_newline")
    again = await supervisor.run("client", "hookline", "verify", "1", "--secret-env", "SECRET", SECRET=SECRET)
    assert (again.code, "✗ invalid: proven: the signature is right for the body" in again.out) == (1, True)


async def test_app_is_blamed_in_the_lines(supervisor: Supervisor, relay: Relay, token: str, app: App) -> None:
    """A valid delivery that the app refuses is said to be the app's fault, below its answer."""
    client = await started(supervisor, relay, token, app, *TALKIFAI)
    await deliver(relay, BODY, signature(BODY), Answer(status=401).field())
    await client.program.says("signature valid, your app refused it with 401: the fault is in the app")


async def test_required_signature_is_refused_with_401_and_recorded(
    supervisor: Supervisor, relay: Relay, token: str, app: App
) -> None:
    """The sender gets 401 and the code, the app nothing, the history everything."""
    client = await started(supervisor, relay, token, app, *TALKIFAI, "--require-signature")
    sent = await deliver(relay, BODY)
    assert sent.response is not None
    assert (sent.status, sent.response.first(b"hookline-error")) == (401, b"signature-invalid")
    attempt = await newest(client)
    assert (attempt["failure"], attempt["signature"]["reason"]) == ("signature-invalid", "missing_signature")
    assert app.journal == []
    assert (await deliver(relay, BODY, signature(BODY))).status == 200


async def test_handshake_is_answered_and_its_secret_kept(
    supervisor: Supervisor, relay: Relay, token: str, app: App
) -> None:
    """Asana's question is answered for the app, its key kept in a file and used, and never printed."""
    client = await started(supervisor, relay, token, app, "--verify", "asana", "--handshake")
    sent = await deliver(relay, b"", (b"X-Hook-Secret", TOLD.encode()))
    assert sent.response is not None
    assert (sent.status, sent.response.first(b"x-hook-secret"), app.journal) == (200, TOLD.encode(), [])
    await deliver(relay, BODY, (b"X-Hook-Signature", digest(BODY, TOLD)))
    assert (await newest(client))["signature"]["state"] == "valid"
    await client.program.says("Asana has told its signing secret: it is kept in file:")


async def test_events_are_sent_signed_and_replayed_signed_afresh(
    supervisor: Supervisor, relay: Relay, token: str, app: App
) -> None:
    """`hookline send` finds the public URL by itself; `hookline replay --resign` makes what is valid now."""
    client = await started(supervisor, relay, token, app, "--verify", "stripe", "--secret-env", "SECRET")
    words = (
        "send",
        "stripe",
        "invoice.payment_failed",
        "--secret-env",
        "SECRET",
        "--relay-ca",
        relay.ca,
        "--count",
        "2",
    )
    sent = await supervisor.run("client", "hookline", *words, SECRET=SECRET)
    assert sent.code == 0, sent.text
    assert [line.split()[:3] for line in sent.out.splitlines()] == [
        ["1/2", "invoice.payment_failed", "200"],
        ["2/2", "invoice.payment_failed", "200"],
    ]
    assert (await newest(client))["signature"]["state"] == "valid"
    replayed = await supervisor.run("client", "hookline", "replay", "--latest", "--resign", "--body", "{}", "--json")
    attempt = json.loads(replayed.out)["attempt"]
    assert (attempt["kind"], attempt["status"], attempt["signature"]["state"]) == ("resigned", 200, "valid")
    assert app.journal[-1].message.content == b"{}"


async def test_mistake_in_own_schemes_ends_the_start(
    supervisor: Supervisor, relay: Relay, token: str, app: App
) -> None:
    """File, entry, key and what would fit are named, and the exit code is 2."""
    own = supervisor.home("client") / "config" / "hookline" / "schemes.toml"
    own.parent.mkdir(parents=True)
    own.write_text('[acme]\nname = "Acme"\nsource = "x"\nkind = "mack"\n')
    words = ("http", app.port, "--relay", relay.url, "--relay-ca", relay.ca, "--ui", "lines")
    done = await supervisor.run("client", "hookline", *words, HOOKLINE_TOKEN=token)
    assert done.code == 2, done.text
    assert f"{own}, [acme]: kind:" in done.err
    assert "one of mac, digest, sign, jwt, token" in done.err


@pytest.mark.parametrize("chunked", [False, True])
async def test_challenge_with_a_body_is_answered(
    supervisor: Supervisor, relay: Relay, token: str, app: App, chunked: bool
) -> None:
    """Slack's challenge, signed, gets its text back, however its body is framed."""
    await started(supervisor, relay, token, app, "--verify", "slack", "--secret-env", "SECRET", "--handshake")
    body = b'{"type":"url_verification","token":"x","challenge":"3eZbrw1aB"}'
    now = str(int(time.time())).encode()
    fields = [
        (b"Content-Type", b"application/json"),
        (b"X-Slack-Request-Timestamp", now),
        (b"X-Slack-Signature", b"v0=" + digest(b"v0:" + now + b":" + body)),
    ]
    sender = Sender(relay.plain_port, "demo.localhost")
    sent = await sender.send(body, fields=fields, chunks=[body[:20], body[20:]] if chunked else None)
    assert sent.response is not None
    assert (sent.status, sent.response.content, app.journal) == (200, b"3eZbrw1aB", [])
