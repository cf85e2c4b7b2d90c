"""Signing from the data that checks."""

from contextlib import suppress

import pytest
from msgspec.structs import replace

from client.signatures.check import Check
from client.signatures.engine import Rule, Signatures
from client.signatures.reading import Reading
from client.signatures.scheme import Scheme
from client.signatures.secret import Secret
from client.signatures.sign import CannotSign, sign, signed
from client.signatures.signers import SigningKey, encoded, make_key_pair
from client.signatures.subject import Subject
from client.signatures.templates import FieldAbsent
from client.simulate.events import Events
from tests.client.signatures.vectors import CATALOGUE, Vector, own, published

NOW = 1_800_000_000.0
EVENTS = Events.load()
SHARED = {"mac", "digest", "token"}
VALID = [
    vector
    for vector in [*own(), *published()]
    if vector.expect == "valid" and CATALOGUE.get(vector.scheme).kind in SHARED | {"jwt"}
    if CATALOGUE.get(vector.scheme).algorithm != "ES256"
]
MACS = [vector for vector in VALID if CATALOGUE.get(vector.scheme).kind in {"mac", "digest"}]


@pytest.mark.parametrize("vector", MACS, ids=lambda vector: vector.id)
def test_signature_of_a_vector_is_reproduced(vector: Vector) -> None:
    """The signer makes exactly a signature that the vector carries, in one of the forms that its provider uses."""
    scheme = CATALOGUE.get(vector.scheme)
    check, reading = Check(scheme), Reading(vector.subject, vector.params)
    texts, _ = check.text.find(reading)
    carried = [raw for text in texts for raw in check.text.signatures(text, reading)[0]]
    check.bind(reading)
    key = SigningKey.of(scheme, vector.secret)
    algorithm = check.algorithm(reading) or ""
    made = []
    for template in check.templates:
        with suppress(FieldAbsent):
            made.append(key.sign(template.render(reading, key.material), algorithm))
    assert set(made) & set(carried)


def judged(scheme: Scheme, subject: Subject, secret: Secret, params: dict[str, str]) -> str:
    """Judge what was signed."""
    rule = Rule(scheme.id, (secret,), params=params)
    view = Signatures(catalogue=CATALOGUE, rules=[rule]).judge(subject).signature
    return view.reason or view.state


@pytest.mark.parametrize("vector", VALID, ids=lambda vector: vector.id)
def test_request_signed_afresh_is_valid_now(vector: Vector) -> None:
    """An old delivery, signed afresh, passes its own check at the new time, body and order of fields kept."""
    scheme = CATALOGUE.get(vector.scheme)
    fresh = signed(scheme, vector.secret, vector.subject, now=NOW, params=vector.params)
    assert judged(scheme, replace(fresh, received_at=NOW), vector.secret, vector.params) == "valid"
    kept = [name.lower() for name, _ in fresh.fields]
    assert kept == [name.lower() for name, _ in vector.subject.fields if name.lower() in kept]


@pytest.mark.parametrize("provider", EVENTS.providers)
def test_template_of_every_provider_can_be_signed(provider: str) -> None:
    """Each event of each provider is signed so that it passes the check."""
    scheme = CATALOGUE.get(provider)
    secret = public = Secret("env:S", b"whsec_c2VjcmV0IG9mIDI0IGJ5dGVzIGhlcmU=")
    if scheme.kind == "sign":
        secret, text = make_key_pair(scheme)
        public = Secret("public", text)
    found = []
    for kind in EVENTS.types(provider):
        event = EVENTS.make(provider, kind, now=NOW)
        plain = Subject(event.method, "https://demo.example.com/hooks?a=1", event.fields, event.content, NOW)
        found.append(judged(scheme, signed(scheme, secret, plain, now=NOW), public, {}))
    assert found == ["valid"] * len(found)


PUBLIC = [scheme.id for scheme in CATALOGUE if scheme.kind == "sign" or scheme.algorithm == "ES256"]


@pytest.mark.parametrize("name", [name for name in PUBLIC if name not in {"paypal", "aws-sns"}])
def test_public_key_scheme_is_signed_with_a_key_made_for_it(name: str) -> None:
    """A key pair is made, and what the private half signs the public half accepts."""
    scheme = CATALOGUE.get(name)
    private, text = make_key_pair(scheme)
    subject = Subject(b"POST", "https://demo.example.com/hooks", (), b'{"type":"x"}', NOW)
    assert judged(scheme, signed(scheme, private, subject, now=NOW), Secret("public", text), {}) == "valid"


def test_message_id_is_kept_unless_another_is_given() -> None:
    """Signing afresh keeps the message's id by default, so that the app sees the same event."""
    scheme, secret = CATALOGUE.get("standard-webhooks"), Secret("env:S", b"whsec_c2VjcmV0")
    subject = Subject(b"POST", "https://h.example/", ((b"Webhook-Id", b"msg_1"),), b"{}", None)
    assert (b"Webhook-Id", b"msg_1") in sign(scheme, secret, subject, now=NOW)
    assert (b"Webhook-Id", b"msg_2") in sign(scheme, secret, subject, now=NOW, message_id="msg_2")


@pytest.mark.parametrize(
    ("scheme", "secret", "content", "words"),
    [
        ("talkifai", b" ", b"{}", "is empty"),
        ("talkifai", b"s", None, "not captured whole"),
        ("adyen-platform", b"not hex", b"{}", "not hexadecimal"),
        ("discord", b"not a key", b"{}", "no private key"),
        ("mailgun", b"s", b"not json", "a JSON body"),
        ("braintree", b"s", b"bt_payload=x", "needs the setting public_key"),
        ("gitea", b"s", b"[1", None),
    ],
)
def test_what_cannot_be_signed_says_why(scheme: str, secret: bytes, content: bytes | None, words: str | None) -> None:
    """Each lack has its sentence, and none shows the secret."""
    subject = Subject(b"POST", "https://h.example/", ((b"Content-Type", b"application/json"),), content, None)
    if scheme == "braintree":
        subject = replace(subject, fields=((b"Content-Type", b"application/x-www-form-urlencoded"),))
    if words is None:
        assert signed(CATALOGUE.get(scheme), Secret("env:S", secret), subject, now=NOW).content == content
        return
    with pytest.raises(CannotSign, match=words):
        signed(CATALOGUE.get(scheme), Secret("env:S", secret), subject, now=NOW)


def test_fields_alone_are_not_given_where_the_body_changes() -> None:
    """A signature inside the body is not lost by a caller that takes fields alone."""
    subject = Subject(b"POST", "https://h.example/", (), b'{"signature":{"token":"t"}}', None)
    with pytest.raises(CannotSign, match="inside the body"):
        sign(CATALOGUE.get("mailgun"), Secret("env:S", b"s"), subject, now=NOW)


def test_shared_secret_has_no_key_pair() -> None:
    """No key pair is made where none is used."""
    with pytest.raises(CannotSign, match="shared secret"):
        make_key_pair(CATALOGUE.get("talkifai"))


def test_encodings() -> None:
    """Signatures are written as their scheme says."""
    assert [encoded(b"\xfb\xff", kind) for kind in ("hex", "base64", "base64url", "text")] == [
        b"fbff",
        b"+/8=",
        b"-_8",
        b"\xfb\xff",
    ]
