"""The pages of the detail's tabs."""

import msgspec

from client.tui.model.content import render
from client.tui.model.contents import Shown
from client.tui.model.exchange_page import Look, tab_page
from client.tui.model.spans import text_of
from client.tui.model.tabs import ATTEMPTS, RAW, REQUEST, RESPONSE, SIGNATURE
from client.views import DeliveryDetail
from client.wording import UNICODE
from tests.client.tui.fake import delivery

LOOK = Look(UNICODE)
BODY = b'{"a":1}'


def page(tab: int, detail: DeliveryDetail, *, request: Shown | None = None, response: Shown | None = None) -> list[str]:
    """Give a page's lines."""
    shown = tab_page(tab, detail, detail.attempts[0], request=request, response=response, look=LOOK)
    shown.lay_out(80)
    return [text_of(shown.line(row)).rstrip() for row in range(len(shown))]


def content(data: bytes) -> Shown:
    """Give content ready to be shown."""
    return Shown(data, render(data, "application/json", "auto"))


def test_request_page_with_and_without_its_content() -> None:
    """The head is there at once, the content when it was fetched; an empty one is said."""
    detail = delivery(body=BODY)
    assert page(REQUEST, detail)[-1].startswith("── fetching the body ──")
    assert page(REQUEST, detail, request=content(BODY))[-3:] == [" 1 {", ' 2   "a": 1', " 3 }"]
    assert page(REQUEST, delivery())[-1].startswith("── no content ──")


def test_response_page_with_and_without_an_answer() -> None:
    """An attempt without an answer has its explanation alone."""
    assert page(RESPONSE, delivery(answer=BODY), response=content(BODY))[-1] == " 3 }"
    assert page(RESPONSE, delivery(status=None, failure="origin-dns"))[-1] == "  code    origin-dns"


def test_signature_page_is_the_panel() -> None:
    """The verdict has its own page; the attempts have a widget instead."""
    assert page(SIGNATURE, delivery())[0].startswith("✓ SIGNATURE VALID")
    assert page(ATTEMPTS, delivery()) == []


def test_raw_page_shows_both_messages_with_their_hashes() -> None:
    """Head and content as bytes, with how many they are and what they hash to."""
    lines = page(RAW, delivery(body=BODY), request=content(BODY))
    assert lines[0].startswith("── As received, and as sent to the app ──")
    assert lines[1].startswith("00000000  50 4f 53 54")
    assert any("7 bytes · sha256 015abd7f…f862" in line for line in lines)
    assert any(line.startswith("── As the app answered") for line in lines)


def test_raw_page_of_a_request_alone() -> None:
    """Without an answer there is nothing of one, and a head that latin-1 cannot carry is no error."""
    detail = delivery(status=None, failure="origin-dns", target="/\ud800")
    assert not any("answered" in line for line in page(RAW, detail))
    lost = msgspec.structs.replace(detail.attempts[0], request=None)
    assert page(RAW, msgspec.structs.replace(detail, attempts=(lost,))) == []
