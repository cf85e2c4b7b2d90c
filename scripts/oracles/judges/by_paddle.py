"""Paddle's library."""

from types import SimpleNamespace

from answering import Headers, answer
from paddle_billing.Notifications import Secret, Verifier


def judge(key: str, _url: str, headers: Headers, content: bytes) -> object:
    """Accept a notification; the window is the library's own."""
    return Verifier().verify(SimpleNamespace(headers=headers, body=content), Secret(key))


answer(judge)
