"""The detail's tabs, which say in signs how each stands."""

from typing import NamedTuple

from client.tui.model.spans import BLANK, Line, Span, Tone
from client.views import AttemptView, DeliveryDetail
from client.wording import Signs, result

TABS = ("Request", "Response", "Signature", "Attempts", "Raw")
REQUEST, RESPONSE, SIGNATURE, ATTEMPTS, RAW = range(5)

_GAP = "  "
_WIDEST_MARKS = {RESPONSE: "x", SIGNATURE: "x", ATTEMPTS: "99"}
_SHORT = {"Signature": "Sig", "Attempts": "Tries"}


class Tab(NamedTuple):
    """A tab and the mark behind its name."""

    number: int
    name: str
    mark: str = ""
    tone: Tone = "muted"

    def label(self, shortness: int = 0) -> str:
        """Give what is shown: `3 Signature ✗`, shorter `3 Sig ✗`, shortest `3 ✗`."""
        name = (self.name, _SHORT.get(self.name, self.name), "")[shortness]
        return " ".join(filter(None, [str(self.number), name, self.mark]))


def tabs(detail: DeliveryDetail | None, attempt: AttemptView | None, signs: Signs) -> list[Tab]:
    """Give the tabs with the marks of an attempt."""
    marks: dict[int, tuple[str, Tone]] = {}
    if detail is not None and attempt is not None:
        outcome = result(attempt.state, attempt.status, attempt.failure, signs=signs)
        if outcome.role in ("error", "warning"):
            marks[RESPONSE] = (outcome.sign, outcome.role)
        if attempt.signature.state == "valid":
            marks[SIGNATURE] = (signs.good, "success")
        elif attempt.signature.state == "invalid":
            marks[SIGNATURE] = (signs.bad, "error")
        if len(detail.attempts) > 1:
            marks[ATTEMPTS] = (str(len(detail.attempts)), "accent")
    return [Tab(number + 1, name, *marks.get(number, ())) for number, name in enumerate(TABS)]


def _room(shortness: int) -> int:
    widest = (Tab(number + 1, name, _WIDEST_MARKS.get(number, "")) for number, name in enumerate(TABS))
    return sum(len(tab.label(shortness)) + len(_GAP) for tab in widest)


def tab_lines(all_tabs: list[Tab], active: int, width: int, *, under: str = "━") -> tuple[Line, Line]:
    """Give the tabs and the line under them that shows which is active; short of room, names become shorter.

    The width alone decides how short: with the marks of one delivery or another, a tab keeps its name.
    """
    shortness = next((short for short in (0, 1) if _room(short) <= width), 2)
    names: list[Span] = [BLANK]
    at, start, length = 1, 1, 0
    for number, tab in enumerate(all_tabs):
        label = tab.label(0 if number == active and shortness == 2 else shortness)  # noqa: PLR2004
        names += [Span(label, "title" if number == active else tab.tone, f"screen.tab({number})"), Span(_GAP)]
        if number == active:
            start, length = at, len(label)
        at += len(label) + len(_GAP)
    return tuple(names), (Span(" " * start), Span(under * length, "title"))
