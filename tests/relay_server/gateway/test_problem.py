"""Refusals as answers, by value."""

import json

import pytest

from relay_server.endpoint import EndpointOffline
from relay_server.gateway.problem import refusal_answer, wants_page
from shared.errors import ExchangeFailed, Failure


def answer(
    error: ExchangeFailed, *, page: bool = False, bodiless: bool = False, close: bool = False
) -> tuple[list[bytes], bytes]:
    """Give the lines and the content of an answer."""
    data = refusal_answer(error, delivery="dlv_1", now=0.0, page=page, bodiless=bodiless, close=close)
    head, _, content = data.partition(b"\r\n\r\n")
    return head.split(b"\r\n"), content


def test_problem_document() -> None:
    """A program gets what RFC 9457 wants, with the code and whether to come back."""
    lines, content = answer(ExchangeFailed(Failure.ENDPOINT_LOST, "secret detail", delivered="unknown"))
    problem = json.loads(content)
    assert lines[0] == b"HTTP/1.1 502 Bad Gateway"
    assert problem | {"detail": ""} == {
        "type": "urn:hookline:error:endpoint-lost",
        "title": "The endpoint was lost",
        "status": 502,
        "detail": "",
        "code": "endpoint-lost",
        "delivery": "dlv_1",
        "retryable": True,
        "delivered": "unknown",
    }
    assert b"secret" not in content
    for line in (
        b"Content-Type: application/problem+json",
        b"Content-Length: %d" % len(content),
        b"Date: Thu, 01 Jan 1970 00:00:00 GMT",
        b"Cache-Control: no-store",
        b"Hookline-Error: endpoint-lost",
        b"Hookline-Delivery: dlv_1",
    ):
        assert line in lines


def test_page() -> None:
    """A person gets a page that runs nothing."""
    lines, content = answer(ExchangeFailed(Failure.ENDPOINT_OFFLINE), page=True, close=True)
    assert b"<h1>The endpoint is offline</h1>" in content
    assert any(line.startswith(b"Content-Security-Policy: default-src 'none'") for line in lines)
    assert lines[-1] == b"Connection: close"


def test_answer_to_head() -> None:
    """The answer to HEAD has the length of what it leaves out."""
    lines, content = answer(ExchangeFailed(Failure.BAD_REQUEST), bodiless=True)
    assert content == b""
    assert any(line.startswith(b"Content-Length: ") and line != b"Content-Length: 0" for line in lines)


@pytest.mark.parametrize(
    ("error", "least", "most"),
    [
        (EndpointOffline(retry_after_seconds=60), 60, 72),
        (ExchangeFailed(Failure.ENDPOINT_OFFLINE), 5, 6),
        (ExchangeFailed(Failure.ENDPOINT_OVERLOADED), 1, 1),
    ],
)
def test_retry_after(error: ExchangeFailed, least: int, most: int) -> None:
    """Seconds are whole, spread by up to a fifth, and what the error knows goes before the table."""
    (line,) = [line for line in answer(error)[0] if line.startswith(b"Retry-After: ")]
    assert least <= int(line.split()[1]) <= most


@pytest.mark.parametrize(
    ("failure", "line"),
    [
        (Failure.METHOD_NOT_ALLOWED, b"Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
        (Failure.SIGNATURE_INVALID, b"WWW-Authenticate: Signature"),
    ],
)
def test_fields_that_a_status_demands(failure: Failure, line: bytes) -> None:
    """401 and 405 come with the field that their status demands (RFC 9110 section 15.5)."""
    assert line in answer(ExchangeFailed(failure))[0]


@pytest.mark.parametrize(
    ("method", "fields", "expected"),
    [
        (b"GET", [(b"accept", b"text/HTML,*/*")], True),
        (b"GET", [(b"Accept", b"*/*")], False),
        (b"GET", [], False),
        (b"POST", [(b"Accept", b"text/html")], False),
    ],
)
def test_who_wants_a_page(method: bytes, fields: list[tuple[bytes, bytes]], *, expected: bool) -> None:
    """A page is for navigation, never for what sends data."""
    assert wants_page(method, fields) is expected
