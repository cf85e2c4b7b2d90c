"""Handshakes and their replies."""

from typing import Any

import pytest

from client.signatures.handshakes import Handshakes, Reply
from client.signatures.secret import Secret
from client.signatures.subject import Subject
from tests.client.signatures.vectors import handshakes

KNOWN = Handshakes.load()
PROVIDERS = {
    "Slack": "slack",
    "Zoom": "zoom",
    "Meta": "meta",
    "WebSub / YouTube": "websub",
    "Microsoft Graph": "msgraph",
    "X / Twitter": "x-twitter",
    "Nylas": "nylas",
    "Okta": "okta",
    "Asana": "asana",
    "Lark / Feishu": "lark",
    "Discord interactions": "discord",
    "Discord webhook events": "discord",
    "Braintree": "braintree",
    "Xero": "xero",
    "Amazon SNS": "aws-sns",
    "Trello": "trello",
    "Mailchimp Marketing": "mailchimp",
    "Azure Event Grid": "eventgrid",
    "GitHub": "github",
    "LINE": "line",
    "Adyen": "adyen",
}


def subject_of(request: dict[str, Any]) -> Subject:
    """Make the request of a stored handshake."""
    fields = tuple((name.encode(), value.encode()) for name, value in request["headers"])
    return Subject(request["method"].encode(), request["url"], fields, request["body"].encode(), None)


def reply_to(entry: dict[str, Any]) -> Reply | None:
    """Answer a stored handshake."""
    params = {"public_key": "integration_public_key"}
    secrets: tuple[Secret, ...] = ()
    if entry["key_kind"] == "verify_token":
        params["verify_token"] = entry["key"]
    elif entry["key"]:
        secrets = (Secret("env:KEY", entry["key"].encode()),)
    return KNOWN.reply(PROVIDERS[entry["provider"]], subject_of(entry["request"]), secrets=secrets, params=params)


@pytest.mark.parametrize("entry", handshakes(), ids=lambda entry: str(entry["id"]))
def test_reply_equals_the_stored_one(entry: dict[str, Any]) -> None:
    """Every handshake gets exactly the status, fields and body that its provider expects."""
    reply = reply_to(entry)
    assert reply is not None
    expected = entry["response"]
    assert (reply.status, reply.content.decode()) == (expected["status"], expected["body"])
    assert [[name.decode(), value.decode()] for name, value in reply.fields] == expected["headers"]
    assert reply.signed is entry["signed"]


def test_all_twenty_one_are_known() -> None:
    """None is left to the app for want of an entry."""
    assert len(KNOWN) == len(handshakes()) == 21


def test_asana_teaches_its_key() -> None:
    """The key that comes with the handshake is handed on, and shown nowhere."""
    entry = next(entry for entry in handshakes() if entry["id"] == "asana-hook-secret")
    reply = reply_to(entry)
    assert reply is not None
    assert reply.learned is not None
    assert reply.learned.value == b"b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81"
    assert "b537207f" not in repr(reply.learned)


def test_wrong_verify_token_gets_no_answer() -> None:
    """Meta's question with another token than the user's is not answered."""
    entry = next(entry for entry in handshakes() if entry["provider"] == "Meta")
    subject = subject_of(entry["request"])
    assert KNOWN.reply("meta", subject, params={"verify_token": "another"}) is None
    assert KNOWN.reply("meta", subject) is None


def test_keyed_answer_needs_the_secret() -> None:
    """Without the secret Zoom gets no answer rather than a wrong one."""
    entry = next(entry for entry in handshakes() if entry["provider"] == "Zoom")
    assert KNOWN.reply("zoom", subject_of(entry["request"])) is None
    assert KNOWN.reply("zoom", subject_of(entry["request"]), secrets=[Secret("env:E", b"")]) is None


@pytest.mark.parametrize("content", [b"", b"[" * 50_000, b"\xff", b'{"events":[1]}', b'{"events":' + b"[" * 9_000])
def test_hostile_body_is_no_handshake(content: bytes) -> None:
    """No body makes an answer fail."""
    subject = Subject(b"POST", "https://h.example/", (), content, None)
    assert [KNOWN.reply(provider, subject) for provider in ("slack", "xero", "line", "discord")] == [None] * 4
