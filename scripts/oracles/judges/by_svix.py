"""Svix's library."""

from answering import Headers, answer
from svix.webhooks import Webhook


def judge(key: str, _url: str, headers: Headers, content: bytes) -> object:
    """Accept a message."""
    Webhook(key).verify(content, dict(headers))
    return True


answer(judge)
