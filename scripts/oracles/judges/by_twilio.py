"""Twilio's library."""

from urllib.parse import parse_qsl

from answering import Headers, answer
from twilio.request_validator import RequestValidator


def judge(key: str, url: str, headers: Headers, content: bytes) -> object:
    """Accept a request with a form."""
    form = dict(parse_qsl(content.decode(), keep_blank_values=True))
    return RequestValidator(key).validate(url, form, headers.get("x-twilio-signature", ""))


answer(judge)
