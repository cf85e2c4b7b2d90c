"""Stripe's library."""

import stripe
from answering import Headers, answer


def judge(key: str, _url: str, headers: Headers, content: bytes) -> object:
    """Accept an event as Stripe's subscribers do."""
    return stripe.WebhookSignature.verify_header(content.decode(), headers.get("stripe-signature"), key, 300)


answer(judge)
