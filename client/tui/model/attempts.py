"""The attempts of a delivery as a table: what the sender sent, what it sent again, and what the user replayed."""

import re

from client.tui.model.message import outcome_word
from client.tui.model.spans import BLANK, EMPTY, Line, Span, cell, fit, span, wrapped
from client.views import AttemptView, DeliveryDetail
from client.wording import Signs, day_or_time, duration, kind, short_origin, signature
from shared.printable import printable_line

_LOCAL = re.compile(r"^(localhost|127\.0\.0\.1|\[::1\])(?=:)")
"""What goes without saying in the narrowest column."""

HEAD: Line = (Span("   #  WHEN      WHAT       RESULT SIG  TOOK    WHERE", "muted"),)


def attempt_line(attempt: AttemptView, *, now: float, width: int, signs: Signs, shown: bool) -> Line:
    """Give an attempt's row.

    Args:
        attempt: which.
        now: Unix seconds; what was on another day has its day where others have their time.
        width: cells.
        signs: the alphabet.
        shown: its request and response are what the other tabs show.
    """
    verdict = signature(attempt.signature.state, signs=signs)
    took = "" if attempt.duration_seconds is None else duration(attempt.duration_seconds)
    outcome = outcome_word(attempt, signs)
    cells = (
        Span(f" {signs.online if shown else ' '}{attempt.number:>2}  ", "accent"),
        Span(cell(day_or_time(attempt.started_at, now), 9), "muted"),
        Span(f" {cell(kind(attempt.kind), 9)}  "),
        outcome._replace(text=cell(outcome.text, 6)),
        Span(f" {cell(verdict.word, 4)} ", verdict.role),
        Span(cell(took, 7)),
        BLANK,
        span(_LOCAL.sub("", short_origin(attempt.target)), "muted"),
    )
    return fit(cells, width, more=signs.more)


def attempt_notes(detail: DeliveryDetail, *, width: int) -> list[Line]:
    """Give what is said below the table: the provider's clock for each attempt that has one."""
    lines: list[Line] = [EMPTY]
    for attempt in detail.attempts:
        if attempt.clock:
            rows = wrapped(printable_line(attempt.clock), max(8, width - 6))
            lines += [
                (Span(f" {attempt.number if number == 0 else '':>3}  ", "muted"), Span(row))
                for number, row in enumerate(rows)
            ]
    if len(detail.attempts) == 1 and detail.attempts[0].state != "pending":
        lines += [
            EMPTY,
            (BLANK, Span("[r]", "button", "screen.replay"), Span(" sends the same bytes to your app again", "muted")),
        ]
    return lines if len(lines) > 1 else []
