"""Signatures through the whole chain: record, greeting, refusal, a real app."""

import base64
import hashlib
import hmac
import json
from pathlib import Path

import pytest

from client.signatures.catalogue import UnknownScheme
from client.signatures.engine import Rule, Secret
from client.signatures.sign import signed
from client.signatures.subject import Subject
from client.views import Edits
from shared.http.heads import Fields
from tests.client.checking import NOW, PUBLIC_URL, Tunnel, tunnel
from tests.client.signatures.test_fetch import PARAMS, SIGNER_KEY, Provider
from tests.client.signatures.vectors import CATALOGUE

SECRET = Secret("env:TALKIFAI_SECRET", b"whsec_of_the_tests")
OTHER = Secret("env:LIVE_SECRET", b"whsec_of_another_endpoint")
RULE = Rule("talkifai", (SECRET,))


def event(number: int = 1) -> bytes:
    """Make an event's body."""
    return json.dumps({"id": f"evt_{number}", "type": "call.ended"}).encode()


def sign(content: bytes, secret: Secret = SECRET) -> Fields:
    """Sign as TalkifAI does."""
    digest = hmac.new(secret.value, content, hashlib.sha256).hexdigest()
    return ((b"X-TalkifAI-Signature", b"sha256=" + digest.encode()),)


def as_signed(scheme: str, secret: Secret, content: bytes, now: float = NOW) -> Fields:
    """Sign as any scheme of the catalogue does."""
    plain = Subject(b"POST", PUBLIC_URL + "/hooks", (), content, None)
    return signed(CATALOGUE.get(scheme), secret, plain, now=now).fields


async def test_cause_is_found_beside_the_exchange_and_stored(tmp_path: Path) -> None:
    """The app has answered; then the row says why the signature failed, also to whoever opens the file later."""
    content = event()
    async with tunnel(tmp_path, RULE) as one:
        assert await one.deliver(content + b"\n", sign(content)) == 200
        view = (await one.newest()).signature
        assert (view.state, view.reason, view.proven) == ("invalid", "body_trailing_newline", True)
        assert view.ruled_out
    async with tunnel(tmp_path, RULE) as again:
        stored = (await again.newest()).signature
        assert (stored.reason, stored.sentence) == ("body_trailing_newline", view.sentence)


async def test_another_tunnels_secret_is_named(tmp_path: Path) -> None:
    """The user's other secrets are tried, and the one that fits is named."""
    content = event()
    async with tunnel(tmp_path, RULE, others=(Rule("talkifai", (OTHER,)),)) as one:
        await one.deliver(content, sign(content, OTHER))
        view = (await one.newest()).signature
    assert (view.reason, OTHER.name in view.sentence) == ("other_known_secret", True)
    assert OTHER.value.decode() not in repr(view)


async def test_public_url_of_the_tunnel_is_tried(tmp_path: Path) -> None:
    """A signature over the path form of the URL is explained by it."""
    plain = Subject(b"POST", "https://example.com/t/demo/hooks", (), b"{}", None)
    fields = signed(CATALOGUE.get("square"), SECRET, plain, now=NOW).fields
    async with tunnel(tmp_path, Rule("square", (SECRET,))) as one:
        await one.deliver(b"{}", fields)
        view = (await one.newest()).signature
    assert (view.reason, "https://example.com/t/demo/hooks" in view.sentence) == ("url_host", True)


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_app_is_blamed_for_refusing_what_is_valid(tmp_path: Path, status: int) -> None:
    """The sentence stands in the attempt, where every front end finds it."""
    async with tunnel(tmp_path, RULE) as one:
        one.app.status = status
        await one.deliver(event(), sign(event()))
        attempt = await one.newest()
    assert attempt.blame.startswith(f"signature valid, your app refused it with {status}: the fault is in the app")


async def fail_by_history(one: Tunnel, good: int, bad: int) -> str:
    """Send so many valid and then so many forged deliveries; give the last one's sentence."""
    for number in range(good + bad):
        content = event(number)
        await one.deliver(content, sign(content, SECRET if number < good else Secret("x", b"forger")))
    return (await one.newest()).signature.sentence


async def test_all_fail_points_to_the_secret(tmp_path: Path) -> None:
    """Where no delivery ever was valid, it is the secret."""
    async with tunnel(tmp_path, RULE) as one:
        assert "all 3 deliveries of this endpoint fail, which points to the secret" in await fail_by_history(one, 0, 3)


async def test_only_one_fails_points_to_the_body(tmp_path: Path) -> None:
    """Where others are valid, it is this one's body."""
    async with tunnel(tmp_path, RULE) as one:
        assert "points to the body of this one" in await fail_by_history(one, 3, 1)


async def test_all_fail_since_a_moment_points_to_a_rotation(tmp_path: Path) -> None:
    """Where it worked until some time, the secret was changed then: looked at later, the first failure says so too."""
    async with tunnel(tmp_path, RULE) as one:
        await fail_by_history(one, 3, 2)
        rows = await one.inspector.deliveries()
        first = (await one.inspector.delivery(rows[3].id)).attempts[0].signature
    assert "the last one at 2027-01-15 08:00:00 UTC, and none is any more" in first.sentence


async def test_steady_age_is_a_clock_that_is_wrong(tmp_path: Path) -> None:
    """Fresh deliveries that are all two hours old come from a wrong clock; that is evidence, and said so."""
    async with tunnel(tmp_path, Rule("stripe", (SECRET,))) as one:
        for number in range(3):
            one.now = NOW + number
            await one.deliver(event(number), as_signed("stripe", SECRET, event(number), NOW + number - 7200))
        view = (await one.newest()).signature
    assert (view.state, view.reason, view.proven) == ("invalid", "clock_skew", False)
    assert "2 h" in view.sentence


@pytest.mark.parametrize("fields", [(), sign(event(), OTHER), ((b"X-TalkifAI-Signature", b"sha256=00"),)])
async def test_required_signature_is_refused_before_the_app_and_recorded(tmp_path: Path, fields: Fields) -> None:
    """Nothing reaches the app; the delivery is in the history with its verdict."""
    async with tunnel(tmp_path, Rule("talkifai", (SECRET,), require=True)) as one:
        assert await one.deliver(event(), fields) == "signature-invalid"
        attempt = await one.newest()
        assert (attempt.state, attempt.failure, attempt.signature.state) == ("failed", "signature-invalid", "invalid")
        assert one.app.got == []
        assert await one.deliver(event(), sign(event())) == 200


@pytest.mark.parametrize("value", [b"", b" ", b"\n"])
@pytest.mark.parametrize("scheme", ["talkifai", "gitlab-token", "netlify", "auto"])
async def test_empty_secret_fails_closed(tmp_path: Path, value: bytes, scheme: str) -> None:
    """What is signed with the empty secret does not pass where a signature is required."""
    empty = Secret("env:EMPTY", value)
    fields = ((b"X-Gitlab-Token", value),) if scheme == "gitlab-token" else sign(event(), empty)
    async with tunnel(tmp_path, Rule(scheme, (empty,), require=True)) as one:
        assert await one.deliver(event(), fields) == "signature-invalid"
        assert one.app.got == []


async def test_two_secrets_while_one_is_rotated(tmp_path: Path) -> None:
    """Old and new both count, and the verdict says which."""
    async with tunnel(tmp_path, Rule("talkifai", (OTHER, SECRET), require=True)) as one:
        for secret in (SECRET, OTHER):
            assert await one.deliver(event(), sign(event(), secret)) == 200
            assert secret.name in (await one.newest()).signature.sentence


async def test_schemes_by_path(tmp_path: Path) -> None:
    """Each path has its own scheme; a path without one is passed on."""
    rules = (Rule("talkifai", (SECRET,), path="/voice", require=True), Rule("stripe", (OTHER,), path="/pay"))
    async with tunnel(tmp_path, *rules) as one:
        assert await one.deliver(event(), sign(event()), target=b"/voice/in") == 200
        assert (await one.newest()).signature.scheme == "talkifai"
        assert await one.deliver(event(2), as_signed("stripe", OTHER, event(2)), target=b"/pay") == 200
        assert (await one.newest()).signature.scheme == "stripe"
        assert await one.deliver(event(3), target=b"/other") == 200
        assert (await one.newest()).signature.state == "unconfigured"


async def test_auto_says_which_and_why_not_another(tmp_path: Path) -> None:
    """The provider is recognised by its fields, and the verdict says by which and what spoke against the others."""
    async with tunnel(tmp_path, Rule("auto", (SECRET,))) as one:
        digest = base64.b64encode(hmac.new(SECRET.value, event(), hashlib.sha256).digest())
        await one.deliver(event(), ((b"X-Hub-Signature-256", b"sha256=" + digest.hex().encode()),))
        said = dict((await one.newest()).signature.checked)["recognised"]
        assert said.startswith("github, by X-Hub-Signature-256; not meta: ")
        await one.deliver(event(2), ((b"X-Acme-Signature", b"1"),))
        view = (await one.newest()).signature
    assert (view.state, view.reason) == ("unverifiable", "scheme_unknown")
    assert "X-Acme-Signature" in view.sentence


def paypal(content: bytes) -> Fields:
    """Sign as PayPal does."""
    url = ((b"PAYPAL-CERT-URL", b"https://api.paypal.com/v1/notifications/certs/CERT-360caa42"),)
    plain = Subject(b"POST", PUBLIC_URL + "/hooks", url, content, NOW)
    return signed(CATALOGUE.get("paypal"), Secret("key", SIGNER_KEY), plain, now=NOW, params=PARAMS).fields


async def test_key_is_fetched_beside_the_exchange(tmp_path: Path) -> None:
    """The first delivery is answered while its key is still unknown; its verdict follows, once for all that come."""
    provider = Provider()
    async with tunnel(tmp_path, Rule("paypal", params=PARAMS), download=provider) as one:
        await one.deliver(event(), paypal(event()))
        assert (await one.newest()).signature.state == "valid"
        await one.deliver(event(2), paypal(event(2)))
        assert (await one.newest()).signature.state == "valid"
    assert len(provider.asked) == 1


async def test_key_is_awaited_where_a_signature_is_required(tmp_path: Path) -> None:
    """Refusing needs the key first."""
    async with tunnel(tmp_path, Rule("paypal", params=PARAMS, require=True), download=Provider()) as one:
        assert await one.deliver(event(), paypal(event())) == 200
        assert await one.deliver(event(2), paypal(event())) == "signature-invalid"
        assert one.app.got == [event()]


async def test_key_that_cannot_be_had_is_no_verdict(tmp_path: Path) -> None:
    """Offline: not verified, and said why; required all the same, since nothing is known."""
    async with tunnel(tmp_path, Rule("paypal", params=PARAMS)) as one:
        assert await one.deliver(event(), paypal(event())) == 200
        view = (await one.newest()).signature
    assert (view.state, view.reason) == ("unverifiable", "certificate")
    assert "this machine is offline" in view.sentence


async def test_other_stored_setting_is_named(tmp_path: Path) -> None:
    """PayPal signs the webhook's id: another one of the user's that fits is named."""
    others = (Rule("paypal", params=PARAMS),)
    rule = Rule("paypal", params={"webhook_id": "WRONG"})
    async with tunnel(tmp_path, rule, others=others, download=Provider()) as one:
        await one.deliver(event(), paypal(event()))
        view = (await one.newest()).signature
    assert (view.reason, view.proven, PARAMS["webhook_id"] in view.sentence) == ("config_param", True, True)


async def test_handshake_teaches_a_secret_that_is_kept(tmp_path: Path) -> None:
    """Asana's key is used at once, said by its file and never shown, and is there after a restart."""
    rule = Rule("asana", handshake=True, require=True)
    taught = Secret("taught", b"the key that asana tells")
    signature = ((b"X-Hook-Signature", hmac.new(taught.value, event(), hashlib.sha256).hexdigest().encode()),)
    async with tunnel(tmp_path, rule) as one:
        assert await one.deliver(event(), signature) == "signature-invalid"
        assert await one.deliver(b"", ((b"X-Hook-Secret", taught.value),)) == 200
        assert await one.deliver(event(), signature) == 200
        assert await one.deliver(b"", ((b"X-Hook-Secret", b"a forger's"),)) == 200
        assert await one.deliver(event(2), signature) == "signature-invalid"
        assert len(one.said) == 1
    kept = next((tmp_path / "secrets").iterdir())
    assert (kept.stat().st_mode & 0o777, kept.read_bytes(), str(kept) in one.said[0]) == (0o600, taught.value, True)
    assert taught.value.decode() not in one.said[0]
    async with tunnel(tmp_path, rule) as again:
        assert await again.deliver(event(), signature) == 200


async def test_provider_that_only_asks_is_answered(tmp_path: Path) -> None:
    """Event Grid signs nothing, so it has a handshake and no scheme; deliveries go to the app."""
    asked = b'[{"eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","data":{"validationCode":"512d38b6"}}]'
    kind = ((b"aeg-event-type", b"SubscriptionValidation"),)
    async with tunnel(tmp_path, Rule("eventgrid", handshake=True)) as one:
        assert await one.deliver(asked, kind) == 200
        assert one.app.got == []
        assert await one.deliver(event(), ()) == 200
        assert one.app.got == [event()]


async def test_scheme_that_nobody_knows_is_a_mistake(tmp_path: Path) -> None:
    """A rule's scheme must be in the catalogue."""
    with pytest.raises(UnknownScheme):
        async with tunnel(tmp_path, Rule("eventgridd", handshake=True)):
            pass


async def test_replay_signed_afresh_is_valid_now(tmp_path: Path) -> None:
    """Stripe's old timestamp is replaced by now's, in an edited body too; the app gets what is valid."""
    async with tunnel(tmp_path, Rule("stripe", (SECRET,), require=True)) as one:
        one.now = NOW - 86_400
        await one.deliver(event(), as_signed("stripe", SECRET, event(), NOW - 86_400))
        (row,) = await one.inspector.deliveries()
        edited = Edits(content=event(9), resign=True)
        for edits, content in ((Edits(resign=True), event()), (edited, event(9))):
            made = await one.inspector.replay(row.id, edits)
            assert (made.kind, made.status, made.signature.state) == ("resigned", 200, "valid")
            assert one.app.got[-1] == content
        plain = await one.inspector.replay(row.id, Edits(content=event(9)))
        assert (plain.failure, plain.kind) == ("signature-invalid", "edit")


async def test_message_id_is_kept_when_signed_afresh(tmp_path: Path) -> None:
    """Standard Webhooks' id says which message it is: a replay is the same message at another time."""
    secret = Secret("env:S", b"whsec_" + base64.b64encode(b"k" * 24))
    async with tunnel(tmp_path, Rule("svix", (secret,))) as one:
        await one.deliver(event(), as_signed("svix", secret, event(), NOW))
        (row,) = await one.inspector.deliveries()
        before = dict((await one.newest()).request.fields)  # type: ignore[union-attr]
        made = await one.inspector.replay(row.id, Edits(resign=True))
    after = dict(made.request.fields)  # type: ignore[union-attr]
    assert (before["svix-id"], made.signature.state) == (after["svix-id"], "valid")
    assert int(after["svix-timestamp"]) == int(before["svix-timestamp"]) + 60


async def test_replay_of_a_failure_is_not_explained_twice(tmp_path: Path) -> None:
    """The same bytes have the same cause; it is there with the replay too."""
    async with tunnel(tmp_path, RULE) as one:
        await one.deliver(event() + b"\n", sign(event()))
        first = (await one.newest()).signature
        (row,) = await one.inspector.deliveries()
        await one.inspector.replay(row.id)
        again = (await one.newest()).signature
    assert again == first


async def test_flood_of_forgeries_keeps_verdicts_and_bounds(tmp_path: Path) -> None:
    """Beyond what may wait, a delivery has its verdict without a cause, and nothing is said to be searched for."""
    async with tunnel(tmp_path, RULE) as one:
        for number in range(260):
            await one.deliver(event(number) + b"\n", sign(event(number)))
        await one.newest()
        rows = await one.inspector.deliveries(limit=300)
    assert {row.signature for row in rows} == {"invalid"}
