"""What can be copied."""

import shlex

import msgspec
import pytest

from client.tui.model.copying import as_curl, headers_text, report_text, url_text
from client.wording import UNICODE
from shared.errors import TunnelError
from tests.client.tui.fake import ONLINE, delivery
from tests.client.tui.seeded import FORGED


def test_url_of_a_delivery_or_of_the_tunnel() -> None:
    """A delivery has the URL it was sent to; without one it is the public URL."""
    assert url_text(delivery(), ONLINE) == "https://ab12cd.relay.example.dev/hooks"
    assert url_text(None, ONLINE) == "https://ab12cd.relay.example.dev"
    assert url_text(None, msgspec.structs.replace(ONLINE, tunnels=())) == ""


def test_headers_in_wire_order() -> None:
    """First line and fields, one a line."""
    text = headers_text(delivery(fields=(("x-a", "1"), ("X-A", "2"))).attempts[0].request)
    assert text.splitlines()[0] == "POST /hooks HTTP/1.1"
    assert text.splitlines()[-2:] == ["x-a: 1", "X-A: 2"]
    assert headers_text(None) == ""


def test_report_of_a_signature() -> None:
    """The panel as text."""
    text = report_text(delivery(signature=FORGED).attempts[0], signs=UNICODE)
    assert text.startswith("✗ SIGNATURE DOES NOT MATCH")
    assert text.endswith("\n")


def test_curl_goes_to_the_app_without_secrets() -> None:
    """The line goes to the app, carries the body, and leaves the signature out."""
    detail = delivery(body=b'{"it\'s":"!"}')
    words = shlex.split(as_curl(detail, detail.attempts[0], b'{"it\'s":"!"}').replace("\\\n", " "))
    assert words[0] == "curl"
    assert any(word.startswith("http://localhost:3000") for word in words)
    assert '{"it\'s":"!"}' in words
    assert "5f5f" not in " ".join(words)


def test_curl_of_a_cut_capture_is_refused() -> None:
    """A part is never sent as the whole."""
    detail = delivery(body=b"x")
    message = detail.attempts[0].request
    assert message is not None
    cut = msgspec.structs.replace(detail.attempts[0], request=msgspec.structs.replace(message, content_bytes=9))
    with pytest.raises(TunnelError):
        as_curl(detail, cut, b"x")
