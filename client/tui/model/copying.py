"""What can be copied from a delivery, as text."""

from client.tui.model.spans import text_of
from client.tui.model.verdict import verdict_lines
from client.views import AttemptView, DeliveryDetail, MessageView, Status
from client.wording import Signs
from shared.printable import printable_line

_REPORT_CELLS = 100


def url_text(detail: DeliveryDetail | None, status: Status) -> str:
    """Give the URL a delivery was sent to; without one, the first public URL."""
    if detail is not None:
        return detail.public_url + detail.summary.target
    return next((url for tunnel in status.tunnels for url in tunnel.public_urls), "")


def headers_text(message: MessageView | None) -> str:
    """Give a message's first line and fields, made printable: what is pasted may land in a shell."""
    if message is None:
        return ""
    lines = (message.line, *(f"{name}: {value}" for name, value in message.fields))
    return "".join(f"{printable_line(line)}\n" for line in lines)


def report_text(attempt: AttemptView, *, signs: Signs) -> str:
    """Give the signature panel as text; it holds neither secret nor computed signature."""
    return "".join(f"{text_of(line).rstrip()}\n" for line in verdict_lines(attempt, width=_REPORT_CELLS, signs=signs))


def as_curl(detail: DeliveryDetail, attempt: AttemptView, content: bytes) -> str:
    """Give the cURL line that sends the request to the app again, secrets left out.

    Raises:
        TunnelError: not all of the content was kept.
    """
    from client.deliveries.export import CapturedExchange, export  # noqa: PLC0415 - the first paint does not wait for it

    message = attempt.request
    fields = message.fields if message is not None else ()
    cut = message is not None and message.captured_bytes < message.content_bytes
    exchange = CapturedExchange(
        method=detail.summary.method.encode("latin-1", errors="replace"),
        base=attempt.target,
        target=detail.summary.target.encode("latin-1", errors="replace"),
        fields=tuple((name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in fields),
        content=None if cut else content,
        content_bytes=len(content),
        delivery_id=detail.summary.id,
    )
    return export([exchange], "curl").data.decode()
