"""What a request says of itself."""

import base64

import pytest

from client.signatures.facts import LARGEST_GLANCE_BYTES, LONGEST, EventFacts, Facts, Recogniser
from client.signatures.scheme import Scheme
from tests.client.signatures.requests import reading
from tests.client.signatures.vectors import CATALOGUE

RECOGNISER = Recogniser(CATALOGUE)


@pytest.mark.parametrize(
    ("scheme", "fields", "content", "facts"),
    [
        ("talkifai", (), b'{"id":"evt_1","type":"call.ended"}', EventFacts("call.ended", "evt_1")),
        ("github", (("X-GitHub-Event", "push"), ("X-GitHub-Delivery", "d-1")), b"{}", EventFacts("push", "d-1")),
        ("talkifai", (), b"not json", EventFacts()),
        ("talkifai", (), b'{"id":7,"type":{}}', EventFacts("", "7")),
        ("talkifai", (), b'{"id":"' + b"x" * 999 + b'"}', EventFacts("", "x" * LONGEST)),
    ],
)
def test_type_and_id(scheme: str, fields: tuple[tuple[str, str], ...], content: bytes, facts: EventFacts) -> None:
    """Type and id stand where the catalogue says, are never longer than what is kept, and nothing is believed."""
    assert Facts(CATALOGUE.get(scheme)).read(reading(*fields, content=content)) == facts


def test_claim_is_read_without_a_check() -> None:
    """A token's id is known whether or not the token holds."""
    payload = base64.urlsafe_b64encode(b'{"jti":"t-1"}').rstrip(b"=").decode()
    request = reading(("MessageBird-Signature-JWT", f"e30.{payload}.AA"))
    assert Facts(CATALOGUE.get("bird")).read(request).id == "t-1"


def test_enormous_body_is_not_looked_into() -> None:
    """Beyond some size a glance would cost too much."""
    content = b'{"id":"evt_1","pad":"' + b"x" * LARGEST_GLANCE_BYTES + b'"}'
    assert Facts(CATALOGUE.get("talkifai")).read(reading(content=content)) == EventFacts()


@pytest.mark.parametrize(
    ("fields", "scheme"),
    [
        ((("X-TalkifAI-Signature", "sha256=00"),), "talkifai"),
        ((("Stripe-Signature", "t=1,v1=00"),), "stripe"),
        ((("X-Hub-Signature-256", "sha256=00"), ("X-GitHub-Event", "push")), "github"),
        ((("X-Hub-Signature", "sha256=00"), ("X-Event-Key", "repo:push"), ("X-Request-UUID", "1")), "bitbucket"),
        ((("X-Hub-Signature", "sha256=00"), ("X-Atlassian-Webhook-Identifier", "1")), "jira"),
        ((("X-Hub-Signature", "sha1=00"), ("X-GitHub-Delivery", "1")), "github-sha1"),
        ((("webhook-signature", "v1a,AA"), ("webhook-id", "1")), "standard-webhooks-ed25519"),
        ((("Authorization", "Bearer x"),), None),
        ((("Content-Type", "application/json"),), None),
    ],
)
def test_recognised_by_its_fields(fields: tuple[tuple[str, str], ...], scheme: str | None) -> None:
    """Providers that share a field are told apart by its form and by what stands beside it."""
    encoded = tuple((name.encode(), value.encode()) for name, value in fields)
    seen: Scheme | None = RECOGNISER.recognise(encoded)
    assert (None if seen is None else seen.id) == scheme


def test_why_it_was_recognised() -> None:
    """What speaks for one and against the others is said."""
    fields = ((b"X-Hub-Signature", b"sha1=00"), (b"X-GitHub-Delivery", b"1"), (b"X-GitHub-Event", b"push"))
    said = RECOGNISER.why(fields)
    assert said.startswith("github-sha1, by X-Hub-Signature and X-GitHub-Delivery and X-GitHub-Event; not ")
    assert "the signature's text has another form" in said
    assert RECOGNISER.why(((b"Accept", b"*/*"),)) == ""
