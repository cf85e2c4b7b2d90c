"""What a delivery is called at the top of its detail."""

from client.tui.model.row_line import brief
from client.tui.model.spans import BLANK, EMPTY, Line, Span, justify, phrase_span, span
from client.views import AttemptView, DeliveryDetail
from client.wording import Signs, day_or_time, duration, result, signature


def title_line(detail: DeliveryDetail | None, *, now: float, width: int, signs: Signs) -> Line:
    """Give `#1167 stripe charge.succeeded ───── 14:02:31.412`, for the border of a pane."""
    if detail is None:
        return EMPTY
    fill = Span(signs.rule, "muted")
    return justify((*_name(detail), BLANK), (BLANK, _time(detail, now)), width, fill=fill, more=signs.more)


def header_line(
    detail: DeliveryDetail | None, attempt: AttemptView | None, *, now: float, width: int, signs: Signs
) -> Line:
    """Give the same with the outcome at its right: `← #1167 charge.succeeded  14:02:31.412      ✗ 500 · sig BAD`."""
    if detail is None or attempt is None:
        return EMPTY
    outcome = result(attempt.state, attempt.status, attempt.failure, healthy=detail.summary.healthy, signs=signs)
    verdict = signature(attempt.signature.state, signs=signs)
    dot = Span(f" {signs.dot} ", "muted")
    right = [phrase_span(outcome), dot, Span("sig ", "muted"), Span(verdict.word, verdict.role)]
    if attempt.duration_seconds is not None:
        right += [dot, Span(duration(attempt.duration_seconds))]
    left = (Span(f" {signs.back} ", "button", "screen.back"), *_name(detail), Span("  "), _time(detail, now))
    return justify(left, (*right, BLANK), width, more=signs.more)


def _name(detail: DeliveryDetail) -> Line:
    summary = detail.summary
    provider = (span(summary.provider, "accent"), BLANK) if summary.provider else EMPTY
    return (Span(f"#{summary.seq} ", "muted"), *provider, Span(brief(summary), "strong"))


def _time(detail: DeliveryDetail, now: float) -> Span:
    return Span(day_or_time(detail.summary.received_at, now, fraction=True), "muted")
