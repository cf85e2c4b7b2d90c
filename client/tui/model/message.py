"""A request or a response as lines: its first line, its fields in wire order, and the rule above its content."""

import re
from collections.abc import Sequence

from client.explanations import explain
from client.tui.model.spans import BLANK, EMPTY, Line, Span, Tone, cell, justify, phrase_span, span, wrapped
from client.views import AttemptView, DeliveryDetail, MessageView
from client.wording import Signs, duration, number, result, size
from shared.printable import printable_line

_NOTABLE = re.compile(
    r"^content-(type|encoding)$|signature|hmac|event|topic|delivery|webhook|idempotency|^user-agent$|^location$|^retry-after$",
    re.IGNORECASE,
)
_TRIED = "tried "
"""How a failure's detail begins that tells each address and what came of it."""

_HEALTHY_CLOCK = re.compile(r"answered in ")
_FOLDED_ABOVE = 7
_NAME_CELLS = 26
_MOST_FIELDS = 500
_MOST_CHARACTERS = 4_000


def request_lines(
    detail: DeliveryDetail, attempt: AttemptView, *, width: int, all_fields: bool, signs: Signs
) -> list[Line]:
    """Give a request's lines down to its content."""
    message = attempt.request
    if message is None:
        return [(Span("The request was not recorded.", "muted"),)]
    peer = (span(f"from {detail.remote}", "muted"),) if detail.remote else EMPTY
    first = justify((span(message.line, "strong"),), peer, width, more=signs.more)
    return [first, EMPTY, *field_lines(message, width=width, all_fields=all_fields, signs=signs)]


def response_lines(attempt: AttemptView, *, width: int, all_fields: bool, signs: Signs) -> list[Line]:
    """Give a response's lines down to its content, or why there is none."""
    lines = _outcome(attempt, width, signs)
    if attempt.response is not None:
        fields = field_lines(attempt.response, width=width, all_fields=all_fields, signs=signs)
        lines += [EMPTY, *fields]
    return lines


def _outcome(attempt: AttemptView, width: int, signs: Signs) -> list[Line]:
    phrase = result(attempt.state, attempt.status, attempt.failure, signs=signs)
    took = "" if attempt.duration_seconds is None else duration(attempt.duration_seconds)
    explanation = explain(attempt)
    if explanation is None:
        if attempt.response is None:
            return [(Span(f"{signs.pending} waiting for the app's answer", "muted"),)]
        line = attempt.response.line.split(" ", 1)
        first = (span(line[0], "muted"), BLANK, span(line[-1], phrase.role))
        lines = [justify(first, (Span(took, "muted"),), width, more=signs.more)]
        return lines + _told(attempt, width)
    after = (Span(f"after {took}", "muted"),) if took else EMPTY
    lines = [justify((span(f"{phrase.sign} {explanation.what}", "error"),), after, width, more=signs.more), EMPTY]
    lines += [(span(text),) for text in wrapped(explanation.why, width)]
    if attempt.failure_detail:
        tried = attempt.failure_detail.removeprefix(_TRIED)
        lines += _labelled("tried" if tried != attempt.failure_detail else "detail", tried, width)
    lines += _labelled("next", explanation.next_step, width)
    if attempt.failure:
        lines += [EMPTY, *_labelled("code", attempt.failure, width)]
    return lines + _told(attempt, width)


def _told(attempt: AttemptView, width: int) -> list[Line]:
    tone: Tone = "muted" if _HEALTHY_CLOCK.match(attempt.clock) else "warning"
    lines: list[Line] = [(Span(text, tone),) for text in wrapped(printable_line(attempt.clock), width)]
    lines += [(Span(text, "warning"),) for text in wrapped(printable_line(attempt.blame), width)]
    return [EMPTY, *lines] if lines else []


def _labelled(label: str, text: str, width: int, *, indent: int = 8) -> list[Line]:
    lines = wrapped(printable_line(text), max(8, width - indent - 2))
    return [
        (Span("  " + (label if not at else "").ljust(indent), "muted"), Span(line)) for at, line in enumerate(lines)
    ]


def field_lines(message: MessageView, *, width: int, all_fields: bool, signs: Signs) -> list[Line]:
    """Give a header section in wire order with its repetitions; the less telling fields are folded away at first."""
    fields = message.fields
    shown: Sequence[tuple[str, str]] = fields
    if not all_fields and len(fields) > _FOLDED_ABOVE:
        shown = [field for field in fields if _NOTABLE.search(field[0])] or fields[:_FOLDED_ABOVE]
    folded = len(fields) - len(shown)
    cut = max(0, len(shown) - _MOST_FIELDS)
    shown = shown[:_MOST_FIELDS]
    names = min(_NAME_CELLS, max((len(name) for name, _ in shown), default=0))
    lines = [line for name, value in shown for line in _field(name, value, names, width, whole=all_fields, signs=signs)]
    if cut:
        lines.append((Span(f"({cut} more are not shown: see Raw)", "muted"),))
    if folded:
        more = "1 more header" if folded == 1 else f"{folded} more headers"
        lines.append(
            justify((Span(f"{signs.closed} {more}", "muted"),), (Span("[h]", "button", "screen.headers"),), width)
        )
    return lines


def _field(name: str, value: str, names: int, width: int, *, whole: bool, signs: Signs) -> list[Line]:
    room = max(8, width - names - 2)
    label = cell(printable_line(name), names, more=signs.more)
    if not whole and len(value) > room:
        kept = max(1, room - len(f"{signs.more} (+{len(value)})"))
        rest = f"{signs.more} (+{len(value) - kept})"
        return [(Span(label, "field"), Span("  "), span(value[:kept]), Span(rest, "muted"))]
    text = printable_line(value[:_MOST_CHARACTERS])
    rows = [text[at : at + room] for at in range(0, len(text), room)] or [""]
    if len(value) > _MOST_CHARACTERS:
        rows.append(f"{signs.more} {number(len(value) - _MOST_CHARACTERS)} more characters: see Raw")
    return [(Span(label if not at else " " * names, "field"), Span("  "), Span(row)) for at, row in enumerate(rows)]


def content_rule(label: str, message: MessageView, *, width: int, signs: Signs) -> list[Line]:
    """Give the rule between fields and content, which says how the content is shown and whether all of it is here."""
    fill = Span(signs.rule, "muted")
    left = (Span(signs.rule * 2 + " ", "muted"), span(label, "title"), BLANK)
    right = (BLANK, Span("[v]", "button", "screen.view"), Span(f" view {signs.rule * 2}", "muted"))
    lines = [EMPTY, justify(left, right, width, more=signs.more, fill=fill)]
    if message.captured_bytes < message.content_bytes:
        sentence = (
            f"{signs.warning} only {size(message.captured_bytes)} of {size(message.content_bytes)} were kept: "
            "this cannot be replayed"
        )
        lines += [(Span(text, "warning"),) for text in wrapped(sentence, width)]
    return lines


def no_content(width: int, signs: Signs) -> list[Line]:
    """Give the line that stands where a message has no content."""
    left = (Span(f"{signs.rule * 2} no content ", "muted"),)
    return [EMPTY, justify(left, EMPTY, width, fill=Span(signs.rule, "muted"))]


def outcome_word(attempt: AttemptView, signs: Signs) -> Span:
    """Give how an attempt ended as one span."""
    return phrase_span(result(attempt.state, attempt.status, attempt.failure, signs=signs))
