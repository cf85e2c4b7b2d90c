"""Judgements: rules, providers, facts."""

import hashlib
import hmac
import shutil
import subprocess

import pytest
from msgspec.structs import replace

from client.signatures.catalogue import UnknownScheme
from client.signatures.engine import Judgement, Rule, Secret, Signatures, Subject
from tests.client.signatures.vectors import CATALOGUE, own

SECRET = Secret("env:TALKIFAI_SECRET", b"whsec_talkifai_test")
BODY = b'{"id":"evt_1","type":"call.ended","created":"2024-01-15T10:34:05Z","data":{}}'
SIGNATURE = "sha256=" + hmac.new(SECRET.value, BODY, hashlib.sha256).hexdigest()


def subject(*fields: tuple[str, str], content: bytes | None = BODY, target: str = "/hooks") -> Subject:
    """Make a request."""
    encoded = tuple((name.encode(), value.encode()) for name, value in fields)
    return Subject(b"POST", f"https://demo.example.com{target}", encoded, content, 1_700_000_000.0, target)


def judge(*fields: tuple[str, str], rules: tuple[Rule, ...] = (Rule("talkifai", (SECRET,)),)) -> Judgement:
    """Judge a request with TalkifAI's body by rules."""
    return Signatures(catalogue=CATALOGUE, rules=rules).judge(subject(*fields))


SIGNED = ("X-TalkifAI-Signature", SIGNATURE)


def test_valid_signature() -> None:
    """A right signature is valid, and says with which secret and over what."""
    view = judge(SIGNED).signature
    assert (view.state, view.scheme, view.reason) == ("valid", "talkifai", "")
    assert view.sentence == "signed by TalkifAI with env:TALKIFAI_SECRET"
    assert dict(view.checked)["body"] == f"{len(BODY)} bytes"


def test_signature_made_by_openssl_is_valid() -> None:
    """The documented formula, computed by an independent program, is what is accepted."""
    openssl = shutil.which("openssl")
    assert openssl is not None
    command = [openssl, "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"key:{SECRET.value.decode()}", "-hex"]
    digest = subprocess.run(command, input=BODY, capture_output=True, check=True).stdout.split()[-1].decode()
    assert judge(("X-TalkifAI-Signature", f"sha256={digest}")).signature.state == "valid"


def test_facts_come_with_the_verdict() -> None:
    """The event's type and id are read from the body."""
    judgement = judge(SIGNED)
    assert (judgement.provider, judgement.event_type, judgement.event_id) == ("talkifai", "call.ended", "evt_1")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (SIGNATURE[:-1] + ("0" if SIGNATURE[-1] != "0" else "1"), "signature_mismatch"),
        (SIGNATURE[7:], "signature_prefix"),
        ("sha256=", "signature_undecodable"),
        ("sha256=zz", "signature_undecodable"),
        ("", "signature_prefix"),
        (f"{SIGNATURE}, {SIGNATURE}", "duplicate_header"),
    ],
)
def test_reason_that_needs_no_search(value: str, reason: str) -> None:
    """Each damage to the signature's text has its reason."""
    view = judge(("X-TalkifAI-Signature", value)).signature
    assert (view.state, view.reason) == ("invalid", reason)
    assert view.next_step


def test_missing_signature_names_the_field() -> None:
    """An unsigned request is told which field is missing."""
    view = judge(("Content-Type", "application/json")).signature
    assert view.reason == "missing_signature"
    assert "X-TalkifAI-Signature" in view.sentence


def test_signature_given_twice_is_refused() -> None:
    """Of two fields nobody can say which counts."""
    assert judge(SIGNED, SIGNED).signature.reason == "duplicate_header"


def test_upper_case_hex_is_the_same_signature() -> None:
    """Hexadecimal has no case."""
    assert judge(("x-talkifai-signature", "sha256=" + SIGNATURE[7:].upper())).signature.state == "valid"


@pytest.mark.parametrize("value", [b"", b" ", b"\n"])
def test_empty_secret_fails_closed(value: bytes) -> None:
    """A request signed with the empty secret is not valid under an empty secret."""
    forged = "sha256=" + hmac.new(value, BODY, hashlib.sha256).hexdigest()
    view = judge(("X-TalkifAI-Signature", forged), rules=(Rule("talkifai", (Secret("env:X", value),)),)).signature
    assert (view.state, view.reason) == ("invalid", "secret_empty")


@pytest.mark.parametrize("scheme", ["talkifai", "auto"])
def test_rule_without_a_secret_accuses_nobody(scheme: str) -> None:
    """What could not be checked speaks against neither sender nor app; it is said what is missing."""
    view = judge(("X-TalkifAI-Signature", SIGNATURE), rules=(Rule(scheme, ()),)).signature
    assert (view.state, view.reason) == ("unverifiable", "secret_empty")
    assert view.sentence == "not checked: TalkifAI signs with a secret, and none was given"
    assert view.next_step.startswith("say where it is: --secret-env VARIABLE")
    assert "secret" not in dict(view.checked)


def test_either_of_two_secrets_may_have_signed() -> None:
    """While a secret is being changed, the old one and the new one count."""
    rules = (Rule("talkifai", (Secret("env:NEW", b"another"), SECRET)),)
    assert judge(SIGNED, rules=rules).signature.sentence.endswith("with env:TALKIFAI_SECRET")


def test_mismatch_is_evidence_and_not_proof() -> None:
    """A mismatch alone does not prove whose fault it is, and says so."""
    view = judge(SIGNED, rules=(Rule("talkifai", (Secret("env:X", b"another"),)),)).signature
    assert (view.reason, view.proven) == ("signature_mismatch", False)


def test_nothing_shown_holds_secret_or_signature() -> None:
    """No word of a judgement has the secret or a computed signature in it."""
    wrong = judge(("X-TalkifAI-Signature", "sha256=" + "0" * 64))
    shown = repr(wrong) + repr(judge(SIGNED)) + repr(Rule("talkifai", (SECRET,)))
    assert SECRET.value.decode() not in shown
    assert SIGNATURE[7:] not in shown


def test_provider_is_recognised_without_a_rule() -> None:
    """Without a rule the request is still named, and told to be unchecked."""
    judgement = judge(SIGNED, rules=())
    assert (judgement.provider, judgement.event_type, judgement.event_id) == ("talkifai", "call.ended", "evt_1")
    assert judgement.signature.state == "unconfigured"


def test_request_of_nobody_known() -> None:
    """What carries no provider's field has no provider."""
    judgement = judge(("Content-Type", "text/plain"), rules=())
    assert (judgement.provider, judgement.signature.state) == ("", "unconfigured")


def test_unsigned_request_of_another_provider_keeps_its_name() -> None:
    """A GitHub delivery under a TalkifAI rule is GitHub's, and lacks TalkifAI's signature."""
    judgement = judge(("X-Hub-Signature-256", "sha256=00"), ("X-GitHub-Event", "push"))
    assert (judgement.provider, judgement.event_type) == ("github", "push")
    assert judgement.signature.reason == "missing_signature"


def test_longest_path_decides() -> None:
    """Of two rules that cover a request the longer path counts."""
    rules = (Rule("stripe", (SECRET,)), Rule("talkifai", (SECRET,), path="/hooks"))
    assert judge(SIGNED, rules=rules).signature.scheme == "talkifai"


def test_of_rules_for_one_path_the_recognised_scheme_counts() -> None:
    """Two providers may post to one path."""
    rules = (Rule("stripe", (SECRET,)), Rule("talkifai", (SECRET,)))
    assert judge(SIGNED, rules=rules).signature.state == "valid"


def test_auto_takes_the_recognised_scheme() -> None:
    """`auto` checks what the fields point to."""
    assert judge(SIGNED, rules=(Rule("auto", (SECRET,)),)).signature.state == "valid"


def test_auto_with_nothing_to_recognise_demands_all_the_same() -> None:
    """A required signature is not waived because nobody is recognised."""
    judgement = judge(rules=(Rule("auto", (SECRET,), require=True),))
    assert (judgement.signature.state, judgement.require) == ("unverifiable", True)


def test_unknown_scheme_names_the_nearest() -> None:
    """A rule with a misspelt scheme is refused with the right word."""
    with pytest.raises(UnknownScheme, match="talkifai"):
        Signatures(catalogue=CATALOGUE, rules=[Rule("talkfai", (SECRET,))])


def test_secret_of_the_wrong_form_says_so() -> None:
    """A secret that cannot be decoded is a reason of its own."""
    rules = (Rule("standard-webhooks", (Secret("env:S", b"not base64!"),)),)
    view = judge(("webhook-signature", "v1,AAAA"), rules=rules).signature
    assert (view.reason, view.sentence) == (
        "secret_undecodable",
        "the secret env:S is unusable: it is not base64, as this provider's keys are",
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"type":' + b"[" * 100_000,
        b'{"type":' + b"9" * 1_000_000 + b"}",
        b'{"id":"a","id":"b","type":null}',
        b'"type"',
        b"type=call.ended",
        b'{"type":{"a":1},"id":[1]}',
        b'{"type":"\\ud800"}',
    ],
    ids=range(10),
)
def test_hostile_body_is_judged(content: bytes) -> None:
    """No body makes a judgement fail."""
    signature = "sha256=" + hmac.new(SECRET.value, content, hashlib.sha256).hexdigest()
    signatures = Signatures(catalogue=CATALOGUE, rules=[Rule("talkifai", (SECRET,))])
    judgement = signatures.judge(subject(("X-TalkifAI-Signature", signature), content=content))
    assert judgement.signature.state == "valid"
    assert len(judgement.event_type) <= 200


@pytest.mark.parametrize("scheme", ["github", "stripe", "discord", "linear", "twitch", "trello", "zoom"])
def test_scheme_is_recognised_by_its_fields(scheme: str) -> None:
    """A genuine request is recognised without a rule."""
    vector = next(vector for vector in own() if vector.scheme == scheme and vector.expect == "valid")
    recognised = Signatures(catalogue=CATALOGUE).judge(replace(vector.subject)).provider
    assert recognised == scheme
