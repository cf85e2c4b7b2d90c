"""Slack's library."""

from answering import Headers, answer
from slack_sdk.signature import SignatureVerifier


def judge(key: str, _url: str, headers: Headers, content: bytes) -> object:
    """Accept a request."""
    return SignatureVerifier(key).is_valid_request(content, dict(headers))


answer(judge)
