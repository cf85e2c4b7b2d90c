"""The signature panel: what was checked, what follows from it, and what it cannot be."""

from client.tui.model.spans import EMPTY, Line, Span, Tone, cell, justify, span, width_of, wrapped
from client.views import AttemptView, SignatureView
from client.wording import Signs
from shared.printable import printable_line

_LABEL_CELLS = 18


def verdict_lines(attempt: AttemptView, *, width: int, signs: Signs) -> list[Line]:
    """Give the panel of an attempt's verdict."""
    verdict = attempt.signature
    sign, words, tone = _headline(verdict, signs)
    about = f" {signs.dot} ".join(filter(None, [verdict.scheme, verdict.reason]))
    lines: list[Line] = [(Span(f"{sign} {words}", tone),)]
    if len(words) + len(about) + 6 <= width:
        lines = [justify(lines[0], (span(about, "muted"),), width, more=signs.more)]
    elif about:
        lines += [(Span("  "), *line) for line in _paragraph(about, width - 2, tone="muted")]
    if verdict.sentence:
        lines += [EMPTY, *_paragraph(verdict.sentence[:1].upper() + verdict.sentence[1:], width)]
    if verdict.searching:
        lines += [EMPTY, *_paragraph(f"{signs.pending} The cause is being looked for.", width, tone="muted")]
    elif not verdict.proven and verdict.state == "invalid":
        lines += _paragraph("This is evidence, not proof.", width, tone="muted")
    if attempt.blame:
        lines += [EMPTY, *_paragraph(attempt.blame, width, tone="warning")]
    if verdict.checked:
        lines += [EMPTY, (Span("What was checked", "title"),)]
        labels = min(_LABEL_CELLS, max(len(label) for label, _ in verdict.checked))
        lines += [line for label, value in verdict.checked for line in _checked(label, value, labels, width)]
    if next_step := verdict.next_step or _NEXT.get(verdict.state, ""):
        lines += [EMPTY, (Span("What to do", "title"),), *_marked(next_step, signs.closed, width)]
    if verdict.ruled_out:
        lines += [EMPTY, (Span("Ruled out", "title"),), *_columns(verdict.ruled_out, width, signs)]
    return lines


_NEXT = {
    "unconfigured": (
        "give the provider's scheme and its secret: "
        "hookline http … --verify SCHEME --secret-env VARIABLE. The secret stays on this machine."
    )
}


def _headline(verdict: SignatureView, signs: Signs) -> tuple[str, str, Tone]:
    match verdict.state:
        case "valid":
            return signs.good, "SIGNATURE VALID", "success"
        case "invalid":
            return signs.bad, _INVALID.get(verdict.reason, "SIGNATURE NOT VALID"), "error"
        case "unverifiable":
            return signs.warning, "SIGNATURE NOT VERIFIED", "warning"
        case "unconfigured":
            return signs.dot, "NO SIGNATURE IS CHECKED HERE", "muted"


_INVALID = {
    "signature_missing": "NO SIGNATURE",
    "missing_signature": "NO SIGNATURE",
    "signature_mismatch": "SIGNATURE DOES NOT MATCH",
    "unexplained": "SIGNATURE DOES NOT MATCH",
    "signature_malformed": "SIGNATURE MALFORMED",
    "signature_prefix": "SIGNATURE MALFORMED",
    "signature_undecodable": "SIGNATURE MALFORMED",
    "timestamp_too_old": "SIGNED TOO LONG AGO",
    "timestamp_in_future": "SIGNED IN THE FUTURE",
    "secret_empty": "NO SECRET TO CHECK WITH",
}


def _paragraph(text: str, width: int, *, tone: Tone = "plain") -> list[Line]:
    return [(Span(line, tone),) for line in wrapped(printable_line(text), width)]


def _checked(label: str, value: str, labels: int, width: int) -> list[Line]:
    rows = wrapped(printable_line(value), max(8, width - labels - 4)) or [""]
    name = cell(printable_line(label), labels)
    return [(Span(f"  {name if not at else ' ' * labels}  ", "field"), Span(row)) for at, row in enumerate(rows)]


def _marked(text: str, sign: str, width: int, *, tone: Tone = "accent") -> list[Line]:
    rows = wrapped(printable_line(text), max(8, width - 4))
    return [(Span(f"  {sign if number == 0 else ' '} ", tone), Span(row)) for number, row in enumerate(rows)]


def _columns(items: tuple[str, ...], width: int, signs: Signs) -> list[Line]:
    cells = [(Span(f"  {signs.dot} ", "muted"), span(item)) for item in items]
    widest = max(width_of(one) for one in cells) + 2
    if widest * 2 > width:
        return [line for item in items for line in _marked(item, signs.dot, width, tone="muted")]
    pairs = [cells[at : at + 2] for at in range(0, len(cells), 2)]
    return [(*_padded(pair[0], width // 2), *(pair[1] if len(pair) > 1 else EMPTY)) for pair in pairs]


def _padded(line: Line, width: int) -> Line:
    return (*line, Span(" " * max(0, width - width_of(line))))
