"""TalkifAI's published formula against an independent implementation of HMAC, through both programs."""

import json

import pytest

from tests.system.app import Answer, App
from tests.system.history import deliveries
from tests.system.sender import Sender, Sent
from tests.system.supervisor import Client, Relay, Supervisor
from tests.system.tools import run

pytestmark = [pytest.mark.system, pytest.mark.needs("openssl")]

SECRET = "whsec of the suite: ümlaut, spaces and $igns"
EVENT = {"id": "evt_abc123", "type": "call.ended", "created": "2024-01-15T10:34:05Z", "data": {"duration": 245}}
BODY = json.dumps(EVENT).encode()


async def sign(body: bytes, secret: str = SECRET) -> bytes:
    """Give the signature field's value as `openssl dgst` computes it."""
    done = await run("openssl", "dgst", "-sha256", "-hmac", secret, stdin=body)
    assert done.code == 0, done.err
    return b"sha256=" + done.out.rsplit("= ", 1)[1].strip().encode()


async def started(supervisor: Supervisor, relay: Relay, token: str, app: App, *options: object) -> Client:
    """Start a client that verifies with the secret."""
    supervisor.secrets.append(SECRET)
    verify = ("--verify", "talkifai", "--secret-env", "TALKIFAI_SECRET", *options)
    return await supervisor.client(relay, app.port, *verify, token=token, TALKIFAI_SECRET=SECRET)


async def deliver(relay: Relay, body: bytes, signature: bytes | None, *more: tuple[bytes, bytes]) -> Sent:
    """Post an event as TalkifAI does."""
    fields = [(b"Content-Type", b"application/json"), *more]
    if signature is not None:
        fields.append((b"X-TalkifAI-Signature", signature))
    return await Sender(relay.plain_port, "demo.localhost").send(body, fields=fields)


async def verdict(client: Client) -> tuple[str, str]:
    """Give state and reason of the newest delivery's signature."""
    newest = max(await deliveries(client), key=lambda summary: int(summary["seq"]))
    detail = await client.get(f"/api/deliveries/{newest['id']}")
    signature = detail["attempts"][-1]["signature"]
    return signature["state"], signature["reason"]


@pytest.mark.parametrize("body", [BODY, b"", b"\x00\xff\r\n", '{"id":"é"}'.encode("latin-1"), b"x" * 200_000])
async def test_openssl_and_hookline_agree(
    supervisor: Supervisor, relay: Relay, token: str, app: App, body: bytes
) -> None:
    """What openssl signs is valid, whatever the bytes."""
    client = await started(supervisor, relay, token, app)
    await deliver(relay, body, await sign(body))
    assert await verdict(client) == ("valid", "")


async def test_verdicts_are_told_apart(supervisor: Supervisor, relay: Relay, token: str, app: App) -> None:
    """Missing, malformed, without prefix, and mismatching signatures each get their own reason."""
    client = await started(supervisor, relay, token, app)
    good = await sign(BODY)
    found = []
    for signature in (None, b"sha256=nothex", good.removeprefix(b"sha256="), await sign(BODY, "another"), good):
        await deliver(relay, BODY, signature)
        found.append(await verdict(client))
    states = [state for state, _ in found]
    reasons = [reason for _, reason in found]
    assert states == ["invalid", "invalid", "invalid", "invalid", "valid"], found
    assert len(set(reasons)) == 5, found
    assert reasons[0] == "missing_signature"


async def test_changed_body_is_invalid(supervisor: Supervisor, relay: Relay, token: str, app: App) -> None:
    """One changed byte is enough."""
    client = await started(supervisor, relay, token, app)
    await deliver(relay, BODY + b" ", await sign(BODY))
    assert (await verdict(client))[0] == "invalid"


async def test_without_a_secret_nothing_is_claimed(relay: Relay, client: Client, app: App) -> None:
    """A client that was given no secret says that nothing was checked."""
    await deliver(relay, BODY, await sign(BODY))
    assert (await verdict(client))[0] == "unconfigured"


async def test_required_signature_is_checked_before_the_app(
    supervisor: Supervisor, relay: Relay, token: str, app: App
) -> None:
    """With `--require-signature` a forged delivery is refused with 401, recorded, and never seen by the app."""
    client = await started(supervisor, relay, token, app, "--require-signature")
    forged = await deliver(relay, BODY, await sign(BODY, "another"))
    genuine = await deliver(relay, BODY, await sign(BODY))
    assert (forged.status, genuine.status) == (401, 200)
    assert forged.response is not None
    assert forged.response.first(b"hookline-error") == b"signature-invalid"
    assert [entry.id for entry in app.journal] == [genuine.id]
    assert len(await deliveries(client)) == 2


async def test_retries_of_one_event_are_one_delivery(
    supervisor: Supervisor, relay: Relay, token: str, app: App
) -> None:
    """The same event id again is a further attempt; TalkifAI's clock says what comes next."""
    client = await started(supervisor, relay, token, app)
    signature = await sign(BODY)
    await deliver(relay, BODY, signature, Answer(status=500).field())
    (failed,) = await deliveries(client)
    assert "30 s" in failed["clock"], failed
    await deliver(relay, BODY, signature)
    (healed,) = await deliveries(client)
    assert (healed["attempts"], healed["status"], healed["healthy"]) == (2, 200, True)


async def test_answer_201_is_no_success_for_talkifai(
    supervisor: Supervisor, relay: Relay, token: str, app: App
) -> None:
    """Only 200 counts; the user is told so."""
    client = await started(supervisor, relay, token, app)
    await deliver(relay, BODY, await sign(BODY), Answer(status=201).field())
    (summary,) = await deliveries(client)
    assert summary["healthy"] is False
    assert "201" in summary["clock"]
    assert "only 200" in summary["clock"]


async def test_custom_functions_answer_goes_back(supervisor: Supervisor, relay: Relay, token: str, app: App) -> None:
    """A synchronous call gets the app's own answer, byte for byte."""
    await started(supervisor, relay, token, app)
    call = b'{"function":"book","arguments":{"day":"monday"}}'
    answer = Answer(content='{"result":"booked"}', fields=[("Content-Type", "application/json")])
    sent = await deliver(relay, call, await sign(call), answer.field())
    assert sent.response is not None
    assert (sent.status, sent.response.content) == (200, b'{"result":"booked"}')
