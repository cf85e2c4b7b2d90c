"""What the screen says while there is no delivery: where the sender must go, and how to try it now."""

import shlex

from client.tui.model.bars import origin_phrase
from client.tui.model.spans import EMPTY, Line, Span, phrase_span, span, wrapped
from client.views import Status, TunnelStatus
from client.wording import Signs, link
from shared.printable import printable_line

_LABEL_CELLS = 14
_SAMPLE = '{"hello":"world"}'


def empty_lines(status: Status, *, now: float, width: int, filtered: bool, signs: Signs) -> list[Line]:
    """Give the panel that stands in the list's place.

    Args:
        status: the client's.
        now: Unix seconds.
        width: cells.
        filtered: there are deliveries, but none that the filter lets through.
        signs: the alphabet.
    """
    if filtered:
        return [
            (Span("No delivery matches the filter", "title"),),
            EMPTY,
            (Span("[/]", "button", "screen.filter"), Span(" change it", "muted")),
        ]
    lines = [(_headline(status, now, signs),), EMPTY]
    if status.detail:
        lines += [*((Span(text),) for text in wrapped(printable_line(status.detail), width)), EMPTY]
    if status.history:
        lines += [*((Span(text, "warning"),) for text in wrapped(printable_line(status.history), width)), EMPTY]
    if status.link == "refused":
        return lines[:-1] if lines[-1] == EMPTY else lines
    for tunnel in status.tunnels:
        lines += _tunnel(tunnel, width, signs)
    if status.link == "online" and status.inspect_url:
        lines.insert(len(lines) - 1, (_label("Local API"), span(status.inspect_url)))
    if status.link == "online" and status.tunnels and status.tunnels[0].public_urls:
        lines += _try_it(status.tunnels[0].public_urls[0], status.ca_file, width)
    return lines


def _headline(status: Status, now: float, signs: Signs) -> Span:
    match status.link:
        case "online":
            return Span("Waiting for the first delivery", "title")
        case "connecting":
            return Span(f"{signs.connecting} Connecting to {printable_line(status.relay)}", "warning")
        case "reconnecting":
            phrase = link(status, now, signs=signs)
            return Span(f"{phrase.sign} The relay is away: {phrase.word}", "warning")
        case "refused":
            return Span(f"{signs.bad} The relay refused this client", "error")
        case "offline":
            return Span(f"{signs.offline} Not connected to a relay", "error")


def _tunnel(tunnel: TunnelStatus, width: int, signs: Signs) -> list[Line]:
    lines: list[Line] = []
    for number, url in enumerate(tunnel.public_urls):
        lines.append((_label("" if number else "Public URL"), span(url, "strong")))
    app = origin_phrase(tunnel, signs)
    forwards: Line = (_label("Forwards to"), span(tunnel.origin))
    if app.role == "error" or len(tunnel.origin) + len(str(app)) + _LABEL_CELLS + 4 > width:
        lines += [forwards, (_label(""), phrase_span(app))]
    else:
        lines.append((*forwards, Span("  "), phrase_span(app)))
    return [*lines, *_signatures(tunnel), EMPTY]


def _signatures(tunnel: TunnelStatus) -> list[Line]:
    if tunnel.verify:
        return [(_label("Signatures"), span(", ".join(tunnel.verify), "success"))]
    return [
        (_label("Signatures"), Span("none is checked", "muted")),
        (_label(""), Span("add --verify SCHEME --secret-env VARIABLE", "muted")),
    ]


def _label(text: str) -> Span:
    return Span("  " + text.ljust(_LABEL_CELLS), "muted")


def _try_it(url: str, ca_file: str, width: int) -> list[Line]:
    parts = [f"curl -X POST {shlex.quote(printable_line(url.rstrip('/') + '/'))}"]
    if ca_file:
        parts.append(f"--cacert {shlex.quote(printable_line(ca_file))}")
    parts.append(f"-H 'content-type: application/json' -d '{_SAMPLE}'")
    lines: list[Line] = [(Span("Send a first event from another shell", "title"),), EMPTY]
    if len(whole := " ".join(parts)) + 2 <= width:
        lines.append((Span(f"  {whole}"),))
    else:
        last = len(parts) - 1
        lines += [
            (Span(f"  {'     ' if at else ''}{part}{'' if at == last else ' ' + _BACKSLASH}"),)
            for at, part in enumerate(parts)
        ]
    return [*lines, EMPTY, *((Span(text, "muted"),) for text in wrapped(_HINT, width))]


_BACKSLASH = "\\"
_HINT = "Paste the public URL into the provider's webhook settings. This list fills by itself; nothing to refresh."
