"""Hostile requests: whatever the bytes, the answer is a judgement."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.signatures.engine import Rule, Secret, Signatures, Subject
from client.signatures.explaining import Explainer
from client.signatures.scheme import Scheme
from client.signatures.sources import Source
from tests.client.signatures.vectors import CATALOGUE, own

SCHEMES = list(CATALOGUE)
SECRET = Secret("env:S", b"whsec_c2VjcmV0IG9mIDI0IGJ5dGVzIGhlcmU=")
KEYS = {vector.scheme: vector.secret for vector in own()}

TEXT = st.one_of(
    st.binary(max_size=80),
    st.sampled_from([b"t=1,v1=", b"v1,", b"sha256=", b"a.b.c", b"1e400", b"nan", b"-1", b"9" * 400, b",", b"|&|"]),
)
BODY = st.one_of(
    st.binary(max_size=120),
    st.sampled_from(
        [b"", b"{}", b"[" * 5_000, b'{"a":' * 5_000, b"\xef\xbb\xbf{}", b"a=1&payload=%ff", b"\x1f\x8b\x08"]
    ),
)
URL = st.one_of(
    st.text(max_size=40), st.sampled_from(["https://[::1", "https://a:99999999/", "http://a:b/?x=%ff", "//"])
)


def names_of(scheme: Scheme) -> list[bytes]:
    """Give the header fields that a scheme reads."""
    texts = [*scheme.signature.sources, *scheme.require, scheme.event.type, scheme.event.id]
    texts += [text for field in scheme.fields.values() for text in field.sources]
    return sorted({Source(text).field for text in texts if text} - {b""}) or [b"x"]


@settings(max_examples=400, deadline=None)
@given(
    scheme=st.sampled_from(SCHEMES),
    values=st.lists(TEXT, min_size=1, max_size=6),
    body=BODY,
    url=URL,
    now=st.one_of(st.none(), st.floats()),
)
def test_no_request_makes_a_judgement_fail(
    scheme: Scheme, values: list[bytes], body: bytes, url: str, now: float | None
) -> None:
    """Random fields, bodies, URLs and times end in a verdict for every scheme, explained or not."""
    names = names_of(scheme)
    fields = tuple((names[number % len(names)], value) for number, value in enumerate(values))
    subject = Subject(b"POST", url, fields, body, now)
    signatures = Signatures(catalogue=CATALOGUE, rules=[Rule(scheme.id, (KEYS.get(scheme.id, SECRET),))])
    judgement = signatures.judge(subject)
    assert judgement.signature.state in {"invalid", "unverifiable"} or scheme.kind == "token"
    assert Explainer(signatures).explain_now(subject, judgement.signature).state == judgement.signature.state


def token(header: bytes, claims: bytes, signature: bytes | None = None) -> bytes:
    """Make a JSON web token; unsigned, or signed with our secret."""
    pieces = [urlsafe_b64encode(part).rstrip(b"=") for part in (header, claims)]
    data = b".".join(pieces)
    made = hmac.new(SECRET.value, data, hashlib.sha256).digest() if signature is None else signature
    return data + b"." + urlsafe_b64encode(made).rstrip(b"=")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (token(b'{"alg":"none"}', b"{}", b""), "algorithm_unsupported"),
        (token(b'{"alg":"None"}', b"{}"), "algorithm_unsupported"),
        (token(b'{"alg":"RS256"}', b"{}"), "algorithm_unsupported"),
        (token(b'{"alg":"ES256"}', b"{}"), "algorithm_unsupported"),
        (token(b'{"alg":["HS256"]}', b"{}"), "signature_malformed"),
        (token(b"[]", b"{}"), "signature_malformed"),
        (token(b'{"alg":"HS256"}', b"[" * 9_000), "signature_malformed"),
        (token(b'{"alg":"HS256"}', b"{}"), "claim_missing"),
        (b"a.b", "signature_malformed"),
        (b"a.b.c.d", "signature_malformed"),
        (b"+.+.+", "signature_undecodable"),
        (b"x" * 20_000 + b"..", "signature_malformed"),
    ],
)
def test_token_that_is_not_the_providers_is_refused(text: bytes, reason: str) -> None:
    """Neither `none` nor another family of algorithms gets past, whatever the token claims."""
    rule = Rule("netlify", (SECRET,))
    subject = Subject(b"POST", "https://h.example/", ((b"X-Webhook-Signature", text),), b"{}", None)
    view = Signatures(catalogue=CATALOGUE, rules=[rule]).judge(subject).signature
    assert (view.state, view.reason) == ("invalid", reason)


def test_public_key_as_hmac_secret_is_refused() -> None:
    """A token signed with the text of the public key passes for no signature (algorithm confusion)."""
    vector = next(vector for vector in own() if vector.id == "plaid")
    data = b".".join(urlsafe_b64encode(part).rstrip(b"=") for part in (b'{"alg":"HS256"}', b"{}"))
    forged = data + b"." + urlsafe_b64encode(hmac.new(vector.key, data, hashlib.sha256).digest()).rstrip(b"=")
    subject = Subject(b"POST", "https://h.example/", ((b"Plaid-Verification", forged),), b"{}", None)
    view = Signatures(catalogue=CATALOGUE, rules=[vector.rule]).judge(subject).signature
    assert view.reason == "algorithm_unsupported"


def test_ten_thousand_fields_are_judged() -> None:
    """Many fields cost time in proportion, and nothing else."""
    fields = tuple((f"X-{number}".encode(), b"v") for number in range(10_000))
    judged = Signatures(catalogue=CATALOGUE, rules=[Rule("stripe", (SECRET,))])
    assert (
        judged.judge(Subject(b"POST", "https://h.example/", fields, b"{}", None)).signature.reason
        == "missing_signature"
    )


@pytest.mark.parametrize(
    "content",
    [b"a=" * 400_000, b"&" * 400_000, b"(" * 400_000 + b"a", b"[" + b"0," * 400_000 + b"0]", b"\\u00" * 200_000],
    ids=range(5),
)
def test_large_body_is_explained_within_bounds(content: bytes) -> None:
    """A body made to be expensive is given up on, not searched without end."""
    signatures = Signatures(catalogue=CATALOGUE, rules=[Rule("github", (SECRET,))])
    subject = Subject(b"POST", "https://h.example/", ((b"X-Hub-Signature-256", b"sha256=" + b"0" * 64),), content, None)
    started = perf_counter()
    view = Explainer(signatures).explain_now(subject, signatures.judge(subject).signature)
    assert view.reason == "unexplained"
    assert perf_counter() - started < 10
