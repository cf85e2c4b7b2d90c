"""Causes that are proven by computing the signature under them, each on a request made for it."""

import base64
import gzip
import hashlib
import hmac
import json
import zlib
from collections.abc import Callable

import pytest

from client.signatures.engine import Rule, Secret, Signatures, Subject
from client.signatures.explaining import Explainer
from client.signatures.search import Budget, BudgetSpent
from client.signatures.sign import signed
from client.views import SignatureView
from tests.client.signatures.vectors import CATALOGUE

NOW = 1_800_000_000.0
JSON = b'{"id":"evt_1","type":"x","text":"a/b","amount":10}'
FORM = b"a=1+2&payload=%7B%22x%22%3A1%7D"


def subject(content: bytes = JSON, url: str = "https://demo.example.com/hooks?b=2&a=1", kind: str = "json") -> Subject:
    """Make an unsigned request."""
    content_type = b"application/json" if kind == "json" else b"application/x-www-form-urlencoded"
    return Subject(b"POST", url, ((b"Content-Type", content_type),), content, NOW)


def explained(scheme: str, secret: bytes, request: Subject, *others: Rule) -> SignatureView:
    """Judge and explain a request under a secret."""
    rules = [Rule(scheme, (Secret("env:S", secret),), path="/hooks"), *others]
    signatures = Signatures(catalogue=CATALOGUE, rules=rules)
    return Explainer(signatures).explain_now(request, signatures.judge(request).signature)


def mac(key: bytes, data: bytes, name: str = "sha256") -> bytes:
    """Give an HMAC in hexadecimal."""
    return hmac.new(key, data, name).hexdigest().encode()


def plain(scheme: str, value: bytes, request: Subject) -> Subject:
    """Put a signature's text into a request where its scheme looks."""
    name = CATALOGUE.get(scheme).signature.sources[0].partition(":")[2].encode()
    fields = (*request.fields, (name, value))
    return Subject(request.method, request.url, fields, request.content, request.received_at)


KEY = b"secret key of some length"


@pytest.mark.parametrize(
    ("scheme", "signing", "given", "reason"),
    [
        ("talkifai", base64.b64decode(b"c2VjcmV0"), b"c2VjcmV0", "secret_should_be_decoded"),
        ("talkifai", b"\xab\xcd\xef", b"abcdef", "secret_should_be_decoded"),
        ("talkifai", b"abc", b"ABC", "secret_case"),
        ("talkifai", b"a+b/c", b"a%2Bb%2Fc", "secret_url_encoded"),
        ("talkifai", b"c2VjcmU=", b"c2VjcmU", "secret_truncated_padding"),
        ("talkifai", KEY, b"\n 'secret key of some length' \n", "secret_whitespace"),
        ("talkifai", b"whsec_x", b"x", "secret_prefix_missing"),
    ],
)
def test_secret_that_was_copied_wrongly(scheme: str, signing: bytes, given: bytes, reason: str) -> None:
    """Each way to spoil a secret is named, with proof, and without showing it."""
    view = explained(scheme, given, plain(scheme, b"sha256=" + mac(signing, JSON), subject()))
    assert (view.state, view.reason, view.proven) == ("invalid", reason, True)
    assert signing.decode("latin-1") not in view.sentence


def test_decoded_secret_that_is_meant_as_text() -> None:
    """Standard Webhooks' secret used as text is told apart from a wrong one."""
    scheme = CATALOGUE.get("standard-webhooks")
    polar = signed(CATALOGUE.get("polar"), Secret("env:S", b"whsec_c2VjcmV0"), subject(), now=NOW)
    assert explained(scheme.id, b"whsec_c2VjcmV0", polar).reason == "secret_should_be_text"


@pytest.mark.parametrize(
    ("change", "kind", "reason"),
    [
        (lambda body: json.dumps(body.decode()).encode(), "json", "body_json_double_encoded"),
        (lambda body: body.replace(b"/", b"\\/"), "json", "body_reserialised"),
        (lambda body: json.dumps(json.loads(body), indent="\t").encode(), "json", "body_reserialised"),
        (lambda body: body.replace(b"\n", b"\r\n"), "lines", "body_newlines_converted"),
        (lambda body: b"  " + body + b"\t", "json", "body_whitespace"),
        (lambda body: body.replace(b"+", b"%20"), "form", "body_form_reencoded"),
    ],
)
def test_body_that_was_rewritten(change: Callable[[bytes], bytes], kind: str, reason: str) -> None:
    """Each way to rewrite a body is named, with proof."""
    body = {"json": JSON, "lines": b"one\ntwo\n", "form": FORM}[kind]
    request = subject(change(body), kind="form" if kind == "form" else "json")
    assert explained("talkifai", KEY, plain("talkifai", b"sha256=" + mac(KEY, body), request)).reason == reason


def test_form_field_that_is_signed_alone() -> None:
    """A form whose payload field was signed is told from a rewritten one."""
    request = plain("talkifai", b"sha256=" + mac(KEY, b'{"x":1}'), subject(FORM, kind="form"))
    assert explained("talkifai", KEY, request).reason == "body_form_field_payload_signed"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://demo.example.com/hooks?b=2&a=1", "url_scheme"),
        ("https://demo.example.com:443/hooks?b=2&a=1", "url_port"),
        ("https://demo.example.com/hooks/?b=2&a=1", "url_trailing_slash"),
        ("https://demo.example.com/hooks?a=1&b=2", "url_query_order"),
        ("https://demo.example.com/hooks", "url_query_dropped"),
    ],
)
def test_url_that_differs_from_the_signed_one(url: str, reason: str) -> None:
    """Each way to change a URL is named, and the one that was signed is said."""
    request = subject()
    made = signed(CATALOGUE.get("square"), Secret("env:S", KEY), subject(url=url), now=NOW)
    seen = Subject(request.method, request.url, made.fields, request.content, NOW)
    view = explained("square", KEY, seen)
    assert view.reason == reason
    assert url in view.sentence


def test_method_that_differs_from_the_signed_one() -> None:
    """A request turned from PUT into POST is named."""
    request = subject()
    put = Subject(b"PUT", request.url, request.fields, request.content, NOW)
    made = signed(CATALOGUE.get("hubspot-v3"), Secret("env:S", KEY), put, now=NOW)
    view = explained("hubspot-v3", KEY, Subject(b"POST", request.url, made.fields, JSON, NOW))
    assert view.reason == "method"


def test_other_algorithm() -> None:
    """SHA-1 where SHA-256 is due is named."""
    assert (
        explained("talkifai", KEY, plain("talkifai", b"sha256=" + mac(KEY, JSON, "sha1"), subject())).reason
        == "algorithm"
    )


def test_other_order_of_what_is_signed() -> None:
    """A provider that signs in another order than its documentation is found out."""
    made = signed(CATALOGUE.get("stripe"), Secret("env:S", KEY), subject(), now=NOW)
    value = b"t=1800000000,v1=" + mac(KEY, JSON + b"1800000000")
    request = Subject(made.method, made.url, ((b"Stripe-Signature", value),), JSON, NOW)
    assert explained("stripe", KEY, request).reason == "signed_content"


def test_other_scheme() -> None:
    """A request that is signed as another provider signs is given to it."""
    made = signed(CATALOGUE.get("coinbase-cdp"), Secret("env:S", KEY), subject(), now=NOW)
    request = Subject(made.method, made.url, made.fields, JSON, NOW)
    view = explained("coinbase-cdp-v1", KEY, plain("coinbase-cdp-v1", b"", request))
    assert view.state == "invalid"
    view = explained("zendesk", KEY, signed(CATALOGUE.get("zendesk-2021"), Secret("env:S", KEY), subject(), now=NOW))
    assert (view.reason, view.proven) == ("other_scheme", True)
    assert "zendesk-2021" in view.next_step


def test_two_mistakes_at_once() -> None:
    """A quoted secret and a newline on the body are found together."""
    request = plain("talkifai", b"sha256=" + mac(KEY, JSON), subject(JSON + b"\n"))
    view = explained("talkifai", b'"' + KEY + b'"', request)
    assert view.reason == "secret_quoted"
    assert "and for the body without the line end" in view.sentence


def test_other_provider_instead_of_the_one_checked() -> None:
    """An unsigned request that carries another provider's signature names that provider."""
    request = plain("github", b"sha256=" + b"0" * 64, subject())
    view = explained("talkifai", KEY, request)
    assert view.reason == "missing_signature"
    assert "it carries a signature of GitHub instead" in view.sentence


def test_whole_hours_point_to_a_time_zone() -> None:
    """A signature that is exactly two hours old is told of the zone."""
    made = signed(CATALOGUE.get("stripe"), Secret("env:S", KEY), subject(), now=NOW - 7200)
    view = explained("stripe", KEY, made)
    assert (view.reason, "time zone" in view.sentence) == ("timestamp_too_old", True)


def test_what_fits_nothing_is_said_to_be_unexplained() -> None:
    """Where nothing can be proven, that is said, with what was ruled out."""
    view = explained("talkifai", KEY, plain("talkifai", b"sha256=" + b"0" * 64, subject()))
    assert (view.reason, view.proven) == ("unexplained", False)
    assert len(view.ruled_out) >= 5


def test_explanation_shows_neither_secret_nor_signature() -> None:
    """No word of any explanation is a secret or a signature that would be valid."""
    right = mac(KEY, JSON)
    others = [Rule("talkifai", (Secret("env:OTHER", KEY),), path="/elsewhere")]
    view = explained("talkifai", b"wrong", plain("talkifai", b"sha256=" + right.upper(), subject(JSON)), *others)
    assert view.reason == "other_known_secret"
    shown = repr(view)
    assert KEY.decode() not in shown
    assert right.decode() not in shown
    assert hashlib.sha256(KEY).hexdigest() not in shown


async def test_valid_view_comes_back_as_it_was() -> None:
    """There is nothing to explain about what is valid, and nothing that could change it."""
    request = plain("talkifai", b"sha256=" + mac(KEY, JSON), subject())
    signatures = Signatures(catalogue=CATALOGUE, rules=[Rule("talkifai", (Secret("env:S", KEY),))])
    judgement = signatures.judge(request)
    assert await Explainer(signatures).explain(request, judgement) is judgement.signature


async def test_failure_is_explained_in_a_worker() -> None:
    """The awaited form gives the same cause."""
    request = plain("talkifai", b"sha256=" + mac(KEY, JSON), subject())
    signatures = Signatures(catalogue=CATALOGUE, rules=[Rule("talkifai", (Secret("env:S", KEY + b"\n"),))])
    view = await Explainer(signatures).explain(request, signatures.judge(request))
    assert view.reason == "secret_whitespace"


def test_budget_ends_a_search() -> None:
    """Neither count nor bytes can be overspent."""
    budget = Budget(2, 100)
    budget.spend(50)
    with pytest.raises(BudgetSpent):
        budget.spend(51)
    with pytest.raises(BudgetSpent):
        Budget(0).spend(1)


@pytest.mark.parametrize(
    ("packed", "words"),
    [
        (gzip.compress(JSON, mtime=0), "compressed with gzip"),
        (gzip.compress(JSON, 6, mtime=0)[:9] + b"\x00" + gzip.compress(JSON, 6, mtime=0)[10:], "compressed with gzip"),
        (zlib.compress(JSON, 9), "compressed with deflate"),
    ],
)
def test_body_that_something_has_decompressed(packed: bytes, words: str) -> None:
    """A signature over the compressed bytes is proven where a common tool has compressed them."""
    request = plain("talkifai", b"sha256=" + mac(KEY, packed), subject())
    view = explained("talkifai", KEY, request)
    assert (view.reason, view.proven, words in view.sentence) == ("body_decompressed", True, True)


def test_failure_shows_the_bodys_hash() -> None:
    """The body that was judged can be compared with the one that the app has."""
    view = explained("talkifai", KEY, plain("talkifai", b"sha256=" + b"0" * 64, subject()))
    assert dict(view.checked)["body SHA-256"] == hashlib.sha256(JSON).hexdigest()
