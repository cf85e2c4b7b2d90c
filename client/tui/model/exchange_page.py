"""The pages of the detail's tabs, put together from head and content."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from client.tui.model.content import Mode
from client.tui.model.contents import Shown
from client.tui.model.message import content_rule, no_content, request_lines, response_lines
from client.tui.model.pages import Hex, Lines, Page, Stack, content_page
from client.tui.model.spans import EMPTY, Line, Span, justify, span
from client.tui.model.tabs import RAW, REQUEST, RESPONSE, SIGNATURE
from client.tui.model.verdict import verdict_lines
from client.views import AttemptView, DeliveryDetail, MessageView
from client.wording import Signs, number


@dataclass(frozen=True, slots=True)
class Look:
    """How the user wants to see messages."""

    signs: Signs
    mode: Mode = "auto"
    wrap: bool = True
    all_fields: bool = False


def tab_page(
    tab: int, detail: DeliveryDetail, attempt: AttemptView, *, request: Shown | None, response: Shown | None, look: Look
) -> Page:
    """Give a tab's page.

    Args:
        tab: which.
        detail: the delivery.
        attempt: the attempt that is looked at.
        request: its request's content; None: not fetched yet.
        response: its response's content, likewise.
        look: what the user chose.
    """
    signs, fields = look.signs, look.all_fields
    if tab == REQUEST:
        head = Lines(lambda width: request_lines(detail, attempt, width=width, all_fields=fields, signs=signs))
        return _with_content(head, attempt.request, request, look)
    if tab == RESPONSE:
        head = Lines(lambda width: response_lines(attempt, width=width, all_fields=fields, signs=signs))
        return _with_content(head, attempt.response, response, look)
    if tab == SIGNATURE:
        return Lines(lambda width: verdict_lines(attempt, width=width, signs=signs))
    if tab == RAW:
        received = _raw("As received, and as sent to the app", attempt.request, request, signs)
        return Stack(*received, *_raw("As the app answered", attempt.response, response, signs))
    return Lines(lambda _width: [])


def _with_content(head: Page, message: MessageView | None, shown: Shown | None, look: Look) -> Page:
    if message is None:
        return head
    if message.captured_bytes == 0 and message.content_bytes == 0:
        return Stack(head, Lines(lambda width: no_content(width, look.signs)))
    if shown is None:
        return Stack(head, Lines(_rule("fetching the body", message, look.signs)))
    content = content_page(shown.rendering, shown.data, wrap=look.wrap)
    return Stack(head, Lines(_rule(f" {look.signs.dot} ".join(shown.rendering.labels), message, look.signs)), content)


def _rule(label: str, message: MessageView, signs: Signs) -> Callable[[int], Sequence[Line]]:
    return lambda width: content_rule(label, message, width=width, signs=signs)


def _raw(title: str, message: MessageView | None, shown: Shown | None, signs: Signs) -> list[Page]:
    if message is None:
        return []
    head = message.line + "\r\n" + "".join(f"{name}: {value}\r\n" for name, value in message.fields) + "\r\n"
    octets = head.encode("latin-1", errors="replace")
    pages: list[Page] = [_headed(title, f"{number(len(octets))} bytes", signs), Hex(octets)]
    if shown is None:
        return pages
    digest = hashlib.sha256(shown.data).hexdigest()
    about = f"{number(len(shown.data))} bytes {signs.dot} sha256 {digest[:8]}{signs.more}{digest[-4:]}"
    return [*pages, _headed("Body", about, signs), Hex(shown.data), Lines(lambda _width: [EMPTY])]


def _headed(title: str, about: str, signs: Signs) -> Page:
    left = (Span(signs.rule * 2 + " ", "muted"), Span(title, "title"), Span(" "))
    right = (span(f" {about} ", "muted"), Span(signs.rule * 2, "muted"))
    return Lines(lambda width: [justify(left, right, width, fill=Span(signs.rule, "muted"))])
