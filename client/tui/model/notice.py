"""What is wrong with the link or the history, said above the list for as long as it is so."""

from client.tui.model.spans import BLANK, Line, Span, Tone, fit, wrapped
from client.views import Status
from client.wording import Signs, link
from shared.printable import printable_line

_MOST_LINES = 4
_MARGIN = 3


def notice_lines(status: Status, *, now: float, width: int, signs: Signs) -> list[Line]:
    """Give the sentences of a status, each in as few lines as it needs; none when all is well.

    Args:
        status: the client's.
        now: Unix seconds, for the time to the next try.
        width: cells.
        signs: the alphabet.
    """
    lines: list[Line] = []
    if said := _link_sentence(status, now):
        role = link(status, now, signs=signs).role
        tone: Tone = role if role in ("error", "warning") else "muted"
        lines += _told(said, tone, signs.bad if tone == "error" else signs.warning, width)
    if status.history:
        lines += _told(status.history, "warning", signs.warning, width)
    if len(lines) > _MOST_LINES:
        last = (*lines[_MOST_LINES - 1], Span(" " * width))
        lines = [*lines[: _MOST_LINES - 1], fit(last, width, more=signs.more)]
    return lines


def _link_sentence(status: Status, now: float) -> str:
    if status.link == "refused":
        return f"refused by the relay: {status.detail}" if status.detail else "refused by the relay"
    if status.retry_at is None or status.retry_at <= now or status.link not in ("connecting", "reconnecting"):
        return status.detail
    wait = f"next try in {round(status.retry_at - now + 0.5)} s"
    return f"{status.detail.rstrip('.')}; {wait}" if status.detail else wait


def _told(text: str, tone: Tone, sign: str, width: int) -> list[Line]:
    rows = wrapped(printable_line(text), max(8, width - _MARGIN - 1))
    return [(BLANK, Span(f"{' ' if at else sign} {row}", tone)) for at, row in enumerate(rows)]
