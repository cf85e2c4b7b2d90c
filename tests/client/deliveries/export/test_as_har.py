"""HAR files are valid HAR 1.2 and come in again unchanged."""

import msgspec
import pytest
from hario_core.models import HarLog

from client.deliveries.export import CapturedExchange, CapturedResponse, export
from client.deliveries.importing import read_request
from tests.client.deliveries.export.samples import CONTENTS, TARGETS, exchange

EXCHANGES: dict[str, CapturedExchange] = {
    **{f"content {name}": exchange(content=content) for name, content in CONTENTS.items()},
    **{f"target {name}": exchange(target=target) for name, target in TARGETS.items()},
    "prefix": exchange(base="https://example.com:8443/t/demo"),
    "no answer": exchange(response=None, duration_seconds=None),
    "no time": exchange(started_at=0.0),
    "old": exchange(version=b"1.0", method=b"M-SEARCH", attempt=3),
    "cut": exchange(content=None, content_bytes=70_000_000),
    "cut answer": exchange(response=CapturedResponse(status=200, content=None, content_bytes=70_000_000)),
    "cookies": exchange(fields=((b"Cookie", b"a=b; c;; =d"), (b"cookie", b"\xff=\xfe"))),
    "own signature field": exchange(signature_fields=frozenset({b"x-proof"})),
}


@pytest.mark.parametrize("name", EXCHANGES)
def test_har_comes_in_again_unchanged(name: str) -> None:
    """Every octet, time and mark."""
    sent = EXCHANGES[name]
    assert read_request(export([sent], "har", with_secrets=True).data) == [sent]


def test_har_is_valid() -> None:
    """A library's models of HAR 1.2 take the file, strictly."""
    data = export(list(EXCHANGES.values()), "har", with_secrets=True).data
    log = HarLog.model_validate(msgspec.json.decode(data)["log"], strict=False)
    assert (log.version, log.creator.name, len(log.entries)) == ("1.2", "hookline", len(EXCHANGES))


def test_har_shows_text_beside_exact_bytes() -> None:
    """Another tool reads what it can; ours reads the bytes."""
    posted = msgspec.json.decode(export([exchange(content=b"a\xff")], "har").data)["log"]["entries"][0]["request"][
        "postData"
    ]
    assert (posted["text"], posted["_base64"]) == ("a\ufffd", "Yf8=")


def test_har_says_what_was_cut() -> None:
    """A content that was not captured whole is marked and has no text."""
    entry = msgspec.json.decode(export([EXCHANGES["cut"]], "har").data)["log"]["entries"][0]
    assert ("not captured whole" in entry["comment"], entry["request"]["bodySize"], "postData" in entry["request"]) == (
        True,
        70_000_000,
        False,
    )
