"""A delivery as one row of the list, in the columns that a width has room for."""

from dataclasses import dataclass

from client.tui.model.spans import Line, Span, Tone, cell
from client.views import DeliverySummary
from client.wording import Signs, day_or_time, duration, result, signature, size
from shared.printable import printable_line

_WIDE = 74
_NARROW = 58
_SOURCE_CELLS = 9
_MARKER_CELLS = 2
_TIME_CELLS = 10
_RESULT_CELLS = 8
_SIGNATURE_CELLS = 6
_FIGURES_CELLS = 17
_BADGE_CELLS = 3


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns there are, and how wide the one is that takes the rest."""

    source: bool
    signature: bool
    figures: bool
    event_cells: int


def columns(width: int, *, minimal: bool = False) -> Columns:
    """Choose the columns for a list of `width` cells; `minimal` shows time, result and event only."""
    source = not minimal and width >= _NARROW - 8
    verdict = not minimal
    figures = not minimal and width >= _WIDE
    taken = _MARKER_CELLS + _TIME_CELLS + _RESULT_CELLS + _BADGE_CELLS
    taken += (
        (_SOURCE_CELLS if source else 0) + (_SIGNATURE_CELLS if verdict else 0) + (_FIGURES_CELLS if figures else 0)
    )
    return Columns(source, verdict, figures, max(4, width - taken))


def head_line(shape: Columns) -> Line:
    """Give the list's head."""
    text = "  " + cell("TIME", _TIME_CELLS)
    if shape.source:
        text += cell("SOURCE", _SOURCE_CELLS)
    text += cell("EVENT", shape.event_cells) + cell(" RESULT", _RESULT_CELLS)
    if shape.signature:
        text += cell(" SIG", _SIGNATURE_CELLS)
    if shape.figures:
        text += cell("TOOK", 8, right=True) + cell("SIZE", 9, right=True)
    return (Span(text, "muted"),)


def row_line(row: DeliverySummary, shape: Columns, *, now: float, selected: bool, signs: Signs) -> Line:
    """Give a delivery's row; one that is not of today has its day where others have their time."""
    outcome = result(row.state, row.status, row.failure, healthy=row.healthy, signs=signs)
    spans = [
        Span(f"{signs.marker if selected else ' '} ", "accent"),
        Span(cell(day_or_time(row.received_at, now), _TIME_CELLS), "muted"),
    ]
    if shape.source:
        spans.append(Span(cell(printable_line(row.provider or signs.dot), _SOURCE_CELLS, more=signs.more), "accent"))
    event = row.event_type or f"{row.method} {row.target}"
    spans.append(Span(cell(printable_line(event), shape.event_cells, more=signs.more), _event_tone(row)))
    spans.append(Span(" " + cell(str(outcome), _RESULT_CELLS - 1), outcome.role))
    if shape.signature:
        verdict = signature(row.signature, signs=signs)
        spans.append(Span(" " + cell(verdict.word, _SIGNATURE_CELLS - 1), verdict.role))
    if shape.figures:
        took = "" if row.duration_seconds is None else duration(row.duration_seconds)
        spans.append(Span(cell(took, 8, right=True) + cell(size(row.size_bytes), 9, right=True), "muted"))
    spans.append(Span(_badge(row, signs), "accent"))
    return tuple(spans)


def _event_tone(row: DeliverySummary) -> Tone:
    return "plain" if row.event_type else "muted"


def _badge(row: DeliverySummary, signs: Signs) -> str:
    pin = signs.pinned if row.pinned else " "
    count = row.attempts - 1
    again = f"{signs.replayed}{count if count < 10 else '+'}" if count > 0 else ""  # noqa: PLR2004 - one cell
    return cell(pin + again, _BADGE_CELLS)


def missing_line(*, selected: bool, signs: Signs) -> Line:
    """Give the row of a delivery that is still being fetched."""
    return (Span(f"{signs.marker if selected else ' '} ", "accent"), Span(signs.dot * 8, "muted"))


def brief(row: DeliverySummary) -> str:
    """Give what a delivery is called: its event, else its request line; one safe line."""
    return printable_line(row.event_type or f"{row.method} {row.target}")
